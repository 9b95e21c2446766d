// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "time_zone/time_zone.h"
#include "windowing/times.h"

namespace weir::windowing {

/// Cuts time into units, the largest pieces of which all windows of a size and slide consist: gcd(size,
/// slide). Without a zone a unit is a number of milliseconds; in a time zone it is a number of days by the
/// clocks there, which are of 23 to 25 hours where these are changed. Used by one thread.
class Calendar {
 public:
  /// Milliseconds; `size` and `slide` above 0. With a zone both are whole days. `offset` moves all bounds.
  Calendar(std::int64_t size, std::int64_t slide, std::int64_t offset, std::optional<TimeZone> zone);

  std::int64_t furthest_time() const { return zone_ ? kFurthestDate : kFurthestTime; }

  /// Whether a window may hold that time, or end there.
  bool holds(std::int64_t time) const { return time >= -2 * furthest_time() && time <= 2 * furthest_time(); }

  /// The unit that `time`, within +-furthest_time(), belongs to.
  std::int64_t unit_of(std::int64_t time) {
    if (time < current_.start || time >= current_.end) find(time);
    return unit_;
  }
  std::int64_t start_of(std::int64_t unit) const;

  /// A window is named by its first unit. The windows that a unit belongs to: from `first_window`, every
  /// `slide_units`, to `last_window`; none when first is behind last.
  std::int64_t last_window(std::int64_t unit) const {
    return floor_divide(unit, slide_units_) * slide_units_;
  }
  std::int64_t first_window(std::int64_t unit) const {
    return (floor_divide(unit - size_units_, slide_units_) + 1) * slide_units_;
  }
  std::int64_t size_units() const { return size_units_; }
  std::int64_t slide_units() const { return slide_units_; }
  Bounds bounds(std::int64_t window) const { return {start_of(window), start_of(window + size_units_)}; }

  /// The bounds of all windows from `first` to before `end`, for people: "[0, 10), [5, 15)".
  std::string text_of(std::int64_t first, std::int64_t end) const;

  /// Calls f(window) for each window that ends with the millisecond `last`.
  template <class F>
  void ending_with(std::int64_t last, F&& f) {
    if (!holds(last)) return;
    for (std::int64_t unit = unit_of(last + 1); start_of(unit) == last + 1; --unit) {
      const std::int64_t window = unit - size_units_;
      if (last_window(window) == window) f(window);
    }
  }

 private:
  static constexpr std::int64_t kFurthestDate = 253'402'300'799'999;  // the end of the year 9999

  void find(std::int64_t time);
  /// When the clocks of the zone first show this time of theirs, or more.
  std::int64_t from_local(std::int64_t local) const;
  std::int64_t zone_offset(std::int64_t time) const {
    return zone_->at(floor_divide(time, 1000)).offset * 1000;
  }

  std::int64_t unit_length_, size_units_, slide_units_, offset_;
  std::optional<TimeZone> zone_;
  std::int64_t unit_ = 0;  ///< the one found last, and where it lies
  Bounds current_;
};

}  // namespace weir::windowing
