// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Appends `bytes` in base64 (RFC 4648, section 4), padded.
void append_base64(std::string_view bytes, std::string& to);

/// Appends the bytes that `text` stands for. False, with `to` in any state, when it is no padded base64.
bool parse_base64(std::string_view text, std::string& to);

}  // namespace weir
