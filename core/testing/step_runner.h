// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/log.h"
#include "graph/pipeline_graph.h"
#include "metrics/job_metrics.h"
#include "testing/conductor.h"
#include "testing/graph_under_test.h"
#include "testing/kept_checkpoint.h"
#include "testing/stepped_job.h"
#include "testing/task_spread.h"
#include "testing/test_case.h"
#include "testing/variation.h"

namespace weir {

class StepClock;

/// Runs the steps of one test, once. Steps act while the pipeline is at rest, and each leaves it at rest.
///
/// With Variation::restarts the pipeline is restarted before each step, as the step `restart` does, but for
/// places where that is meant to be seen: before a later `restart: crash`, and while records are held by a
/// stage that keeps no state, which are then read again. Counters go on over these restarts.
///
/// With several tasks TaskSpread says what is compared how.
class StepRunner {
 public:
  /// All outlive the runner. The names in the test have been checked against the graph.
  StepRunner(const PipelineGraph& graph, const TestCase& test, StepClock& clock, Log& log,
             const Variation& variation);

  /// The first step that does not hold and why, if there is one.
  std::optional<Diagnostic> run();

  // One step each; returns what does not hold, or an empty text.
  std::string operator()(const FeedStep& step);
  std::string operator()(const ClockStep& step);
  std::string operator()(const EventTimeStep& step);
  std::string operator()(const RestartStep& step);
  std::string operator()(const AnswerStep& step);
  std::string operator()(const EndStep& step);
  std::string operator()(const ExpectStep& step);
  std::string operator()(const CountersStep& step);
  std::string operator()(const NothingElseStep& step);
  std::string operator()(const StopsStep& step);

 private:
  void note_origins();
  void rest_silent_sources();
  std::string settle();
  std::string start();
  /// Delivers, commits, and keeps what the stages hold.
  std::string checkpoint();
  /// Takes the job down and starts another one at the last checkpoint, so much later.
  std::string start_again(std::chrono::milliseconds after = {});
  /// A restart that no step tells, before the step with this number, if nothing is to be seen of it.
  std::string restart_unseen(std::size_t step);
  /// What was counted since the last restart that a step told.
  std::vector<StageTotals> totals() const;
  SampleRecord fed_record(const WrittenRecord& written, const FeedStep& step, SourceFeed& feed);
  Seen& seen_at(const PortRef& at);
  /// What may differ from one task to several does not.
  std::string difference_of(const ExpectStep& step, const GraphStage& stage, std::vector<Sample> came) const;
  bool as_counted(const GraphStage& stage, std::uint64_t found, std::int64_t expected) const;
  void account_for_inputs_of(const GraphStage& sink);
  std::string why_stopped() const;

  const PipelineGraph& real_;
  const TestCase& test_;
  StepClock& clock_;
  Log& log_;
  Conductor conductor_;
  KeptCheckpoint checkpoint_;
  Bench bench_;
  PipelineGraph graph_;
  const Variation& variation_;
  const TaskSpread spread_;
  std::vector<StageTotals> counted_before_;  ///< by jobs that restart_unseen() took down
  bool stop_expected_ = false;               ///< a step has said that the pipeline stops
  std::unique_ptr<SteppedJob> job_;
};

}  // namespace weir
