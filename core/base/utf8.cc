// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <cstdint>

namespace weir {
namespace {

std::uint8_t byte(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

bool is_in(std::uint8_t value, std::uint8_t low, std::uint8_t high) {
  return value >= low && value <= high;
}

// The length of the well-formed character at `at`; 0 if there is none. Ranges of the second byte: RFC 3629,
// section 4.
std::size_t character_length(std::string_view text, std::size_t at) {
  const std::uint8_t first = byte(text, at);
  if (first < 0x80) return 1;
  const std::size_t length = is_in(first, 0xC2, 0xDF)   ? 2
                             : is_in(first, 0xE0, 0xEF) ? 3
                             : is_in(first, 0xF0, 0xF4) ? 4
                                                        : 0;
  if (length == 0 || at + length > text.size()) return 0;
  const std::uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (!is_in(byte(text, at + 1), low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_in(byte(text, at + i), 0x80, 0xBF)) return 0;
  }
  return length;
}

std::string escape(std::uint8_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  switch (value) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
  }
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    const std::uint8_t first = byte(text, at);
    const bool control = first < 0x20 || first == 0x7F;
    const std::string part = length == 0 || control ? escape(first) : std::string(text.substr(at, length));
    if (shown.size() + part.size() > limit) return shown + "...";
    shown += part;
    at += length == 0 ? 1 : length;
  }
  return shown;
}

}  // namespace weir
