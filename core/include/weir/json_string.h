// SPDX-License-Identifier: Apache-2.0
//
// Text as a JSON string, for plugins that put JSON together themselves. Needs simdjson: link weir::json.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir {
namespace detail {

/// For each byte: 0 where it stands as it is, the letter of its short escape, or 'u'.
inline constexpr std::array<char, 256> kJsonEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

/// How long the UTF-8 sequence is that begins with `lead`.
inline std::size_t sequence_length(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

}  // namespace detail

/// Whether the bytes are UTF-8 text, so that a JSON string can hold them as they are.
inline bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

/// Appends `text`, which must be UTF-8, as a JSON string with its quotes.
inline void append_json_string(std::string_view text, std::string& to) {
  to.push_back('"');
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* p = run; p != end; ++p) {
    const auto byte = static_cast<unsigned char>(*p);
    const char escape = detail::kJsonEscapes[byte];
    if (escape == 0) continue;
    to.append(run, p);
    run = p + 1;
    if (escape == 'u') {
      constexpr char kHex[] = "0123456789abcdef";
      const char sequence[6] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      to.append(sequence, sizeof sequence);
    } else {
      const char sequence[2] = {'\\', escape};
      to.append(sequence, sizeof sequence);
    }
  }
  to.append(run, end);
  to.push_back('"');
}

/// The same as a text of its own.
inline std::string json_string(std::string_view text) {
  std::string json;
  json.reserve(text.size() + 2);
  append_json_string(text, json);
  return json;
}

/// Appends text that is for people only: each byte that is no UTF-8 becomes U+FFFD.
inline void append_readable_json_string(std::string_view text, std::string& to) {
  unsigned odd = 0;  // all other bytes stand as they are, and are UTF-8
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    odd |= static_cast<unsigned char>(detail::kJsonEscapes[byte]) | (byte & 0x80u);
  }
  if (odd == 0) {
    to.push_back('"');
    to.append(text);
    to.push_back('"');
    return;
  }
  if (is_utf8(text)) return append_json_string(text, to);
  std::string readable;
  while (!text.empty()) {
    const auto length =
        std::min(detail::sequence_length(static_cast<unsigned char>(text.front())), text.size());
    if (is_utf8(text.substr(0, length))) {
      readable += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      readable += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  append_json_string(readable, to);
}

}  // namespace weir
