// SPDX-License-Identifier: Apache-2.0
#include "lines/paths.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <weir/stage.h>

#include <cerrno>
#include <system_error>

#include "lines/file_descriptor.h"

namespace weir {

bool has_wildcard(std::string_view path) {
  return path.find_first_of("*?[") != path.npos;
}

std::vector<std::string> matching_files(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      struct stat status {};
      if (::stat(found.gl_pathv[i], &status) == 0 && !S_ISDIR(status.st_mode)) {
        files.emplace_back(found.gl_pathv[i]);
      }
    }
  }
  ::globfree(&found);
  return files;
}

void check_readable(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    const int error = errno;
    throw Stop(error == ENOENT ? "no_file" : "cannot_read",
               "cannot read '" + path + "': " + std::generic_category().message(error));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Stop("cannot_read",
               "cannot read '" + path + "': it is a folder; for the files in it write '" + path + "/*'");
  }
}

}  // namespace weir
