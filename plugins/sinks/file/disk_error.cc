// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/disk_error.h"

#include <weir/stage.h>

#include <cerrno>
#include <system_error>

namespace weir::file {

std::string reason(int error) {
  return std::generic_category().message(error);
}

const char* code_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "no_space";
    case EACCES:
    case EPERM:
    case EROFS:
      return "no_permission";
    default:
      return "cannot_write";
  }
}

void stop_for(const std::string& what, int error) {
  throw Stop(code_of(error), what + ": " + reason(error));
}

}  // namespace weir::file
