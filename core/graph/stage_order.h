// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Puts each stage behind those it reads from. Tells of a cycle, with the stages on it; the graph is then
/// left as it is.
void put_in_order(PipelineGraph& graph, Diagnostics& diagnostics);

}  // namespace weir
