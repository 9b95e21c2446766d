// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Where `text` stops being well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms); nothing if it is.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// `text` so that it can be shown on one line of a terminal: line breaks, control characters and bytes that
/// are not UTF-8 are written as escapes, and what is longer than `limit` bytes is cut, at a character's edge,
/// with "...".
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace weir
