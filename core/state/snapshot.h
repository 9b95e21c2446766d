// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// Writes what a stage holds as a row of numbers and texts, to be read back in the same order. Numbers are
/// little-endian, so that a snapshot may move to another machine.
class SnapshotWriter {
 public:
  void number(std::uint64_t n) {
    char bytes[sizeof n];
    put(n, bytes);
    bytes_.append(bytes, sizeof bytes);
  }
  /// Room for so many bytes in all.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  /// Bytes as they are, to be known by their place.
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  void time(std::int64_t n) { number(static_cast<std::uint64_t>(n)); }
  void text(std::string_view s) {
    number(s.size());
    bytes_.append(s);
  }
  /// A text whose bytes are written between the two; `begun` is what begin_text() gave.
  std::size_t begin_text() {
    number(0);
    return bytes_.size();
  }
  void end_text(std::size_t begun) {
    put(bytes_.size() - begun, bytes_.data() + begun - sizeof(std::uint64_t));
  }
  /// A number whose place was begun as a text's, once it is known.
  void set_number(std::size_t begun, std::uint64_t n) {
    put(n, bytes_.data() + begun - sizeof(std::uint64_t));
  }
  /// Tells an absent slice from an empty one.
  void slice(weir_slice s) {
    number(s.data == nullptr ? 0 : 1);
    if (s.data != nullptr) text({s.data, s.size});
  }

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  static void put(std::uint64_t n, char* at) {
    for (std::size_t i = 0; i < sizeof n; ++i) at[i] = static_cast<char>(n >> 8 * i & 0xff);
  }

  std::string bytes_;
};

/// Reads what SnapshotWriter has written. Throws std::runtime_error when the bytes end too early.
class SnapshotReader {
 public:
  /// `bytes` outlives the reader and the texts that it gives.
  explicit SnapshotReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    const std::string_view bytes = take(sizeof(std::uint64_t));
    std::uint64_t n = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) n = n << 8 | static_cast<unsigned char>(bytes[i]);
    return n;
  }
  std::int64_t time() { return static_cast<std::int64_t>(number()); }
  std::string_view text() { return take(number()); }
  weir_slice slice() {
    if (number() == 0) return {nullptr, 0};
    const std::string_view s = text();
    return {s.data(), s.size()};
  }
  bool at_end() const { return rest_.empty(); }
  /// How many bytes are not read yet.
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("a snapshot ends too early");
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }

  std::string_view rest_;
};

}  // namespace weir
