// SPDX-License-Identifier: Apache-2.0
#include "cli/run_pipeline.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/units.h"
#include "cli/account.h"
#include "cli/deadline.h"
#include "cli/progress.h"
#include "cli/signal_watch.h"
#include "health/health_page.h"
#include "runtime/job.h"
#include "runtime/restart_policy.h"
#include "spec/pipeline_reader.h"

namespace weir {
namespace {

/// How long an aborted job may take before the process ends regardless; nothing is lost by that. A stop that
/// is not over within stop_timeout aborts.
constexpr std::chrono::seconds kAbortTime{5};

/// So much is left for the account of a job that ended because there was no memory left, and holds it still.
constexpr std::size_t kReserve = 1u << 20;

/// A pipeline from start to end, over as many jobs as the restart policy allows.
class Run {
 public:
  Run(PipelineGraph graph, Log& log, const Clock& clock, bool quiet)
      : graph_(std::move(graph)), log_(log), clock_(clock), quiet_(quiet), policy_(graph_.spec.restarts()) {}

  ExitCode run(const std::string& address) {
    Deadline deadline([&] { return what_is_left(); });
    const SignalWatch signals([&](int count) { on_signal(count, deadline); });
    std::unique_ptr<HttpListener> listener;
    if (!address.empty()) {
      std::string why;
      listener = listen(
          address, [&](const std::string& path) { return page(path); }, why);
      if (listener == nullptr) {
        std::fprintf(stderr, "etl-run: cannot listen at %s: %s\n", address.c_str(), why.c_str());
        return kBadInput;
      }
      log_.write(LogLevel::kInfo, "etl-run", "listening at " + listener->address());
    }
    const ExitCode code = run_jobs();
    end_job();  // while signals are still heeded
    return code;
  }

 private:
  using Phase = RunState::Phase;

  /// What the process is at, for whoever ends it because that takes too long.
  enum class Doing { kWaiting, kStarting, kRunning, kEnding };

  ExitCode run_jobs() {
    for (;;) {
      const auto begun = std::chrono::steady_clock::now();
      {
        const std::lock_guard lock(mutex_);
        reserve_ = std::make_unique_for_overwrite<char[]>(kReserve);
        job_ = std::make_unique<Job>(graph_, log_, clock_);
        if (stopping_) job_->stop();
        started_ = ended_ = false;
        enter(Phase::kStarting);
        set_doing(Doing::kStarting);
      }
      const std::string problem = job_->start();
      set_started();
      if (problem.empty()) {
        // What comes after begins with what this one has.
        graph_.dropped_states.clear();
        graph_.begin_with.clear();
        wait_for_end();
      }
      const auto lasted = std::chrono::steady_clock::now() - begun;
      const auto failure = problem.empty() ? job_->failure() : StopReason{{}, "start", problem};
      if (failure && wait_for_restart(*failure, lasted)) continue;
      log_.flush();
      if (problem.empty() || state_.restarts > 0) return finish(failure);
      std::fprintf(stderr, "etl-run: %s\n", problem.c_str());
      return kFailed;
    }
  }

  /// With mutex_, and before job_ changes.
  void set_doing(Doing doing) {
    const std::lock_guard lock(left_mutex_);
    doing_ = doing;
    left_of_ = doing == Doing::kStarting || doing == Doing::kRunning ? job_.get() : nullptr;
  }

  /// When the process ends because a stop takes too long. Waits for nothing.
  std::string what_is_left() const {
    const std::lock_guard lock(left_mutex_);
    const std::string what = "pipeline '" + graph_.spec.name + "' was stopped and has not ended in time: ";
    const std::string again =
        "what was read since the last positions were kept is read again at the next start";
    switch (doing_) {
      case Doing::kStarting: {
        const std::string asked = left_of_->asked();
        return what +
               (asked.empty() ? "it was still starting"
                              : "stage '" + asked +
                                    "' was still being asked for the checkpoint or the transactions "
                                    "of the last run") +
               "; nothing had been read, and the next start begins with the same";
      }
      case Doing::kRunning:
        return what + std::to_string(left_of_->running()) + " of " + std::to_string(graph_.spec.tasks) +
               " tasks were still in a call of a plugin or in a checkpoint; " + again;
      case Doing::kEnding:
        return what + "a call of a plugin has not come back; " + again;
      case Doing::kWaiting:
        break;
    }
    return what + again;
  }

  /// Takes the job away and ends it, without holding up signals and pages.
  void end_job() {
    std::unique_ptr<Job> job;
    {
      const std::lock_guard lock(mutex_);
      set_doing(Doing::kEnding);
      job = std::move(job_);
      ended_ = true;
    }
    job.reset();
    const std::lock_guard lock(mutex_);
    set_doing(Doing::kWaiting);
  }

  /// With mutex_.
  void enter(Phase phase) {
    state_.phase = stopping_ ? Phase::kStopping : phase;
    state_.since = clock_.now();
    state_.next_start.reset();
  }

  HttpReply page(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    RunState state = state_;
    if (job_ != nullptr) {
      add(state.totals, job_->totals());
      state.checkpoints += job_->checkpoints();
      state.costs += job_->checkpoint_costs();
      if (const auto last = job_->last_checkpoint()) state.last_checkpoint = last;
    }
    return health_page(path, graph_, state);
  }

  void on_signal(int count, Deadline& deadline) {
    deadline.set(count == 1 ? graph_.spec.stop_timeout + kAbortTime : kAbortTime);
    const std::lock_guard lock(mutex_);
    log_.write(LogLevel::kInfo, "etl-run",
               count == 1 ? "stopping: delivering what was read; another signal aborts" : "aborting");
    stopping_ = true;
    enter(Phase::kStopping);
    changed_.notify_all();
    if (job_ == nullptr) return;
    if (count == 1) return job_->stop();
    if (ended_) return;
    if (!started_) std::_Exit(kFailed);  // it waits for something outside, and has begun nothing
    aborted_ = true;
    job_->abort();
  }

  void set_started() {
    const std::lock_guard lock(mutex_);
    started_ = true;
    set_doing(Doing::kRunning);
    enter(Phase::kRunning);
  }

  void wait_for_end() {
    Progress progress(*job_, log_, quiet_);
    while (!job_->wait(progress.interval())) progress.show();
    reserve_.reset();
    progress.clear();
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

  /// True when the pipeline is to begin again, and the time for that has come. Where it was stopped in that
  /// time there is no job any more.
  bool wait_for_restart(const StopReason& failure, std::chrono::steady_clock::duration lasted) {
    std::unique_lock lock(mutex_);
    if (stopping_) return false;
    const auto wait = policy_.failed(std::chrono::duration_cast<std::chrono::milliseconds>(lasted),
                                     job_->checkpoints(), job_->went_on());
    if (!wait) return false;
    log_.write(LogLevel::kError, failure.stage.empty() ? "etl-run" : failure.stage,
               failure.message + " (" + failure.code + "); beginning again at the last checkpoint in " +
                   format_duration(*wait));
    enter(Phase::kRestarting);
    state_.last_failure = {failure.stage, failure.code, failure.message, clock_.now()};
    state_.next_start = clock_.now() + wait->count();
    add(state_.totals, job_->totals_at_checkpoints());
    state_.checkpoints += job_->checkpoints();
    state_.costs += job_->checkpoint_costs();
    if (const auto last = job_->last_checkpoint()) state_.last_checkpoint = last;
    ++state_.restarts;
    lock.unlock();
    end_job();  // gives back what it holds before the next one asks for it
    lock.lock();
    return !changed_.wait_for(lock, *wait, [&] { return stopping_; });
  }

  /// Where anything was written.
  void show_costs() const {
    CheckpointCosts costs = state_.costs;
    if (job_ != nullptr) costs += job_->checkpoint_costs();
    if (costs.bytes == 0 || costs.pauses == 0) return;
    std::fprintf(stderr, "checkpoints: %s written, the last one %s; %s pauses of %.1f ms, at most %.1f ms\n",
                 format_size(costs.bytes).c_str(), format_size(costs.last_bytes).c_str(),
                 format_count(costs.pauses).c_str(),
                 static_cast<double>(costs.pause) / static_cast<double>(costs.pauses) / 1000,
                 static_cast<double>(costs.longest_pause) / 1000);
  }

  ExitCode finish(const std::optional<StopReason>& failure) {
    const bool ended_well = !failure && !aborted_;
    auto totals = job_ == nullptr ? std::vector<StageTotals>() : job_->totals();
    add(totals, state_.totals);
    if (!quiet_) std::fputs(summary_text(graph_, totals, ended_well).c_str(), stderr);
    if (!quiet_) show_costs();
    if (!quiet_ && state_.restarts > 0) {
      std::fprintf(stderr, "restarts: %d%s\n", state_.restarts,
                   graph_.spec.exactly_once
                       ? ""
                       : "; what was delivered after the last checkpoint before each was delivered again");
    }
    if (ended_well) return kDone;
    const std::string& name = graph_.spec.name;
    if (!failure) {
      std::fprintf(stderr, "etl-run: pipeline '%s' was aborted; positions are kept\n", name.c_str());
      return kFailed;
    }
    const bool of_stage = graph_.spec.find(failure->stage) != nullptr;
    const std::string who = of_stage ? "stage '" + failure->stage + "': " : "";
    std::fprintf(stderr, "etl-run: pipeline '%s' failed: %s%s (%s); positions are kept\n", name.c_str(),
                 who.c_str(), failure->message.c_str(), failure->code.c_str());
    return kFailed;
  }

  static void add(std::vector<StageTotals>& to, const std::vector<StageTotals>& more) {
    if (to.empty()) to.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) {
      to[i].ports.resize(more[i].ports.size());
      to[i] += more[i];
    }
  }

  PipelineGraph graph_;
  Log& log_;
  const Clock& clock_;
  const bool quiet_;
  RestartPolicy policy_;
  mutable std::mutex mutex_;  // guards what follows
  RunState state_;            ///< counts: of the jobs that failed
  std::condition_variable changed_;
  bool stopping_ = false;
  bool started_ = false;
  bool ended_ = true;  ///< there is no job to abort
  std::atomic<bool> aborted_{false};
  std::unique_ptr<Job> job_;
  std::unique_ptr<char[]> reserve_;  ///< of the main thread

  mutable std::mutex left_mutex_;  // guards what follows; nobody waits for anything with it
  Doing doing_ = Doing::kWaiting;
  const Job* left_of_ = nullptr;
};

}  // namespace

void print_errors(const Diagnostics& diagnostics) {
  std::fputs(diagnostics.text().c_str(), stderr);
  const std::size_t n = diagnostics.all().size();
  std::fprintf(stderr, "etl-run: %zu %s\n", n, n == 1 ? "error" : "errors");
}

std::optional<PipelineSpec> read_pipeline(const std::string& file, Diagnostics& diagnostics) {
  return load_pipeline(file, process_environment(), diagnostics);
}

std::optional<PipelineGraph> check_pipeline(std::optional<PipelineSpec> spec, PluginCatalog& plugins,
                                            Log& log, Diagnostics& diagnostics) {
  std::optional<PipelineGraph> graph;
  if (spec) graph = build_graph(*std::move(spec), plugins, log, diagnostics);
  if (!diagnostics.empty()) print_errors(diagnostics);
  return graph;
}

ExitCode run_pipeline(PipelineGraph graph, Log& log, const Clock& clock, bool quiet,
                      const std::string& listen) {
  return Run(std::move(graph), log, clock, quiet).run(listen);
}

}  // namespace weir
