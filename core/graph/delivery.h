// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Finds out where checkpoints are kept and how each sink takes part in them, and whether all stages can keep
/// what `delivery:` promises. The work has been split. All that is wrong goes to `diagnostics`.
void settle_delivery(PipelineGraph& graph, Diagnostics& diagnostics);

}  // namespace weir
