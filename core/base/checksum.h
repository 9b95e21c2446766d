// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

/// FNV-1a of 64 bits, a number (little-endian) at a time, as far as there are whole ones, and then byte by
/// byte: each step can be undone, so no single change goes unseen.
class Checksum {
 public:
  /// The next bytes; so many that they make whole numbers, except the last ones.
  void add(std::string_view bytes) {
    for (; bytes.size() >= sizeof value_; bytes.remove_prefix(sizeof value_)) {
      std::uint64_t number = 0;
      for (std::size_t i = sizeof number; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
      value_ = (value_ ^ number) * kPrime;
      value_ ^= value_ >> 32;
    }
    for (const char byte : bytes) value_ = (value_ ^ static_cast<unsigned char>(byte)) * kPrime;
  }
  std::uint64_t value() const { return value_; }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001b3u;
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace weir
