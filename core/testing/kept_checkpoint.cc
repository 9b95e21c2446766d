// SPDX-License-Identifier: Apache-2.0
#include "testing/kept_checkpoint.h"

#include <utility>

#include "checkpoint/chain.h"

namespace weir {

std::string KeptCheckpoint::save(const Checkpoint& checkpoint, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  auto& chain = kept_[checkpoint.group];
  if (checkpoint.base == 0) chain.clear();
  chain.emplace_back(bytes);
  return {};
}

std::variant<CheckpointStore::Loaded, std::string> KeptCheckpoint::load(Origins& origins) const {
  const std::lock_guard lock(mutex_);
  Loaded loaded;
  for (const auto& [group, chain] : kept_) {
    Checkpoint last;
    for (const auto& bytes : chain) {
      auto read = decode(bytes, origins);
      if (auto* problem = std::get_if<std::string>(&read)) return std::move(*problem);
      Checkpoint base = std::exchange(last, std::move(std::get<0>(read)));
      if (last.base == 0) continue;
      if (auto problem = put_on(std::move(base), last); !problem.empty()) return problem;
    }
    loaded.checkpoints.push_back(std::move(last));
  }
  return loaded;
}

}  // namespace weir
