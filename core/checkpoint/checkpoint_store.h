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

  /// Durable when it returns an empty string, otherwise what went wrong. Several tasks may save at once.
  std::string save(int task, const std::vector<weir_position>& positions) const;

  /// The furthest position of each origin over all tasks' files; or what is wrong with the folder or a file.
  std::variant<std::vector<weir_position>, std::string> load(Origins& origins) const;

 private:
  bool is_ours(std::string_view file) const;

  const std::string folder_;
  const std::string prefix_;
};

}  // namespace weir
