// SPDX-License-Identifier: Apache-2.0
#include "testing/step_runner.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "testing/comparison.h"
#include "testing/name_check.h"
#include "testing/pipeline_test.h"

namespace weir {
namespace {

constexpr char kOrigin[] = "test";  ///< the name of the origin of records that say none

SourceFeed::Origin origin_of(const WrittenRecord& written, const FeedStep& step) {
  return {written.origin.value_or(kOrigin),
          static_cast<std::int32_t>(written.partition.value_or(step.partition))};
}

std::optional<std::string> bytes_of(const std::optional<nlohmann::json>& value) {
  if (!value || value->is_null()) return std::nullopt;
  return value->is_string() ? value->get<std::string>() : value->dump();
}

SampleRecord record_of(const WrittenRecord& written) {
  SampleRecord record;
  record.value = bytes_of(written.value);
  record.key = written.key.value_or(std::nullopt);
  record.headers = written.headers.value_or(SampleHeaders{});
  record.time = written.time.value_or(WEIR_NO_TIME);
  record.code = written.code.value_or("");
  record.message = written.message.value_or("");
  return record;
}

Script::Call call_of(const ScriptedCall& call, const GraphStage& stage) {
  if (call.failure) return Script::Failure{call.failure->code, call.failure->message, call.failure->stop};
  std::vector<Script::Output> outputs;
  for (const auto& output : call.outputs) {
    for (const auto& record : output.records) {
      auto& made = outputs.emplace_back();
      made.port = port_number(stage, output.port.port);
      made.record = record_of(record);
      made.own_value = record.value.has_value();
      made.input = record.input.value_or(0);
      if (made.port == WEIR_ERROR_PORT && made.record.code.empty()) made.record.code = "failed";
    }
  }
  return outputs;
}

/// Everything that is counted of a stage, by the names that steps use.
std::map<std::string, std::uint64_t> counts_of(const GraphStage& stage, const StageTotals& totals) {
  std::map<std::string, std::uint64_t> counts = totals.named;
  for (std::size_t p = 0; p < stage.ports.size(); ++p) counts[stage.ports[p].name] = totals.ports[p];
  if (stage.spec.kind != StageKind::kSource) counts["in"] = totals.in;
  counts["error"] = totals.error;
  return counts;
}

std::string found_instead(const std::string& what, const std::string& found, const std::string& expected) {
  return what + " is '" + printable(found) + "', expected '" + printable(expected) + "'";
}

}  // namespace

StepRunner::StepRunner(const PipelineGraph& graph, const TestCase& test, StepClock& clock, Log& log,
                       const Variation& variation)
    : real_(graph), test_(test), clock_(clock), log_(log), variation_(variation), spread_(graph, test) {
  bench_.conductor = &conductor_;
  Wanted wanted = wanted_of(test_, real_);
  wanted.tasks = variation.tasks;
  graph_ = graph_under_test(real_, wanted, bench_, log_);
  note_origins();
  for (auto& [name, feed] : bench_.feeds) {
    feed.at_once = variation.at_once;
    feed.readers.resize(static_cast<std::size_t>(variation.tasks));
    feed.in_first_task = variation.tasks > 1 && spread_.in_first_task(name);
  }
}

/// A source has the partitions that the steps name, as if it had been given them at its start.
void StepRunner::note_origins() {
  for (const auto& step : test_.steps) {
    if (const auto* feed = std::get_if<FeedStep>(&step.what)) {
      auto& origins = bench_.feeds[feed_name(feed->into, real_)].origins;
      for (const auto& record : feed->items.records) origins.insert(origin_of(record, *feed));
    } else if (const auto* time = std::get_if<EventTimeStep>(&step.what)) {
      auto& origins = bench_.feeds[feed_name(time->into, real_)].origins;
      if (time->partition) origins.insert({kOrigin, static_cast<std::int32_t>(*time->partition)});
    }
  }
  for (auto& [name, feed] : bench_.feeds) {
    if (feed.origins.empty()) feed.origins.insert({kOrigin, 0});
  }
}

std::optional<Diagnostic> StepRunner::run() {
  if (auto problem = start(); !problem.empty()) return Diagnostic{test_.mark, problem};
  for (auto step = test_.steps.begin(); step != test_.steps.end(); ++step) {
    if (auto problem = restart_unseen(static_cast<std::size_t>(step - test_.steps.begin())); !problem.empty())
      return Diagnostic{step->mark, problem};
    if (auto problem = std::visit(*this, step->what); !problem.empty())
      return Diagnostic{step->mark, problem};
    const bool expected = stop_expected_ || std::any_of(step, test_.steps.end(), [](const Step& later) {
                            return std::holds_alternative<StopsStep>(later.what);
                          });
    // A stop that no step expects is told where it happens.
    if (job_->failure() && !expected) return Diagnostic{step->mark, why_stopped()};
  }
  return std::nullopt;
}

std::string StepRunner::why_stopped() const {
  const auto failure = job_->failure();
  return "the pipeline stopped: stage '" + failure->stage + "': " + failure->message + " (" + failure->code +
         ")";
}

std::string StepRunner::start() {
  job_ = std::make_unique<SteppedJob>(graph_, conductor_, log_, clock_, checkpoint_);
  return job_->start();
}

std::string StepRunner::settle() {
  const auto all_given = [&] {
    return std::all_of(bench_.feeds.begin(), bench_.feeds.end(),
                       [](const auto& feed) { return feed.second.all_given(); });
  };
  while (!all_given() && !job_->ended()) {
    if (!job_->go_around()) return SteppedJob::kNoRest;
  }
  return job_->settle() ? "" : SteppedJob::kNoRest;
}

std::string StepRunner::checkpoint() {
  if (!job_->checkpoint()) return SteppedJob::kNoRest;
  if (job_->failure()) return {};
  for (auto& [name, feed] : bench_.feeds) feed.checkpoint();
  return {};
}

std::string StepRunner::start_again(std::chrono::milliseconds after) {
  job_.reset();
  clock_.set(clock_.now() + after.count());
  int& tasks = graph_.spec.tasks;
  if (variation_.rescales) tasks = tasks == 1 ? variation_.tasks : tasks - 1;
  for (auto& [name, feed] : bench_.feeds) feed.start_again(static_cast<std::size_t>(tasks));
  if (auto problem = start(); !problem.empty()) return problem;
  return settle();
}

std::string StepRunner::restart_unseen(std::size_t step) {
  if (!variation_.restarts || step == 0 || job_->ended()) return {};
  const auto crashes = [](const Step& later) {
    const auto* restart = std::get_if<RestartStep>(&later.what);
    return restart != nullptr && restart->crash;
  };
  if (std::any_of(test_.steps.begin() + static_cast<std::ptrdiff_t>(step), test_.steps.end(), crashes))
    return {};
  if (auto problem = checkpoint(); !problem.empty()) return problem;
  const bool complete = std::all_of(bench_.feeds.begin(), bench_.feeds.end(),
                                    [](const auto& feed) { return feed.second.all_committed(); });
  if (job_->failure() || !complete) return {};
  counted_before_ = totals();
  return start_again();
}

std::vector<StageTotals> StepRunner::totals() const {
  auto all = job_->totals();
  for (std::size_t i = 0; i < counted_before_.size(); ++i) all[i] += counted_before_[i];
  return all;
}

SampleRecord StepRunner::fed_record(const WrittenRecord& written, const FeedStep& step, SourceFeed& feed) {
  SampleRecord record = record_of(written);
  const SourceFeed::Origin origin = origin_of(written, step);
  record.origin = origin.first;
  record.partition = origin.second;
  auto& next = feed.next_position[origin];
  record.position = written.position.value_or(next);
  next = record.position + 1;
  return record;
}

std::string StepRunner::operator()(const FeedStep& step) {
  SourceFeed& feed = bench_.feeds[feed_name(step.into, real_)];
  if (job_->ended() || feed.ended())
    return "there is no more to be read: '" + step.into.stage + "' has ended";
  feed.silent = false;
  const GraphStage& stage = *find_stage(real_, step.into.stage);
  // What stands before another stage has a port for each kind.
  const std::uint32_t port = feed.is_source ? port_number(stage, step.into.port) : step.items.grouped ? 1 : 0;
  for (const auto& record : step.items.records) feed.items.push_back({port, fed_record(record, step, feed)});
  for (const auto& group : step.items.groups) {
    SampleGroup made{group.key.value_or(std::nullopt),
                     group.start.value_or(clock_.now()),
                     group.end.value_or(clock_.now()),
                     {}};
    for (const auto& record : group.records) made.records.push_back(fed_record(record, step, feed));
    feed.items.push_back({port, std::move(made)});
  }
  return settle();
}

std::string StepRunner::operator()(const ClockStep& step) {
  clock_.set(step.by ? clock_.now() + step.by->count() : step.to);
  return settle();
}

/// The test says how far event time has come at a stage: its sources, from which nothing came, are not to
/// hold that back.
void StepRunner::rest_silent_sources() {
  for (auto& [name, feed] : bench_.feeds) {
    if (!feed.is_source || !feed.silent || !find_stage(real_, name)->spec.event_time) continue;
    feed.silent = false;
    for (const auto& origin : feed.origins)
      feed.items.push_back({0, SourceFeed::TimeMark{origin, std::nullopt}});
  }
}

std::string StepRunner::operator()(const EventTimeStep& step) {
  SourceFeed& feed = bench_.feeds[feed_name(step.into, real_)];
  if (job_->ended() || feed.ended())
    return "there is no more to be read: '" + step.into.stage + "' has ended";
  feed.silent = false;
  if (!feed.is_source) rest_silent_sources();
  for (const auto& origin : feed.origins) {
    if (step.partition && *step.partition != origin.second) continue;
    feed.items.push_back({0, SourceFeed::TimeMark{origin, step.watermark}});
  }
  return settle();
}

std::string StepRunner::operator()(const RestartStep& step) {
  if (job_->ended()) return "the pipeline has ended, so it cannot be restarted";
  if (!step.crash) {
    if (auto problem = checkpoint(); !problem.empty()) return problem;
  }
  if (job_->failure()) return {};
  counted_before_.clear();
  return start_again(step.after);
}

std::string StepRunner::operator()(const AnswerStep& step) {
  auto& calls = bench_.scripts.at(step.stage.stage).calls;
  for (const auto& call : step.calls) calls.push_back(call_of(call, *find_stage(real_, step.stage.stage)));
  return {};
}

std::string StepRunner::operator()(const EndStep& step) {
  for (auto& [name, feed] : bench_.feeds) {
    const bool all = step.sources.empty();
    const bool named = std::any_of(step.sources.begin(), step.sources.end(),
                                   [&name = name](const PortRef& source) { return source.stage == name; });
    // What steps put into other stages ends with the last source.
    if (all || named) feed.ends = true;
  }
  if (auto problem = settle(); !problem.empty()) return problem;
  const bool done = std::all_of(bench_.feeds.begin(), bench_.feeds.end(), [](const auto& feed) {
    return feed.second.ended() || !feed.second.is_source;
  });
  if (!done) return {};
  for (auto& [name, feed] : bench_.feeds) feed.ends = true;
  if (auto problem = settle(); !problem.empty()) return problem;
  return job_->end() ? "" : SteppedJob::kNoRest;
}

Seen& StepRunner::seen_at(const PortRef& at) {
  const bool sink = find_stage(real_, at.stage)->spec.kind == StageKind::kSink && at.port == "out";
  return bench_.seen[sink ? at.stage : at.stage + "." + at.port];
}

/// What a sink took has come by the ports that it reads.
void StepRunner::account_for_inputs_of(const GraphStage& sink) {
  for (const auto& ref : sink.spec.from) {
    Seen& seen = bench_.seen[ref.stage + "." + ref.port];
    seen.accounted = seen.items.size();
  }
}

std::string StepRunner::difference_of(const ExpectStep& step, const GraphStage& stage,
                                      std::vector<Sample> came) const {
  if (variation_.tasks == 1) return difference(step, came);
  const auto index = static_cast<std::size_t>(&stage - real_.stages.data());
  if (spread_.behind_broadcast(index)) came = without_repeats(std::move(came), spread_.broadcast_sources());
  return difference(step, came, !spread_.in_order(index));
}

bool StepRunner::as_counted(const GraphStage& stage, std::uint64_t found, std::int64_t expected) const {
  const auto least = static_cast<std::uint64_t>(expected);
  const auto index = static_cast<std::size_t>(&stage - real_.stages.data());
  const int times = spread_.behind_broadcast(index) ? variation_.tasks : 1;
  return found >= least && found <= least * static_cast<std::uint64_t>(times);
}

std::string StepRunner::operator()(const ExpectStep& step) {
  Seen& seen = seen_at(step.at);
  const std::vector<Sample> came(seen.items.begin() + static_cast<std::ptrdiff_t>(seen.expected),
                                 seen.items.end());
  seen.expected = seen.items.size();
  const GraphStage& stage = *find_stage(real_, step.at.stage);
  if (stage.spec.kind == StageKind::kSink && step.at.port == "out") account_for_inputs_of(stage);
  const std::string lines = difference_of(step, stage, came);
  if (lines.empty()) return {};
  const std::string what = step.at.port == "out" ? step.at.stage : step.at.stage + "." + step.at.port;
  return what + (stage.spec.kind == StageKind::kSink ? " took" : " gave") +
         " something else than expected (" + "- expected, + came):\n" + lines;
}

std::string StepRunner::operator()(const CountersStep& step) {
  const auto totals = this->totals();
  std::string problems;
  for (const auto& [name, value] : step.counters) {
    const GraphStage& stage = *find_stage(real_, name.stage);
    const auto index = static_cast<std::size_t>(&stage - real_.stages.data());
    const auto counts = counts_of(stage, totals[index]);
    const auto found = counts.find(name.port);
    std::string problem;
    if (found == counts.end()) {
      std::vector<std::string> known;
      known.reserve(counts.size());
      for (const auto& [known_name, n] : counts) known.push_back(known_name);
      problem = "stage '" + name.stage + "' counts no '" + name.port + "'" + suggestion(name.port, known);
    } else if (!as_counted(stage, found->second, value)) {
      problem = name.stage + "." + name.port + " is " + std::to_string(found->second) + ", expected " +
                std::to_string(value);
    }
    if (!problem.empty()) problems += (problems.empty() ? "" : "; ") + problem;
  }
  return problems;
}

std::string StepRunner::operator()(const NothingElseStep&) {
  std::string text;
  const auto look = [&](const GraphStage& stage, const GraphPort& port) {
    const bool to_sink = std::any_of(
        port.consumers.begin(), port.consumers.end(),
        [&](const GraphPort::Consumer& to) { return real_.stages[to.stage].spec.kind == StageKind::kSink; });
    if (!to_sink && !port.discarded) return;
    const Seen& seen = bench_.seen[stage.spec.name + "." + port.name];
    for (std::size_t i = std::max(seen.expected, seen.accounted); i < seen.items.size(); ++i) {
      text += "  + " + stage.spec.name + "." + port.name + ": " + to_text(seen.items[i]) + "\n";
    }
  };
  for (const auto& stage : real_.stages) {
    for (const auto& port : stage.ports) look(stage, port);
    look(stage, stage.error);
  }
  return text.empty() ? "" : "this has left as well, and no step expected it:\n" + text;
}

std::string StepRunner::operator()(const StopsStep& step) {
  const auto failure = job_->failure();
  if (!failure) return job_->ended() ? "the pipeline has ended well" : "the pipeline has not stopped";
  stop_expected_ = true;
  if (step.stage && step.stage->stage != failure->stage)
    return found_instead("the stage", failure->stage, step.stage->stage);
  if (step.code && *step.code != failure->code) return found_instead("the code", failure->code, *step.code);
  if (step.message && failure->message.find(*step.message) == std::string::npos) {
    return found_instead("the message", failure->message, *step.message) + " in it";
  }
  return {};
}

}  // namespace weir
