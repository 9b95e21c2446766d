// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Takes the states of the stages `to_drop` out, and compares the others with the stages of `graph`. Returns
/// an empty string; or, with all names, what is saved and no stage can take up, or what is to be left behind
/// and is not there.
std::string check_saved_states(const PipelineGraph& graph, std::vector<Checkpoint>& checkpoints,
                               const std::vector<std::string>& to_drop);

}  // namespace weir
