// SPDX-License-Identifier: Apache-2.0
#include "sources/file/input_files.h"

#include <sys/stat.h>
#include <weir/stage.h>

#include <algorithm>

#include "lines/paths.h"

namespace weir::file {
namespace {

std::vector<std::string> files_of(const std::string& pattern) {
  if (pattern == kStandardInput) return {pattern};
  struct stat status {};
  const bool literal = !has_wildcard(pattern) || ::stat(pattern.c_str(), &status) == 0;
  auto files = literal ? std::vector{pattern} : matching_files(pattern);
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

}  // namespace weir::file
