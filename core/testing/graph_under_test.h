// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/log.h"
#include "graph/pipeline_graph.h"
#include "testing/bench.h"
#include "testing/conductor.h"
#include "testing/failing_stage.h"

namespace weir {

/// The parts of a test's graph that its steps work with, by name. The graph refers to them.
struct Bench {
  std::map<std::string, SourceFeed> feeds;  ///< by source; by "stage" or "stage.input" of another
  std::map<std::string, Seen> seen;         ///< by "stage.port", and by sink
  std::map<std::string, Script> scripts;    ///< by stage
  std::map<std::string, std::unique_ptr<FailingStage>> failing;  ///< by stage
  Conductor* conductor = nullptr;
};

/// What a test's steps ask of the graph.
struct Wanted {
  std::set<std::string> answered;  ///< stages that steps answer for
  std::set<std::string> failing;   ///< stages of which steps let calls fail, and nothing else
  std::set<std::string> fed;       ///< inputs of stages other than sources that steps put something into
  std::set<std::string> timed;     ///< those of them that get watermarks
  int tasks = 1;
};

/// Whether the stage is not the real one in a test: sources, sinks, stages that wait for I/O, and those that
/// steps answer for. One of which steps only let calls fail is the real one for all others.
bool is_replaced(const GraphStage& stage, const std::set<std::string>& answered);

/// `real` as a test runs it: in so many tasks, all on their threads; replaced stages instead of those that
/// is_replaced(); a tap at every port that leads somewhere or is discarded. An `error` port that is not wired
/// stays so, since such a record stops the pipeline. `bench` gets an entry for each part, and with `log` it
/// outlives the graph.
PipelineGraph graph_under_test(const PipelineGraph& real, const Wanted& wanted, Bench& bench, Log& log);

}  // namespace weir
