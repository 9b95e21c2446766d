// SPDX-License-Identifier: Apache-2.0
#include "base/times.h"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>

namespace weir {
namespace {

/// 100,000,000 days on either side of 1970, as ECMAScript has it.
constexpr std::int64_t kFurthest = 8'640'000'000'000'000;
constexpr std::int64_t kDay = 86'400'000;
constexpr const char* kIsoExpected =
    "expected a time such as 2024-05-01T08:00:00Z or 2024-05-01 08:00:00.5+08:00";

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  // Years begin in March, so that the leap day is their last.
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const int month_from_march = (month + 9) % 12;
  const int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

/// Takes parts of a text one after another; nothing when the part is not there.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Thousandths out of the digits of a fraction.
  std::optional<int> fraction() {
    int thousandths = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 3) thousandths = thousandths * 10 + (rest_[count] - '0');
    }
    if (count == 0) return std::nullopt;
    for (std::size_t i = count; i < 3; ++i) thousandths *= 10;
    rest_.remove_prefix(count);
    return thousandths;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool is_day(int year, int month, int day) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Milliseconds since midnight, and of the offset from UTC.
std::optional<std::int64_t> read_clock(Cursor& at) {
  const auto hour = at.digits(2);
  if (!hour || *hour > 23 || !at.skip(':')) return std::nullopt;
  const auto minute = at.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t time = (std::int64_t{*hour} * 60 + *minute) * 60'000;
  if (at.skip(':')) {
    const auto second = at.digits(2);
    if (!second || *second > 60) return std::nullopt;  // 60: a leap second
    time += std::int64_t{*second} * 1000;
    if (at.skip('.') || at.skip(',')) {
      const auto thousandths = at.fraction();
      if (!thousandths) return std::nullopt;
      time += *thousandths;
    }
  }
  if (at.skip('Z') || at.skip('z') || at.at_end()) return time;
  const bool east = at.skip('+');
  if (!east && !at.skip('-')) return std::nullopt;
  const auto hours = at.digits(2);
  if (!hours) return std::nullopt;
  at.skip(':');
  const auto minutes = at.at_end() ? std::optional(0) : at.digits(2);
  if (!minutes) return std::nullopt;
  const std::int64_t offset = (std::int64_t{*hours} * 60 + *minutes) * 60'000;
  return east ? time - offset : time + offset;
}

Result<std::int64_t> parse_iso8601(std::string_view text) {
  Cursor at(text);
  const auto year = at.digits(4);
  const bool first = at.skip('-');
  const auto month = at.digits(2);
  const bool second = at.skip('-');
  const auto day = at.digits(2);
  if (!year || !first || !month || !second || !day || !is_day(*year, *month, *day))
    return Problem{kIsoExpected};
  const std::int64_t midnight = days_from_civil(*year, *month, *day) * kDay;
  if (at.at_end()) return midnight;
  if (!at.skip('T') && !at.skip('t') && !at.skip(' ')) return Problem{kIsoExpected};
  const auto time = read_clock(at);
  if (!time || !at.at_end()) return Problem{kIsoExpected};
  return midnight + *time;
}

}  // namespace

Result<std::int64_t> plausible_time(std::int64_t milliseconds) {
  if (milliseconds > kFurthest || milliseconds < -kFurthest) {
    return Problem{"expected a time within 200,000 years from now"};
  }
  return milliseconds;
}

Result<std::int64_t> parse_time(std::string_view text) {
  std::int64_t milliseconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error == std::errc() && stop == text.data() + text.size()) return plausible_time(milliseconds);
  return parse_iso8601(text);
}

Result<TimeFormat> TimeFormat::parse(std::string_view text) {
  if (text == "auto") return TimeFormat(Kind::kAuto);
  if (text == "seconds") return TimeFormat(Kind::kSeconds);
  if (text == "milliseconds") return TimeFormat(Kind::kMilliseconds);
  if (text == "microseconds") return TimeFormat(Kind::kMicroseconds);
  if (text == "iso8601") return TimeFormat(Kind::kIso8601);
  if (text.find('%') != std::string_view::npos) return TimeFormat(Kind::kPattern, std::string(text));
  return Problem{
      "expected auto, seconds, milliseconds, microseconds, iso8601 or a pattern such as '%Y-%m-%d %H:%M:%S'"};
}

Result<std::int64_t> TimeFormat::read_text(std::string_view text) const {
  if (kind_ == Kind::kAuto) return parse_time(text);
  if (kind_ == Kind::kIso8601) return parse_iso8601(text);
  if (kind_ == Kind::kPattern) {
    std::tm parts{};
    parts.tm_mday = 1;
    const std::string copy(text);
    const char* const end = ::strptime(copy.c_str(), pattern_.c_str(), &parts);
    if (end == nullptr || *end != '\0' || !is_day(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday))
      return Problem{"expected a time of the form '" + pattern_ + "'"};
    const std::int64_t offset = parts.tm_gmtoff;  // timegm forgets it
    return (static_cast<std::int64_t>(::timegm(&parts)) - offset) * 1000;
  }
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return Problem{"expected a number"};
  return read_number(number);
}

Result<std::int64_t> TimeFormat::read_number(double number) const {
  double milliseconds = number;
  if (kind_ == Kind::kSeconds) milliseconds *= 1000;
  if (kind_ == Kind::kMicroseconds) milliseconds /= 1000;
  if (kind_ == Kind::kIso8601 || kind_ == Kind::kPattern) return Problem{"expected a text"};
  if (!(std::abs(milliseconds) <= static_cast<double>(kFurthest))) return plausible_time(kFurthest + 1);
  return static_cast<std::int64_t>(std::floor(milliseconds));
}

Result<std::int64_t> TimeFormat::read_integer(std::int64_t number) const {
  if (kind_ == Kind::kAuto || kind_ == Kind::kMilliseconds) return plausible_time(number);
  return read_number(static_cast<double>(number));
}

}  // namespace weir
