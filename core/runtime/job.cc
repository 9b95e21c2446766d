// SPDX-License-Identifier: Apache-2.0
#include "runtime/job.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iterator>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <variant>

#include "checkpoint/unit_folder.h"
#include "runtime/begin_units.h"
#include "runtime/load_checkpoints.h"
#include "runtime/saved_states.h"
#include "runtime/sink_units.h"

namespace weir {
namespace {

std::vector<std::size_t> port_counts(const PipelineGraph& graph) {
  std::vector<std::size_t> counts;
  for (const auto& stage : graph.stages) counts.push_back(stage.ports.size());
  return counts;
}

}  // namespace

Job::Job(PipelineGraph graph, Log& log, const Clock& clock, CheckpointStore* store)
    : graph_(std::move(graph)),
      metrics_(port_counts(graph_), graph_.spec.tasks),
      services_{log, clock, metrics_, origins_, abort_, saved_, suspects_, nullptr},
      store_(store) {}

Job::~Job() {
  // A job that ended well has nothing to interrupt, and its sources may take their leave: a member of a Kafka
  // group that just goes away would keep its partitions from others until its session runs out.
  if (!wait(std::chrono::milliseconds(0)) || failure()) abort();
  for (auto& thread : threads_) thread.join();
  if (folder_ != nullptr) return;
  try {
    clear_notes();
  } catch (const std::exception&) {  // no memory: they are cleared at the next start
  }
}

std::string Job::recover(const std::vector<Checkpoint>& checkpoints) const {
  for (const auto& stage : graph_.stages) {
    if ((stage.transactions & WEIR_IN_TRANSACTIONS) == 0) continue;
    std::vector<std::string> prepared;
    for (const auto& checkpoint : checkpoints) {
      for (const auto& p : checkpoint.prepared) {
        if (p.stage == stage.spec.name) prepared.push_back(p.transaction);
      }
    }
    WEIR_FAIL_POINT("job.recover");
    asked_ = &stage;
    auto problem = stage.open->recover(prepared);
    asked_ = nullptr;
    if (!problem.empty()) {
      return "stage '" + stage.spec.name +
             "' cannot finish or take back the transactions of the last run: " + problem;
    }
  }
  return {};
}

std::string Job::open_stores(const std::vector<Checkpoint>& checkpoints) {
  const auto& [on_disk, path, memory, mark] = graph_.spec.state;
  bool needed = on_disk && graph_.keeps_state();
  for (const auto& checkpoint : checkpoints) needed = needed || holds_stored_parts(checkpoint);
  if (!needed) return {};
  const std::string& checkpoint_folder =
      graph_.spec.checkpoint_store.empty() ? path : graph_.spec.checkpoint_store;
  try {
    stores_ = std::make_unique<StateHome>(path.empty() ? checkpoint_folder : path, graph_.spec.name,
                                          checkpoint_folder, memory);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  services_.stores = stores_.get();
  return {};
}

std::string Job::load(Task::Restored& restored, std::uint64_t& last) {
  if (store_ == nullptr && !graph_.keeper && !graph_.spec.checkpoint_store.empty()) {
    const UnitFolder units(graph_.spec.checkpoint_store, graph_.spec.name);
    if (units.has_units()) {
      return "the checkpoint folder " + graph_.spec.checkpoint_store +
             " holds checkpoints of this pipeline `by: partition`, which cannot be put together; keep `by: "
             "partition`, or give the pipeline another name or folder";
    }
    folder_ = std::make_unique<CheckpointFolder>(graph_.spec.checkpoint_store, graph_.spec.name);
    if (auto problem = folder_->claim(); !problem.empty()) return problem;
    store_ = folder_.get();
  }
  WEIR_FAIL_POINT("job.claimed");
  asked_ = graph_.keeper ? &graph_.stages[*graph_.keeper] : nullptr;
  auto loaded = load_checkpoints(graph_, store_, origins_);
  asked_ = nullptr;
  if (auto* problem = std::get_if<std::string>(&loaded)) return *problem;
  auto& [checkpoints, damaged, number] = std::get<0>(loaded);
  last = number;
  for (const auto& what : damaged) services_.log.write(LogLevel::kWarn, "checkpoint", what);
  if (graph_.spec.exactly_once && !damaged.empty()) {
    return damaged.front() +
           ": with `delivery: exactly_once` it cannot be, since what came after it has been committed "
           "already";
  }
  WEIR_FAIL_POINT("job.loaded");
  if (auto problem = check_saved_states(graph_, checkpoints, graph_.dropped_states); !problem.empty())
    return problem;
  if (auto problem = open_stores(checkpoints); !problem.empty()) return problem;
  const bool found = !checkpoints.empty() && graph_.begin_with.empty();
  went_on_ = found;  // as long as it may be an outage that fails it
  if (auto problem = recover(checkpoints); !problem.empty()) return problem;
  went_on_ = false;
  WEIR_FAIL_POINT("job.recovered");
  std::map<const weir_origin*, std::int64_t> furthest;
  for (auto& checkpoint : checkpoints) {
    for (const auto& p : checkpoint.positions) {
      const auto [at, added] = furthest.emplace(p.origin, p.next);
      if (!added) at->second = std::max(at->second, p.next);
    }
    std::move(checkpoint.states.begin(), checkpoint.states.end(), std::back_inserter(restored.states));
  }
  for (const auto& [origin, next] : furthest) restored.positions.push_back({origin, next});
  saved_.set(restored.positions);
  // Behind its position state would count records that it holds already; and an older checkpoint has not seen
  // what a source's own notes have put behind them.
  const bool with_state = graph_.keeps_state() && !restored.states.empty();
  if (graph_.spec.exactly_once || with_state || !damaged.empty()) saved_.switch_on();
  return load_suspects();
}

std::string Job::open_units() {
  units_ = open_unit_store(graph_);
  services_.units = units_.get();
  if (auto problem = units_->open(); !problem.empty()) return problem;
  WEIR_FAIL_POINT("job.claimed");
  // First: what follows is done once, and must not be done by a start that fails.
  if (auto problem = load_suspects(); !problem.empty()) return problem;
  if (auto problem = begin_units(graph_, *units_, services_.log, origins_); !problem.empty()) return problem;
  WEIR_FAIL_POINT("job.loaded");
  return {};
}

std::string Job::notes_file() const {
  const std::string& own = graph_.spec.poison_notes;
  if (graph_.spec.poison_after == 0) return {};
  if (own.empty()) return units_ != nullptr ? units_->crash_file() : folder_ ? folder_->crash_file() : "";
  std::error_code ignored;  // what cannot be written is told then
  std::filesystem::create_directories(own, ignored);
  return (std::filesystem::path(own) / (graph_.spec.name + ".crashes")).string();
}

void Job::clear_notes() {
  if (crash_notes_ == nullptr || !crash_notes_->problem().empty() || units_ != nullptr) return;
  crash_notes_.reset();
  const auto delivered = [&](const weir_origin* origin) { return saved_.last(origin); };
  Suspects read;
  if (auto problem = read.load_and_clear(notes_file(), graph_.spec.poison_after, origins_, delivered);
      !problem.empty())
    services_.log.write(LogLevel::kWarn, "etl-run", "notes of crashes: " + problem);
}

std::string Job::load_suspects() {
  const std::string notes = notes_file();
  if (notes.empty()) return {};
  if (units_ == nullptr) {
    const auto saved = [&](const weir_origin* origin) { return saved_.last(origin); };
    if (auto problem = suspects_.load_and_clear(notes, graph_.spec.poison_after, origins_, saved);
        !problem.empty())
      return problem;
  } else {
    // Other processes have the file open, so nothing is taken out of it. Of those partitions only that are
    // noted in it, whatever state they have.
    std::map<const weir_origin*, std::optional<std::int64_t>> known;
    suspects_.load(notes, graph_.spec.poison_after, origins_, [&](const weir_origin* origin) {
      const auto [at, is_new] = known.emplace(origin, std::nullopt);
      if (is_new) at->second = saved_of(*origin);
      return at->second;
    });
  }
  if (!suspects_.none()) {
    services_.log.write(
        LogLevel::kWarn, "etl-run",
        "a plugin has crashed the process or stopped the pipeline before: the records that were on hand "
        "go one at a time");
  }
  crash_notes_ = std::make_unique<CrashNotes>(notes);
  if (!crash_notes_->problem().empty()) {
    services_.log.write(LogLevel::kWarn, "etl-run",
                        "poison_after has no effect, a record that crashes the process again and again is "
                        "not found: " +
                            crash_notes_->problem());
  }
  return {};
}

/// A unit that cannot be read stops whoever takes the partition over, not this start.
std::optional<std::int64_t> Job::saved_of(const weir_origin& partition) {
  const auto found = units_->look_at(partition, origins_);
  if (const auto* problem = std::get_if<std::string>(&found)) {
    services_.log.write(LogLevel::kWarn, "checkpoint", *problem);
    return std::nullopt;
  }
  const auto& last = std::get<UnitStore::Claim>(found).last;
  return last && !last->positions.empty() ? std::optional(last->positions.front().next) : std::nullopt;
}

std::string Job::start() {
  Task::Restored restored;
  std::uint64_t last = 0;
  if (auto problem = graph_.spec.by_partition ? open_units() : load(restored, last); !problem.empty())
    return problem;
  // Takes up the state, which may be long: whoever calls stop() meanwhile does not wait for it.
  std::vector<std::unique_ptr<Task>> tasks;
  try {
    for (int i = 0; i < graph_.spec.tasks; ++i) {
      if (i == 0 || !graph_.has_exchange())
        groups_.push_back(std::make_unique<TaskGroup>(graph_, i, last, store_));
      tasks.push_back(std::make_unique<Task>(services_, graph_, i, *groups_.back(), restored));
    }
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  went_on_ = last != 0 || (units_ != nullptr && units_->has_units());
  const std::lock_guard lock(mutex_);
  tasks_ = std::move(tasks);
  running_ = tasks_.size();
  if (stop_requested_) {
    for (auto& task : tasks_) task->stop();
  }
  for (auto& task : tasks_) threads_.emplace_back([this, &t = *task] { run(t); });
  WEIR_FAIL_POINT("job.started");
  return {};
}

void Job::run(Task& task) {
  const CrashNotes::HandlerStack stack;
  try {
    task.run();
  } catch (const std::bad_alloc&) {
    task.stop_for({"pipeline", "memory",
                   "there is no memory left to go on: give the process more, or let the pipeline hold less "
                   "(`max_bytes` of windows, `queue` of stages)"});
  } catch (const std::exception& e) {
    task.stop_for({"pipeline", "exception", e.what()});
  }
  const std::lock_guard lock(mutex_);
  if (task.failure() && !failure_) failure_ = task.failure();
  if (task.failure()) {
    // What passed from or to this task is not complete, so its group may not commit.
    for (auto& other : tasks_) groups_.size() == 1 ? other->release() : other->stop();
  }
  --running_;
  changed_.notify_all();
}

void Job::stop() {
  const std::lock_guard lock(mutex_);
  stop_requested_ = true;
  for (auto& task : tasks_) task->stop();
}

void Job::abort() {
  abort_.raise();
  const std::lock_guard lock(mutex_);
  for (auto& task : tasks_) task->abort();
}

bool Job::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return running_ == 0; });
}

std::optional<StopReason> Job::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::string Job::asked() const {
  const GraphStage* const stage = asked_;
  return stage == nullptr ? std::string() : stage->spec.name;
}

double Job::progress() const {
  const std::lock_guard lock(mutex_);
  double sum = 0;
  for (const auto& task : tasks_) {
    const double p = task->progress();
    if (p < 0) return -1;
    sum += p;
  }
  return tasks_.empty() ? -1 : sum / static_cast<double>(tasks_.size());
}

}  // namespace weir
