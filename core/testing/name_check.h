// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"
#include "testing/graph_under_test.h"
#include "testing/test_case.h"

namespace weir {

/// Checks what the steps name against the graph of their pipeline: stages, ports, the kind of items. All that
/// is wrong goes to `diagnostics`.
void check_names(const TestCase& test, const PipelineGraph& graph, Diagnostics& diagnostics);

/// What a feed is called in the Bench: a source by its name, otherwise "stage" or "stage.input".
std::string feed_name(const PortRef& into, const PipelineGraph& graph);

/// Whether `into` names an input of a stage by which all tasks are told the same.
bool is_broadcast(const PortRef& into, const PipelineGraph& graph);

/// All that read what the stage gives, its `error` included.
std::vector<GraphPort::Consumer> consumers_of(const GraphStage& stage);
/// The stage itself and all that stand behind it.
std::set<std::size_t> reach_of(const PipelineGraph& graph, std::size_t stage);

/// What the steps ask of the graph.
Wanted wanted_of(const TestCase& test, const PipelineGraph& graph);

const GraphStage* find_stage(const PipelineGraph& graph, const std::string& name);

/// The number of a port; WEIR_ERROR_PORT for `error`. Throws std::out_of_range when there is none.
std::uint32_t port_number(const GraphStage& stage, const std::string& port);

}  // namespace weir
