// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/run_pipeline.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// What the pipeline's last checkpoints hold: positions, and of each stage how much; or with `export_to` (a
/// file, or - for standard output) all of it as lines of JSON.
ExitCode show_state(const PipelineGraph& graph, const std::string& export_to);

}  // namespace weir
