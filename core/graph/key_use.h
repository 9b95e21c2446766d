// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Tells where a `key:` is missing that the plugin's work needs, where one stands that has no effect, and
/// where records that belong to their keys are sent to all tasks. All stages are wired.
void check_key_use(const PipelineGraph& graph, Diagnostics& diagnostics);

}  // namespace weir
