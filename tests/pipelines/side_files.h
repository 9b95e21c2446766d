// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weir::pipelines {

/// One line of a side file, as far as the tests look at it.
struct SideLine {
  std::string value;
  std::string stage, port, code, message;
  int attempts = 0;
};

/// The lines of the files in `folder` that replay has not finished with: wexinId.*.ndjson, and those of them
/// that are being replayed. None while there is no file. Throws when a line is no envelope.
std::vector<SideLine> side_lines(const std::filesystem::path& folder);

/// Paths in `folder` that end so, sorted.
std::vector<std::filesystem::path> files_ending(const std::filesystem::path& folder, const std::string& end);

}  // namespace weir::pipelines
