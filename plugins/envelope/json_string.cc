// SPDX-License-Identifier: Apache-2.0
#include "envelope/json_string.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// For each byte: 0 where it stands as it is, the letter of its short escape, or 'u'.
constexpr std::array<char, 256> kEscapes = [] {
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

std::size_t sequence_length(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

void append_json_string(std::string_view text, std::string& to) {
  to.push_back('"');
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* p = run; p != end; ++p) {
    const auto byte = static_cast<unsigned char>(*p);
    const char escape = kEscapes[byte];
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

void append_readable_json_string(std::string_view text, std::string& to) {
  if (is_utf8(text)) return append_json_string(text, to);
  std::string readable;
  while (!text.empty()) {
    const auto length = std::min(sequence_length(static_cast<unsigned char>(text.front())), text.size());
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
