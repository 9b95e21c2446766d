// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "time_zone/time_zone_rule.h"

namespace weir {

/// A time zone from the system's database (TZif files, RFC 8536), independent of the process's TZ, so that
/// each stage may have its own.
class TimeZone {
 public:
  /// `name`: "UTC", "local" (TZ if it is set, else the machine's), or an IANA name such as "Asia/Shanghai".
  /// Throws std::invalid_argument, with what to do, when there is no such zone.
  static TimeZone load(const std::string& name);

  /// What clocks show `seconds` after 1970 UTC.
  const LocalType& at(std::int64_t seconds) const;

  /// The same as a calendar date and time, for strftime (%z and %Z included). Lives as long as the zone.
  std::tm calendar(std::int64_t seconds) const;

 private:
  static TimeZone from_rule(const TimeZoneRule& rule);
  static TimeZone from_file(const std::string& path);

  std::vector<std::int64_t> changes_;  // rising; types_[type_of_[i]] holds from changes_[i] on
  std::vector<std::uint8_t> type_of_;
  std::vector<LocalType> types_;      // the first holds before all changes
  std::optional<TimeZoneRule> rule_;  // holds after the last change
};

}  // namespace weir
