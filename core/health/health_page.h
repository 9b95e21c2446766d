// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "graph/pipeline_graph.h"
#include "health/http_listener.h"
#include "health/run_state.h"

namespace weir {

/// What etl-run answers to those who look after it. Paths:
///
///     /live     200 as long as the process answers
///     /ready    200 while records may flow, otherwise 503 with the reason in a line
///     /status   JSON: phase, last failure, restarts, checkpoints, and what was counted at each stage
///     /metrics  the same counts for Prometheus, in its text format 0.0.4
HttpReply health_page(std::string_view path, const PipelineGraph& graph, const RunState& state);

/// A run as JSON, with a line feed at the end.
std::string status_text(const PipelineGraph& graph, const RunState& state);

/// A run in Prometheus' text format.
std::string prometheus_text(const PipelineGraph& graph, const RunState& state);

}  // namespace weir
