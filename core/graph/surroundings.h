// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Asks each window and process whether it makes sense where it stands: where nothing before it tells event
/// time, and where it has a `key:`. To be called when event time has been spread.
void check_surroundings(const PipelineGraph& graph, Diagnostics& diagnostics);

}  // namespace weir
