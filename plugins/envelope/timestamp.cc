// SPDX-License-Identifier: Apache-2.0
#include "envelope/timestamp.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace weir {
namespace {

/// Takes `digits` digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc{} || end != text.data() + digits || number < 0) return false;
  text.remove_prefix(digits);
  return true;
}

bool take_character(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void append_timestamp(std::int64_t milliseconds, std::string& to) {
  using std::chrono::days;
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[64];
  const int size =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  to.append(text, static_cast<std::size_t>(size));
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_number(text, 4, year) || !take_character(text, '-') || !take_number(text, 2, month) ||
      !take_character(text, '-') || !take_number(text, 2, day) || !take_character(text, 'T') ||
      !take_number(text, 2, hour) || !take_character(text, ':') || !take_number(text, 2, minute) ||
      !take_character(text, ':') || !take_number(text, 2, second)) {
    return std::nullopt;
  }
  int fraction = 0;
  if (take_character(text, '.')) {
    int weight = 100;
    int digit = 0;
    if (!take_number(text, 1, digit)) return std::nullopt;
    do {
      fraction += digit * weight;
      weight /= 10;
    } while (take_number(text, 1, digit));
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (text != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::milliseconds time = std::chrono::sys_days(date).time_since_epoch() +
                                         std::chrono::hours(hour) + std::chrono::minutes(minute) +
                                         std::chrono::seconds(second) + std::chrono::milliseconds(fraction);
  return time.count();
}

}  // namespace weir
