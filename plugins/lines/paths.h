// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Whether the text is a pattern: has `*`, `?` or `[`.
bool has_wildcard(std::string_view path);

/// The files (no folders) that match a pattern of the shell, sorted by name; none when nothing matches.
std::vector<std::string> matching_files(const std::string& pattern);

/// Throws Stop, with path and reason, unless the path names something that can be read as a file or stream.
void check_readable(const std::string& path);

}  // namespace weir
