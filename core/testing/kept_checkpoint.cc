// SPDX-License-Identifier: Apache-2.0
#include "testing/kept_checkpoint.h"

#include <utility>

namespace weir {

std::string KeptCheckpoint::save(int group, const Checkpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  kept_[group] = encode(checkpoint);
  return {};
}

std::variant<CheckpointStore::Loaded, std::string> KeptCheckpoint::load(Origins& origins) const {
  const std::lock_guard lock(mutex_);
  Loaded loaded;
  for (const auto& [group, bytes] : kept_) {
    auto checkpoint = decode(bytes, origins);
    if (auto* problem = std::get_if<std::string>(&checkpoint)) return std::move(*problem);
    loaded.checkpoints.push_back(std::move(std::get<0>(checkpoint)));
  }
  return loaded;
}

}  // namespace weir
