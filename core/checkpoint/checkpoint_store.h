// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
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
  };

  CheckpointStore() = default;
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  virtual ~CheckpointStore() = default;

  /// Keeps what the group of tasks saves; durable when it returns an empty string, otherwise what went wrong.
  /// Several groups may save at once.
  virtual std::string save(int group, const Checkpoint& checkpoint) = 0;

  /// What was saved last, with origins of `origins`; or what is wrong with it.
  virtual std::variant<Loaded, std::string> load(Origins& origins) const = 0;
};

}  // namespace weir
