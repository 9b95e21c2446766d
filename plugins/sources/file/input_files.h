// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/options.h>

#include <mutex>
#include <string>
#include <vector>

namespace weir::file {

/// The files of a stage, found once for all its tasks: the tasks divide one list, whatever appears meanwhile.
class InputFiles {
 public:
  explicit InputFiles(const Options& options) : patterns_(options.strings("path")) {}

  /// In the order of the option, those of a pattern sorted by name, each once. Throws Stop when one is
  /// missing or cannot be read. [any-thread]
  const std::vector<std::string>& paths();

 private:
  const std::vector<std::string> patterns_;
  std::once_flag found_;
  std::vector<std::string> paths_;
};

/// The first of the pattern's files that is a pipe, a terminal or the like; empty when there is none.
std::string stream_of(const std::string& pattern);

/// The path that stands for standard input.
inline constexpr const char* kStandardInput = "-";

}  // namespace weir::file
