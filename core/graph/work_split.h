// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/pipeline_graph.h"

namespace weir {

/// Finds for each stage how several tasks share its work. The stages stand in order.
void split_work(PipelineGraph& graph);

}  // namespace weir
