// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// What a zone's clocks show at some time.
struct LocalType {
  std::int64_t offset = 0;  ///< seconds east of UTC
  bool daylight = false;
  std::string name;  ///< "CEST"
};

/// A rule for all years: the value of TZ in POSIX, for instance "CET-1CEST,M3.5.0,M10.5.0/3" (with the hours
/// of -167 to 167 that RFC 8536 allows).
class TimeZoneRule {
 public:
  /// Nothing when the text is no such rule.
  static std::optional<TimeZoneRule> parse(std::string_view text);

  const LocalType& at(std::int64_t seconds) const;

 private:
  /// When a change of clocks takes place in each year.
  struct Change {
    enum class Day { kWeekday, kJulian, kZeroBased } kind = Day::kWeekday;
    int month = 0, week = 0, day = 0;  // kWeekday: all three; else the day of the year
    std::int64_t time = 2 * 3600;      // seconds of that day, by the clocks before the change

    std::int64_t in(std::chrono::year year) const;
  };

  class Parser;

  LocalType standard_;
  std::optional<LocalType> daylight_;
  Change to_daylight_, to_standard_;
};

}  // namespace weir
