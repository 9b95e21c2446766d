// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::generator {

/// Text with places that are filled in anew for each record: `{"id": "o{{hex 8}}", "n": {{sequence}}}`.
class RecordTemplate {
 public:
  /// Throws OptionError at /template, naming the placeholder that is wrong.
  explicit RecordTemplate(std::string_view text);

  /// No record is longer, in bytes.
  std::size_t max_size() const { return max_size_; }

  /// Writes record number `sequence` to `to`, which has room for max_size() bytes; returns its end. The same
  /// arguments give the same bytes.
  char* render(std::uint64_t sequence, std::uint64_t seed, std::string_view now, char* to) const;

 private:
  enum class Kind { kText, kSequence, kRandom, kHex, kChoice, kNow };
  struct Part {
    Kind kind = Kind::kText;
    std::string text;                       // kText
    std::int64_t low = 0;                   // kRandom
    std::uint64_t span = 0;                 // kRandom: how many numbers; 0 is 2^64
    std::size_t digits = 0;                 // kHex
    std::vector<std::string> choices = {};  // kChoice
  };

  static Part parse_placeholder(std::string_view inside);
  static std::size_t max_size_of(const Part& part);

  std::vector<Part> parts_;
  std::size_t max_size_ = 0;
};

}  // namespace weir::generator
