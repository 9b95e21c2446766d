// SPDX-License-Identifier: Apache-2.0
#include "http/retry_after.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace weir::http {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           std::chrono::milliseconds now,
                                                           std::chrono::milliseconds cap) {
  using std::chrono::milliseconds;
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || seconds > cap.count() / 1000) return cap;  // more than any cap
    return milliseconds(seconds * 1000);
  }
  // Poco's parser guesses where it cannot read: only what it writes the same way is a date.
  const std::string& format = Poco::DateTimeFormat::HTTP_FORMAT;
  Poco::DateTime date;
  int zone = 0;
  if (!Poco::DateTimeParser::tryParse(format, std::string(text), date, zone) ||
      Poco::DateTimeFormatter::format(date, format) != text) {
    return std::nullopt;
  }
  const milliseconds at(date.timestamp().epochMicroseconds() / 1000);
  return std::clamp(at - now, milliseconds(0), cap);
}

}  // namespace weir::http
