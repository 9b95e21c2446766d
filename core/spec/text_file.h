// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace weir {

/// The whole content of a file of at most `limit` bytes. A Problem's message fits behind the file's name:
/// "cannot be read: No such file or directory".
Result<std::string> read_text_file(const std::string& path, std::size_t limit);

}  // namespace weir
