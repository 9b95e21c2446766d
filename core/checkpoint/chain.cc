// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/chain.h"

#include <algorithm>
#include <utility>

#include "state/stage_contents.h"

namespace weir {

void Chain::saved(const Checkpoint& checkpoint, std::string_view bytes) {
  last_ = checkpoint.number;
  last_sum_ = sum_in(bytes);
  if (checkpoint.base == 0) {
    whole_bytes_ = bytes.size();
    changes_bytes_ = length_ = 0;
  } else {
    changes_bytes_ += bytes.size();
    ++length_;
  }
}

std::string put_on(Checkpoint&& base, Checkpoint& checkpoint) {
  if (checkpoint.base != base.number || checkpoint.base_sum != base.sum)
    return "it goes on from another checkpoint " + std::to_string(checkpoint.base);
  for (std::size_t task = 0; task < checkpoint.states.size(); ++task) {
    for (auto& state : checkpoint.states[task]) {
      if (state.is_whole) continue;
      if (task >= base.states.size()) return "it goes on from more tasks than there were";
      auto& before = base.states[task];
      const auto found =
          std::find_if(before.begin(), before.end(), [&](const auto& b) { return b.stage == state.stage; });
      if (found == before.end()) return "it goes on from a state of '" + state.stage + "' that is not there";
      state.before = std::move(found->before);
      state.before.push_back(std::move(found->snapshot));
    }
  }
  return {};
}

void make_whole(Checkpoint& checkpoint, Origins& origins) {
  const auto find = [&](std::string_view source, std::string_view name, std::int32_t partition) {
    return origins.get(source, name, partition);
  };
  for (auto& task : checkpoint.states) {
    for (auto& state : task) {
      if (state.before.empty()) continue;
      state.snapshot = join_snapshots(state.layers(), find);
      state.before.clear();
      state.is_whole = true;
    }
  }
  checkpoint.base = checkpoint.base_sum = 0;
}

}  // namespace weir
