// SPDX-License-Identifier: Apache-2.0
#include "graph/work_split.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace weir {

/// State belongs to one task: by its key, which a group brings along from a keyed window; without a key a
/// stage must see everything. With a broadcast input it says itself what is the same in all tasks.
void split_work(PipelineGraph& graph) {
  std::vector<bool> keyed_groups(graph.stages.size(), false), broadcast(graph.stages.size(), false);
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    auto& stage = graph.stages[i];
    const bool stateful = stage.plugin != nullptr && (stage.plugin->capabilities & WEIR_STATEFUL) != 0;
    if (!stage.spec.key.empty() || (stateful && keyed_groups[i])) {
      stage.split = Split::kByKey;
    } else if (stateful && !broadcast[i]) {
      stage.split = Split::kWhole;
    }
    const bool keyed = !stage.spec.key.empty() || keyed_groups[i];
    const auto lead = [&](const GraphPort& port) {
      for (const auto& to : port.consumers) {
        if (to.broadcast) broadcast[to.stage] = true;
        if (keyed && port.item == WEIR_GROUPS) keyed_groups[to.stage] = true;
      }
    };
    for (const auto& port : stage.ports) lead(port);
    lead(stage.error);
  }
}

bool PipelineGraph::has_exchange_before(std::size_t stage) const {
  const auto leads = [&](const GraphPort& port) {
    return std::any_of(port.consumers.begin(), port.consumers.end(),
                       [&](const auto& to) { return to.stage == stage && is_exchanged(to); });
  };
  return std::any_of(stages.begin(), stages.end(), [&](const auto& from) {
    return leads(from.error) || std::any_of(from.ports.begin(), from.ports.end(), leads);
  });
}

bool PipelineGraph::keeps_state() const {
  return std::any_of(stages.begin(), stages.end(), [](const GraphStage& stage) {
    return stage.plugin != nullptr && (stage.plugin->capabilities & WEIR_STATEFUL) != 0;
  });
}

bool PipelineGraph::has_exchange() const {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (has_exchange_before(i)) return true;
  }
  return false;
}

}  // namespace weir
