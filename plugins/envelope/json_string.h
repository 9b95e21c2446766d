// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Whether the bytes are UTF-8 text, so that a JSON string can hold them as they are.
bool is_utf8(std::string_view bytes);

/// Appends `text`, which must be UTF-8, as a JSON string with its quotes.
void append_json_string(std::string_view text, std::string& to);

/// The same for text that is for people only: each byte that is no UTF-8 becomes U+FFFD.
void append_readable_json_string(std::string_view text, std::string& to);

}  // namespace weir
