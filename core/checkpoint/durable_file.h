// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Writes, syncs and closes the file; empty, or what failed, for people.
std::string write_synced(const std::string& path, std::string_view text);

/// False, with errno, when the file cannot be read; what is in it may be damaged all the same.
bool read_file(const std::string& path, std::string& bytes);

/// Makes durable which files stand in it.
void sync_folder(const std::string& folder);

}  // namespace weir
