// SPDX-License-Identifier: Apache-2.0
#include "time_zone/time_zone_rule.h"

namespace weir {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Takes the parts of a rule off the front of a text; each function is false when the part is not there.
class TimeZoneRule::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  bool character(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool name(std::string& to) {
    const bool quoted = character('<');
    std::size_t size = 0;
    while (size < text_.size() && (quoted ? text_[size] != '>' : is_letter(text_[size]))) ++size;
    to = text_.substr(0, size);
    text_.remove_prefix(size);
    return size >= 3 && (!quoted || character('>'));
  }

  /// [+-]hh[:mm[:ss]] as seconds.
  bool time(std::int64_t& to) {
    const bool negative = character('-');
    if (!negative) character('+');
    int hours = 0, minutes = 0, secs = 0;
    if (!number(hours) || hours > 167) return false;
    if (character(':') && (!number(minutes) || minutes > 59)) return false;
    if (character(':') && (!number(secs) || secs > 59)) return false;
    to = hours * 3600 + minutes * 60 + secs;
    if (negative) to = -to;
    return true;
  }

  bool change(Change& to) {
    if (!character(',')) return false;
    if (character('M')) {
      to.kind = Change::Day::kWeekday;
      if (!number(to.month) || !character('.') || !number(to.week) || !character('.') || !number(to.day))
        return false;
      if (to.month < 1 || to.month > 12 || to.week < 1 || to.week > 5 || to.day > 6) return false;
    } else {
      to.kind = character('J') ? Change::Day::kJulian : Change::Day::kZeroBased;
      if (!number(to.day) || to.day > 365) return false;
    }
    return !character('/') || time(to.time);
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  bool number(int& to) {
    std::size_t size = 0;
    for (to = 0; size < text_.size() && size < 3 && text_[size] >= '0' && text_[size] <= '9'; ++size) {
      to = to * 10 + (text_[size] - '0');
    }
    text_.remove_prefix(size);
    return size != 0;
  }

  std::string_view text_;
};

std::optional<TimeZoneRule> TimeZoneRule::parse(std::string_view text) {
  Parser parser(text);
  TimeZoneRule rule;
  // POSIX counts west of Greenwich.
  if (!parser.name(rule.standard_.name) || !parser.time(rule.standard_.offset)) return std::nullopt;
  rule.standard_.offset = -rule.standard_.offset;
  if (parser.at_end()) return rule;
  LocalType daylight{rule.standard_.offset + 3600, true, {}};
  if (!parser.name(daylight.name)) return std::nullopt;
  std::int64_t west = 0;
  if (parser.time(west)) daylight.offset = -west;
  if (!parser.change(rule.to_daylight_) || !parser.change(rule.to_standard_) || !parser.at_end())
    return std::nullopt;
  rule.daylight_ = daylight;
  return rule;
}

/// Seconds since 1970 as the clocks before the change show them.
std::int64_t TimeZoneRule::Change::in(std::chrono::year year) const {
  using namespace std::chrono;
  sys_days date;
  if (kind == Day::kWeekday) {
    const weekday wanted{static_cast<unsigned>(day)};
    const auto in_month = year / std::chrono::month(static_cast<unsigned>(month));
    date = week == 5 ? sys_days(in_month / wanted[last])
                     : sys_days(in_month / wanted[static_cast<unsigned>(week)]);
  } else if (kind == Day::kJulian) {  // 1 to 365; 29 February is not counted
    date = sys_days(year / 1 / 1) + days(day - 1 + (year.is_leap() && day >= 60 ? 1 : 0));
  } else {
    date = sys_days(year / 1 / 1) + days(day);
  }
  return duration_cast<seconds>(date.time_since_epoch()).count() + time;
}

const LocalType& TimeZoneRule::at(std::int64_t time) const {
  if (!daylight_) return standard_;
  const sys_seconds local{seconds(time + standard_.offset)};
  const auto year = std::chrono::year_month_day(std::chrono::floor<days>(local)).year();
  const std::int64_t begin = to_daylight_.in(year)-standard_.offset;
  const std::int64_t end = to_standard_.in(year)-daylight_->offset;
  const bool daylight = begin < end ? begin <= time && time < end : !(end <= time && time < begin);
  return daylight ? *daylight_ : standard_;
}

}  // namespace weir
