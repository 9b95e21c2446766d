// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "checkpoint/checkpoint_store.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// The checkpoints that a job of `graph` goes on from: of the sink that keeps them, which this process takes
/// over by asking, or of `store`, which may be null. Or why they cannot be had.
std::variant<CheckpointStore::Loaded, std::string> load_checkpoints(const PipelineGraph& graph,
                                                                    const CheckpointStore* store,
                                                                    Origins& origins);

}  // namespace weir
