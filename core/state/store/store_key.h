// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir {

/// How keys stand in a KeyValueStore: what kind of state and its name, the window, the key, and of a map the
/// field, of a list the record's place. So what belongs together stands together, windows of a state and
/// fields of a key follow each other, and a window goes with one range.
namespace store_key {

constexpr char kValue = 'v', kMap = 'm', kListHead = 'h', kListRecord = 'l';

template <class Number>
void append_number(std::string& to, Number n) {
  for (std::size_t i = sizeof n; i-- > 0;) to.push_back(static_cast<char>(n >> 8 * i & 0xff));
}
template <class Number>
Number take_number(std::string_view& from) {
  if (from.size() < sizeof(Number)) throw std::runtime_error("a key of a state's store is too short");
  Number n = 0;
  for (std::size_t i = 0; i < sizeof n; ++i)
    n = static_cast<Number>(static_cast<std::uint64_t>(n) << 8 | static_cast<unsigned char>(from[i]));
  from.remove_prefix(sizeof n);
  return n;
}
inline std::string_view take_text(std::string_view& from, std::size_t size) {
  if (from.size() < size) throw std::runtime_error("a key of a state's store is too short");
  const std::string_view text = from.substr(0, size);
  from.remove_prefix(size);
  return text;
}

/// Of all of a state.
inline std::string of_state(char kind, std::string_view name) {
  if (name.size() > UINT16_MAX) throw std::length_error("the name of a state has over 65535 bytes");
  std::string key(1, kind);
  append_number(key, static_cast<std::uint16_t>(name.size()));
  return key.append(name);
}
/// With the upper bit turned numbers stand in their order, those below 0 first.
inline void append_window(std::string& to, std::int64_t window) {
  append_number(to, static_cast<std::uint64_t>(window) ^ std::uint64_t{1} << 63);
}
/// A key behind which something follows.
inline void append_key(std::string& to, std::string_view key) {
  append_number(to, static_cast<std::uint32_t>(key.size()));
  to.append(key);
}

/// The first key behind all that begin with this.
inline std::string end_of(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

/// A key taken apart. Its texts stand in the key that it was made from.
struct Parts {
  char kind;
  std::string_view state;
  std::int64_t window;
  std::string_view key;
  std::string_view rest;  ///< a field, or a record's place
};
inline Parts parts_of(std::string_view key) {
  Parts parts{};
  parts.kind = take_text(key, 1).front();
  parts.state = take_text(key, take_number<std::uint16_t>(key));
  parts.window = static_cast<std::int64_t>(take_number<std::uint64_t>(key) ^ std::uint64_t{1} << 63);
  const bool more = parts.kind == kMap || parts.kind == kListRecord;
  parts.key = more ? take_text(key, take_number<std::uint32_t>(key)) : key;
  if (more) parts.rest = key;
  return parts;
}

}  // namespace store_key
}  // namespace weir
