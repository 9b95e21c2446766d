// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "time_zone/time_zone.h"

namespace weir::file {

/// A path with strftime's conversions in it, filled in for a time.
class PathTemplate {
 public:
  /// Throws OptionError at /path when a conversion is unknown.
  PathTemplate(std::string text, TimeZone zone);

  /// The path at `milliseconds` after 1970 UTC. Valid until the next call.
  const std::string& at(std::int64_t milliseconds);

  /// What all paths begin with: up to the last slash before the first conversion, included; may be empty.
  std::string fixed_folder() const;

  const TimeZone& zone() const { return zone_; }

 private:
  void fill_in(std::int64_t second);

  std::string text_;
  TimeZone zone_;
  bool changes_ = false;  // with time
  std::int64_t second_ = INT64_MIN;
  std::string path_;  // at second_
};

}  // namespace weir::file
