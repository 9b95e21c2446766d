// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/origins.h"
#include "state/snapshot.h"

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
    bool is_whole = true;  ///< or else it says what has changed since the checkpoint `base`
    /// Where it is not, once loaded: the snapshots that came before it, the first of which is whole.
    std::vector<std::string> before = {};
    /// Of one that is to be saved: writes what stands behind `snapshot`, once or more, on any thread.
    std::function<void(SnapshotWriter& to)> rest = {};

    /// All that is to be read, in this order.
    std::vector<std::string_view> layers() const {
      std::vector<std::string_view> all(before.begin(), before.end());
      all.emplace_back(snapshot);
      return all;
    }
  };
  using TaskState = std::vector<StageState>;

  std::uint64_t number = 0;    ///< grows, over restarts too
  std::uint64_t base = 0;      ///< the one whose states those that are not whole go on from; 0 where all are
  std::uint64_t base_sum = 0;  ///< and its sum, so that it is known for sure
  std::uint64_t sum = 0;       ///< of one that was read: its own
  int group = 0;               ///< of the job's groups of tasks: which it is of,
  int groups = 1;              ///< and how many there were
  std::vector<weir_position> positions;
  bool has_files = false;  ///< of one that is to be saved: see holds_stored_parts(), also without `states`
  std::vector<TaskState> states;   ///< of each task, in their order; none where nothing is kept
  std::vector<Prepared> prepared;  ///< to be committed by whoever goes on from here
};

/// Whether files in a folder belong to it, see StoredPart.
bool holds_stored_parts(const Checkpoint& checkpoint);

/// The bytes of a checkpoint, with their version and a sum over all of them; see FORMAT.md.
std::string encode(const Checkpoint& checkpoint);

/// The sum in such bytes.
std::uint64_t sum_in(std::string_view bytes);

/// The checkpoint, with origins of `origins`; or what is wrong with the bytes, as in "it is damaged".
std::variant<Checkpoint, std::string> decode(std::string_view bytes, Origins& origins);

}  // namespace weir
