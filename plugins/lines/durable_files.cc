// SPDX-License-Identifier: Apache-2.0
#include "lines/durable_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "lines/file_descriptor.h"

namespace weir {
namespace {

/// Renames unless `to` exists; 0 or the error.
int rename_new(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // The file system has no such rename: a second name, which must be new, and then the first one goes.
  if (::link(from, to) != 0) return errno;
  return ::unlink(from) == 0 ? 0 : errno;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void sync_folder(const std::string& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot sync the folder '" + folder + "'");
  }
}

bool rename_if_free(const std::string& from, const std::string& to) {
  const int error = rename_new(from.c_str(), to.c_str());
  if (error == 0 || error == EEXIST) return error == 0;
  throw std::system_error(error, std::generic_category(), "cannot rename '" + from + "' to '" + to + "'");
}

std::string rename_to_free(const std::string& from, const std::string& name, unsigned first) {
  for (unsigned i = first;; ++i) {
    std::string to = i == 0 ? name : name + "." + std::to_string(i);
    if (rename_if_free(from, to)) return to;
  }
}

}  // namespace weir
