// SPDX-License-Identifier: Apache-2.0
#include "testing/time_text.h"

#include <chrono>
#include <optional>

#include "base/numbers.h"

namespace weir {
namespace {

/// Takes texts apart from the front; once something is not there, nothing is any more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return failed_ = true, 0;
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool skip(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char c) { failed_ |= !skip(c); }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool done() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<std::int64_t> read(std::string_view text) {
  Scanner scan(text);
  const int year = scan.digits(4);
  scan.need('-');
  const int month = scan.digits(2);
  scan.need('-');
  const int day = scan.digits(2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (scan.failed() || !date.ok()) return std::nullopt;
  const std::int64_t midnight = std::chrono::sys_days(date).time_since_epoch() / std::chrono::milliseconds(1);
  if (scan.done()) return midnight;
  scan.need('T');
  const int hour = scan.digits(2);
  scan.need(':');
  const int minute = scan.digits(2);
  scan.need(':');
  const int second = scan.digits(2);
  int fraction = 0;
  if (scan.skip('.')) {
    fraction = scan.digits(1) * 100;
    if (scan.at_digit()) fraction += scan.digits(1) * 10;
    if (scan.at_digit()) fraction += scan.digits(1);
  }
  int offset = 0;  // minutes
  if (!scan.skip('Z')) {
    const bool west = scan.skip('-');
    if (!west) scan.need('+');
    offset = scan.digits(2) * 60;
    scan.need(':');
    offset += scan.digits(2);
    if (west) offset = -offset;
  }
  if (scan.failed() || !scan.done() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return midnight + ((hour * 60LL + minute - offset) * 60 + second) * 1000 + fraction;
}

}  // namespace

Result<std::int64_t> parse_time(std::string_view text) {
  if (const auto number = parse_integer(text); number.ok()) return number.value();
  if (const auto time = read(text)) return *time;
  return Problem{"expected a time such as 2026-11-22T18:00:00Z, or milliseconds since 1970"};
}

}  // namespace weir
