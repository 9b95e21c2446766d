// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace weir {

/// Keeps checkpoints: for each task, or each group of tasks, how far sources have been read and what the
/// stages hold.
class CheckpointStore {
 public:
  struct Loaded {
    std::vector<Checkpoint> checkpoints;  ///< the last one of each task or group, by their numbers
    /// What is wrong with newer ones, in whose place older ones stand: whoever goes on from those must read
    /// again what came after them.
    std::vector<std::string> damaged;
    std::uint64_t last = 0;  ///< the highest number of any, in whatever state it is
  };

  CheckpointStore() = default;
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  virtual ~CheckpointStore() = default;

  /// Keeps what a group of tasks saves, as `bytes`, that is encode(checkpoint), and the one that it goes on
  /// from, and so on; durable when it returns an empty string, otherwise what went wrong. Several groups may
  /// save at once.
  virtual std::string save(const Checkpoint& checkpoint, std::string_view bytes) = 0;

  /// Whether that takes long, so that the stream should go on meanwhile.
  virtual bool is_slow() const { return false; }

  /// What was saved last, put on what it goes on from, with origins of `origins`; or what is wrong with it.
  virtual std::variant<Loaded, std::string> load(Origins& origins) const = 0;
};

}  // namespace weir
