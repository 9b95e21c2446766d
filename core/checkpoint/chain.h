// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint.h"

namespace weir {

/// Decides for a group of tasks whether its next checkpoint may say only what has changed since the last one.
/// It is whole in the beginning, and when what changed since the last whole one is as much as that: so what
/// is written, and what is read at a start, is at most twice what it must be. Not thread-safe.
class Chain {
 public:
  /// Checkpoints on one whole one, at most: each is a file, or a row.
  static constexpr std::size_t kMost = 200;

  /// What the next one goes on from: 0 for nothing.
  std::uint64_t base() const { return changes_bytes_ < whole_bytes_ && length_ < kMost ? last_ : 0; }
  std::uint64_t base_sum() const { return last_sum_; }
  /// How many stand on the last whole one.
  std::size_t length() const { return length_; }
  /// It is durable, as `bytes`.
  void saved(const Checkpoint& checkpoint, std::string_view bytes);

 private:
  std::uint64_t last_ = 0, last_sum_ = 0;
  std::size_t whole_bytes_ = 0, changes_bytes_ = 0, length_ = 0;
};

/// Gives those states of `checkpoint` that are not whole what they go on from; `base` is the one that it
/// names, and is used up. Returns an empty string, or what is wrong, as in "it is damaged".
std::string put_on(Checkpoint&& base, Checkpoint& checkpoint);

/// Joins each state with what it goes on from. Throws std::runtime_error when one cannot be understood.
void make_whole(Checkpoint& checkpoint, Origins& origins);

}  // namespace weir
