// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/origins.h"

namespace weir {

/// What a task, or a group of tasks that make their checkpoints together, saves at one moment.
struct Checkpoint {
  /// What a sink prepared for it: `transaction` is the sink's own.
  struct Prepared {
    std::string stage;
    std::string transaction;
  };

  /// What one stage holds in one task: as its node wrote it, and what that depends on, see GraphStage.
  struct StageState {
    std::string stage;
    std::string shape;
    std::string snapshot;
  };
  using TaskState = std::vector<StageState>;

  std::uint64_t number = 0;  ///< grows, over restarts too
  int group = 0;             ///< of the job's groups of tasks: which it is of,
  int groups = 1;            ///< and how many there were
  std::vector<weir_position> positions;
  std::vector<TaskState> states;   ///< of each task, in their order; none where nothing is kept
  std::vector<Prepared> prepared;  ///< to be committed by whoever goes on from here
};

/// The bytes of a checkpoint, with their version and a sum over all of them; see FORMAT.md.
std::string encode(const Checkpoint& checkpoint);

/// The checkpoint, with origins of `origins`; or what is wrong with the bytes, as in "it is damaged".
std::variant<Checkpoint, std::string> decode(std::string_view bytes, Origins& origins);

}  // namespace weir
