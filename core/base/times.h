// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir {

/// Milliseconds since 1970 UTC of a time as ISO 8601 and RFC 3339 write it: a date, or a date and a time
/// parted by 'T' or a blank, with seconds and their fraction as far as given, then 'Z' or an offset such as
/// +08:00; without one it is UTC. What is smaller than a millisecond is cut off. A whole number is taken as
/// the milliseconds themselves. The inverse of format_time. The message of a Problem fits behind "'time' is
/// 'noon', ".
Result<std::int64_t> parse_time(std::string_view text);

/// The time itself, unless it lies beyond 200,000 years from now: that is a mistake, and would carry event
/// time away with it. The message as of parse_time().
Result<std::int64_t> plausible_time(std::int64_t milliseconds);

/// How records write their time. Plain data; may be used by several threads.
class TimeFormat {
 public:
  /// "auto" (what parse_time takes; numbers are milliseconds), "seconds", "milliseconds", "microseconds",
  /// "iso8601", or a pattern of strptime with at least one '%'.
  static Result<TimeFormat> parse(std::string_view text);

  /// Milliseconds since 1970 UTC, where that is a plausible_time().
  Result<std::int64_t> read_text(std::string_view text) const;
  Result<std::int64_t> read_number(double number) const;
  Result<std::int64_t> read_integer(std::int64_t number) const;

 private:
  enum class Kind { kAuto, kSeconds, kMilliseconds, kMicroseconds, kIso8601, kPattern };
  explicit TimeFormat(Kind kind, std::string pattern = {}) : kind_(kind), pattern_(std::move(pattern)) {}

  Kind kind_;
  std::string pattern_;
};

}  // namespace weir
