// SPDX-License-Identifier: Apache-2.0
#include "sources/file/input_files.h"

#include <sys/stat.h>
#include <weir/stage.h>

#include <algorithm>
#include <utility>

#include "lines/paths.h"

namespace weir::file {
namespace {

/// What the pattern stands for now.
std::vector<std::string> named_by(const std::string& pattern) {
  struct stat status {};
  const bool literal = !has_wildcard(pattern) || ::stat(pattern.c_str(), &status) == 0;
  return literal ? std::vector{pattern} : matching_files(pattern);
}

std::vector<std::string> files_of(const std::string& pattern) {
  if (pattern == kStandardInput) return {pattern};
  auto files = named_by(pattern);
  if (files.empty()) throw Stop("no_file", "no file matches '" + pattern + "'");
  for (const auto& file : files) check_readable(file);
  return files;
}

}  // namespace

const std::vector<std::string>& InputFiles::paths() {
  std::call_once(found_, [this] {
    std::vector<std::string> all;
    for (const auto& pattern : patterns_) {
      for (auto& file : files_of(pattern)) {
        if (std::find(all.begin(), all.end(), file) == all.end()) all.push_back(std::move(file));
      }
    }
    paths_ = std::move(all);
  });
  return paths_;
}

std::string stream_of(const std::string& pattern) {
  for (auto& path : named_by(pattern)) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
      return std::move(path);
  }
  return {};
}

}  // namespace weir::file
