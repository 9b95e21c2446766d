// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>

namespace weir {

/// What was found at a place in a record. A small view: valid until the reader's next call, and only as long
/// as the record's bytes.
struct JsonValue {
  enum class Kind : std::uint8_t {
    kMissing,  ///< there is no such field
    kNull,
    kBool,
    kInteger,  ///< fits 64 bits with a sign
    kNatural,  ///< an integer above those that fits 64 bits without one
    kReal,     ///< any other number, as the nearest double
    kString,
    kArray,
    kObject,
    kNotJson  ///< the value cannot be read; `text` says why
  };

  Kind kind = Kind::kMissing;
  union {
    bool boolean;
    std::int64_t integer = 0;
    std::uint64_t natural;
    double real;
  };
  /// A string's content, without quotes and escapes; everything else as it stands in the JSON text.
  std::string_view text;

  bool is_number() const { return kind >= Kind::kInteger && kind <= Kind::kReal; }
  /// A word for messages: "a number", "an object".
  std::string_view what() const {
    static constexpr std::string_view kWords[] = {"nothing",   "null",     "a boolean", "a number",
                                                  "a number",  "a number", "a string",  "an array",
                                                  "an object", "no JSON"};
    return kWords[static_cast<std::size_t>(kind)];
  }
};

/// Whether `text` is a number by the grammar of RFC 8259, of any size.
inline bool is_json_number(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const auto digits = [&p, end] {
    const char* const first = p;
    while (p != end && *p >= '0' && *p <= '9') ++p;
    return p - first;
  };
  if (p != end && *p == '-') ++p;
  const bool zero = p != end && *p == '0';
  const auto count = digits();
  if (count == 0 || (zero && count > 1)) return false;
  if (p != end && *p == '.' && (++p, digits() == 0)) return false;
  if (p != end && (*p == 'e' || *p == 'E')) {
    if (++p != end && (*p == '+' || *p == '-')) ++p;
    if (digits() == 0) return false;
  }
  return p == end;
}

namespace detail {

/// Eight digits at once; false where there is something else among them, and on machines that keep the first
/// byte of a number last.
inline bool read_eight_digits(const char* text, std::uint64_t& number) {
  if constexpr (std::endian::native != std::endian::little) return false;
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  // Of a digit the upper half of the byte is 3, also with 6 added.
  if (((word & 0xf0f0f0f0f0f0f0f0u) | (((word + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u) >> 4)) !=
      0x3333333333333333u)
    return false;
  // Neighbours are put together: tens and ones, then hundreds, then ten thousands.
  word = (word & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
  word = (word & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
  number = (word & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
  return true;
}

}  // namespace detail

/// The integer that `text` spells, where it does so plainly: one that surely fits 64 bits.
inline bool read_short_integer(std::string_view text, std::int64_t& integer) {
  constexpr std::size_t kDigits = 18;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kDigits || (text.front() == '0' && text.size() > 1)) return false;
  std::int64_t sum = 0;
  std::uint64_t eight = 0;
  for (; text.size() >= sizeof eight && detail::read_eight_digits(text.data(), eight);
       text.remove_prefix(sizeof eight))
    sum = 100'000'000 * sum + static_cast<std::int64_t>(eight);
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    sum = 10 * sum + (c - '0');
  }
  integer = negative ? -sum : sum;
  return true;
}

/// The number or literal (true, false, null) that `text` spells, else kNotJson. Numbers beyond a double's
/// range are refused as well.
inline JsonValue read_json_scalar(std::string_view text) {
  JsonValue v;
  v.text = text;
  if (read_short_integer(text, v.integer)) {
    v.kind = JsonValue::Kind::kInteger;
    return v;
  }
  if (text == "null") {
    v.kind = JsonValue::Kind::kNull;
    return v;
  }
  if (text == "true" || text == "false") {
    v.kind = JsonValue::Kind::kBool;
    v.boolean = text == "true";
    return v;
  }
  if (!is_json_number(text)) {
    v.kind = JsonValue::Kind::kNotJson;
    v.text = "neither a number nor true, false or null";
    return v;
  }
  const char* const end = text.data() + text.size();
  const auto reads_as = [&text, end](auto& number) {
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end;
  };
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
  double real = 0;
  if (reads_as(integer)) {
    v.kind = JsonValue::Kind::kInteger;
    v.integer = integer;
  } else if (reads_as(natural)) {
    v.kind = JsonValue::Kind::kNatural;
    v.natural = natural;
  } else if (reads_as(real)) {
    v.kind = JsonValue::Kind::kReal;
    v.real = real;
  } else {
    v.kind = JsonValue::Kind::kNotJson;
    v.text = "a number beyond the range of a double";
  }
  return v;
}

}  // namespace weir
