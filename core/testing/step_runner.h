// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "base/log.h"
#include "graph/pipeline_graph.h"
#include "testing/conductor.h"
#include "testing/graph_under_test.h"
#include "testing/kept_checkpoint.h"
#include "testing/stepped_job.h"
#include "testing/test_case.h"

namespace weir {

class StepClock;

/// Runs the steps of one test, once. Steps act while the pipeline is at rest, and each leaves it at rest.
class StepRunner {
 public:
  /// The first four outlive the runner. `at_once` as in PipelineTest::run(). The names in the test have been
  /// checked against the graph.
  StepRunner(const PipelineGraph& graph, const TestCase& test, StepClock& clock, Log& log,
             std::size_t at_once);

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
  std::string settle();
  std::string start();
  /// Delivers, commits, and keeps what the stages hold.
  std::string checkpoint();
  /// Takes the job down and starts another one at the last checkpoint.
  std::string start_again();
  SampleRecord fed_record(const WrittenRecord& written, const FeedStep& step, SourceFeed& feed);
  Seen& seen_at(const PortRef& at);
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
  bool stop_expected_ = false;  ///< a step has said that the pipeline stops
  std::unique_ptr<SteppedJob> job_;
};

}  // namespace weir
