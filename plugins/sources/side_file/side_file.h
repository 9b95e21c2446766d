// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lines/file_descriptor.h"

namespace weir::side_file {

/// A side file on its way through a replay:
///
///     FILE             writers append to it
///     FILE.replaying   taken over: nobody appends any more; left behind when a replay is killed
///     FILE.replayed    every record of it is delivered
///
/// Where a name is taken, a number is added: FILE.replayed.1.
class SideFile {
 public:
  /// What there is of the files at `base`: what earlier replays left behind, then FILE itself, which is
  /// renamed unless this is a dry run. Throws Stop when there is nothing, when a file cannot be read or
  /// renamed, and when another replay is reading one.
  static std::vector<SideFile> take_over(const std::string& base, bool dry_run);

  int fd() const { return file_.get(); }
  const std::string& path() const { return path_; }

  /// All of it is delivered: renames it, durably, and returns the new name. Throws Failure when that fails.
  std::string finish();

 private:
  SideFile(std::string base, std::string path, FileDescriptor file);

  std::string base_, path_;
  FileDescriptor file_;  // holds the claim that keeps other replays off
};

/// The side files that a path or pattern means, by the name FILE above, also where only a FILE.replaying is
/// left of them. Empty when there is none.
std::vector<std::string> bases_of(const std::string& pattern);

}  // namespace weir::side_file
