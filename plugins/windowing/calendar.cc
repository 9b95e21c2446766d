// SPDX-License-Identifier: Apache-2.0
#include "windowing/calendar.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir::windowing {

Calendar::Calendar(std::int64_t size, std::int64_t slide, std::int64_t offset, std::optional<TimeZone> zone)
    : unit_length_(std::gcd(size, slide)),
      size_units_(size / unit_length_),
      slide_units_(slide / unit_length_),
      offset_(offset),
      zone_(std::move(zone)) {}

std::int64_t Calendar::start_of(std::int64_t unit) const {
  const std::int64_t start = unit * unit_length_ + offset_;
  return zone_ ? from_local(start) : start;
}

std::string Calendar::text_of(std::int64_t first, std::int64_t end) const {
  std::string text;
  for (std::int64_t window = first; window < end; window += slide_units_) {
    const Bounds of = bounds(window);
    text += (text.empty() ? "[" : ", [") + std::to_string(of.start) + ", " + std::to_string(of.end) + ")";
  }
  return text;
}

void Calendar::find(std::int64_t time) {
  const std::int64_t local = zone_ ? time + zone_offset(time) : time;
  unit_ = floor_divide(local - offset_, unit_length_);
  current_ = {start_of(unit_), start_of(unit_ + 1)};
  // Where clocks go back over midnight, they show a day a second time: it belongs to the day that had begun.
  while (time >= current_.end) current_ = {current_.end, start_of(++unit_ + 1)};
  while (time < current_.start) current_ = {start_of(--unit_), current_.start};
}

std::int64_t Calendar::from_local(std::int64_t local) const {
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t before = local - zone_offset(local - kDay);
  const std::int64_t after = local - zone_offset(local + kDay);
  // The later of the two always shows it; the earlier where its clocks do, which may be a first of two times.
  const std::int64_t first = std::min(before, after);
  return first + zone_offset(first) >= local ? first : std::max(before, after);
}

}  // namespace weir::windowing
