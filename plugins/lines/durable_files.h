// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir {

/// The folder that the path's last name stands in; "." for a bare name.
std::string folder_of(const std::string& path);

/// Makes names in the folder durable: files made, renamed or removed. Throws std::system_error.
void sync_folder(const std::string& folder);

/// Renames `from` to `to` unless that exists; false then. Throws std::system_error.
bool rename_if_free(const std::string& from, const std::string& to);

/// Renames `from` to the first of NAME.FIRST, NAME.FIRST+1, ... that does not exist; where `first` is 0 the
/// bare NAME is tried before NAME.1. Never overwrites, also when others do the same at the same time. Returns
/// the new name. Throws std::system_error.
std::string rename_to_free(const std::string& from, const std::string& name, unsigned first);

}  // namespace weir
