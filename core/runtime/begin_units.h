// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/log.h"
#include "checkpoint/origins.h"
#include "checkpoint/unit_store.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// With state by partition, before anything runs: puts an exported checkpoint (`begin_with`) into the store,
/// and takes the states out of it that `graph` leaves behind (`dropped_states`). Each unit that changes is
/// claimed for that, so no other process of the pipeline should be running. Returns an empty string, or why
/// it cannot be.
std::string begin_units(const PipelineGraph& graph, const UnitStore& store, Log& log, Origins& origins);

}  // namespace weir
