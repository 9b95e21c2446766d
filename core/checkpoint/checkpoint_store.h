// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/origins.h"

namespace weir {

/// Keeps positions in a folder, for sources that have no place of their own to keep them (files): one file
/// for each task, see FORMAT.md. Written beside and renamed, so that a crash leaves the old or the new one.
class CheckpointStore {
 public:
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
  std::string save(int task, const std::vector<weir_position>& positions) const;

  /// The furthest position of each origin over all tasks' files; or what is wrong with the folder or a file.
  std::variant<std::vector<weir_position>, std::string> load(Origins& origins) const;

 private:
  bool is_ours(std::string_view file) const;
  std::string held_by(int fd) const;

  const std::string folder_;
  const std::string pipeline_;
  const std::string prefix_;
  int lock_ = -1;  // the lock file, open; -1 without a claim
};

}  // namespace weir
