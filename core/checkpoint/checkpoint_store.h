// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <variant>
#include <vector>

#include "checkpoint/origins.h"

namespace weir {

/// Keeps checkpoints: for each task, or each group of tasks, the positions, for sources that have no place of
/// their own to keep them (files), and what the stages hold.
class CheckpointStore {
 public:
  /// The checkpoints of all tasks.
  struct Saved {
    std::vector<weir_position> positions;  ///< the furthest of each origin
    std::vector<std::string> states;       ///< what each of the tasks held that kept anything, in their order
  };

  CheckpointStore() = default;
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  virtual ~CheckpointStore() = default;

  /// Keeps what the task saved in place of what it saved before; durable when it returns an empty string,
  /// otherwise what went wrong. Several tasks may save at once. `states`: what stages hold at these
  /// positions, one for each task that the checkpoint is of.
  virtual std::string save(int task, const std::vector<weir_position>& positions,
                           const std::vector<std::string>& states) = 0;

  /// What was saved last, with origins of `origins`; or what is wrong with it.
  virtual std::variant<Saved, std::string> load(Origins& origins) const = 0;
};

}  // namespace weir
