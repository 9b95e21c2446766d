// SPDX-License-Identifier: Apache-2.0
#include "testing/kept_checkpoint.h"

#include <weir/record.h>

#include <algorithm>

namespace weir {

std::string KeptCheckpoint::save(int task, const std::vector<weir_position>& positions,
                                 const std::vector<std::string>& states) {
  const std::lock_guard lock(mutex_);
  auto& kept = positions_[task];
  kept.clear();
  for (const auto& p : positions) {
    kept[{std::string(view(p.origin->source)), std::string(view(p.origin->name)), p.origin->partition}] =
        p.next;
  }
  states_[task] = states;
  return {};
}

std::variant<CheckpointStore::Saved, std::string> KeptCheckpoint::load(Origins& origins) const {
  const std::lock_guard lock(mutex_);
  std::map<Origin, std::int64_t> furthest;
  for (const auto& [task, positions] : positions_) {
    for (const auto& [origin, next] : positions) {
      auto& at = furthest[origin];
      at = std::max(at, next);
    }
  }
  Saved saved;
  for (const auto& [task, states] : states_)
    saved.states.insert(saved.states.end(), states.begin(), states.end());
  for (const auto& [origin, next] : furthest) {
    const auto& [source, name, partition] = origin;
    saved.positions.push_back({origins.get(source, name, partition), next});
  }
  return saved;
}

}  // namespace weir
