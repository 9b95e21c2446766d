// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/origins.h"

namespace weir {

/// Keeps checkpoints in a folder, see FORMAT.md: for each task the positions, for sources that have no place
/// of their own to keep them (files), and what its stages hold. Written beside and renamed, so that a crash
/// leaves the old or the new checkpoint as a whole.
class CheckpointStore {
 public:
  /// The checkpoints of all tasks.
  struct Saved {
    std::vector<weir_position> positions;  ///< the furthest of each origin
    std::map<int, std::string> states;     ///< by task; none where the task held nothing
  };

  /// `pipeline` is part of the file names, so that several pipelines may share a folder.
  CheckpointStore(std::string folder, std::string pipeline);
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  /// Gives the claim back.
  ~CheckpointStore();

  /// Makes the folder and keeps every other process, and every other store of this one, from claiming the
  /// same pipeline in it for as long as this object lives: two that save to the same files would take each
  /// other's positions back. Returns an empty string, or why it cannot be: the folder, and the process that
  /// has it. The kernel ends the claim with the process, however that ends.
  std::string claim();

  /// Durable when it returns an empty string, otherwise what went wrong. Several tasks may save at once.
  /// `state`: what the task's stages hold at these positions; empty for nothing.
  std::string save(int task, const std::vector<weir_position>& positions, std::string_view state = {}) const;

  /// What was saved last; or what is wrong with the folder or a file.
  std::variant<Saved, std::string> load(Origins& origins) const;

 private:
  /// The number of the task whose checkpoint a file is; -1 for other files.
  int task_of(std::string_view file) const;
  std::string save_state(int task, std::string_view state, std::string& name) const;
  void remove_states_but(int task, const std::string& kept) const;
  std::string held_by(int fd) const;

  const std::string folder_;
  const std::string pipeline_;
  const std::string prefix_;
  int lock_ = -1;  // the lock file, open; -1 without a claim
};

}  // namespace weir
