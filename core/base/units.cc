// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <limits>
#include <optional>

namespace weir {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();

// From the largest to the smallest, as parse_duration wants them.
constexpr std::array<Unit, 5> kDurations{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

constexpr std::array<Unit, 10> kSizes{{{"B", 1},
                                       {"KiB", 1ull << 10},
                                       {"MiB", 1ull << 20},
                                       {"GiB", 1ull << 30},
                                       {"TiB", 1ull << 40},
                                       {"kB", 1000},
                                       {"KB", 1000},
                                       {"MB", 1'000'000},
                                       {"GB", 1'000'000'000},
                                       {"TB", 1'000'000'000'000}}};

// value * factor + sum, or nothing when that is more than 2^63 - 1.
std::optional<std::uint64_t> multiply_add(std::uint64_t value, std::uint64_t factor, std::uint64_t sum) {
  if (value > (kMax - sum) / factor) return std::nullopt;
  return value * factor + sum;
}

// Takes the digits at the start off `text`; a number beyond 64 bits comes back as the greatest one.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec == std::errc::invalid_argument) return std::nullopt;
  if (end.ec == std::errc::result_out_of_range) number = std::numeric_limits<std::uint64_t>::max();
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  return number;
}

// Takes what stands before the next digit off `text`.
std::string_view take_unit(std::string_view& text) {
  const std::string_view unit = text.substr(0, text.find_first_of("0123456789"));
  text.remove_prefix(unit.size());
  return unit;
}

template <std::size_t N>
std::size_t index_of(const std::array<Unit, N>& units, std::string_view name) {
  std::size_t i = 0;
  while (i < N && units[i].name != name) ++i;
  return i;
}

template <std::size_t N>
std::string names_of(const std::array<Unit, N>& units) {
  std::string names;
  for (const auto& unit : units) names += (names.empty() ? "" : ", ") + std::string(unit.name);
  return names;
}

bool is_negative(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const Problem shape{"expected a duration such as 5s"};
  if (is_negative(text)) return Problem{"expected a duration that is not negative, such as 5s"};
  if (text.empty()) return shape;
  std::uint64_t sum = 0;
  std::size_t smallest = kDurations.size();
  bool first = true;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return shape;
    const std::string_view unit = take_unit(text);
    if (unit.empty()) return Problem{"expected a duration with its unit, such as 5s"};
    if (unit[0] == '.' || unit[0] == ',') return Problem{"expected whole numbers, such as 1s500ms or 1500ms"};
    const std::size_t index = index_of(kDurations, unit);
    if (index == kDurations.size()) return Problem{shape.message + ", in units of " + names_of(kDurations)};
    if (!first && index <= smallest)
      return Problem{"expected each unit once, the largest first, such as 1h30m"};
    const auto total = multiply_add(*number, kDurations[index].factor, sum);
    if (!total)
      return Problem{"expected a duration of at most " + std::to_string(kMax / kDurations[0].factor) + "d"};
    sum = *total;
    smallest = index;
    first = false;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(sum));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const std::string shape = "expected a size such as 64MiB";
  if (is_negative(text)) return Problem{"expected a size that is not negative, such as 64MiB"};
  const auto number = take_number(text);
  if (!number) return Problem{shape};
  if (!text.empty() && text[0] == '.')
    return Problem{"expected a whole number, such as 1536KiB instead of 1.5MiB"};
  std::uint64_t factor = 1;
  if (!text.empty()) {
    const std::size_t index = index_of(kSizes, text);
    if (index == kSizes.size()) return Problem{shape + ", in units of " + names_of(kSizes)};
    factor = kSizes[index].factor;
  }
  const auto bytes = multiply_add(*number, factor, 0);
  if (!bytes) return Problem{"expected a size of less than " + std::to_string((kMax >> 40) + 1) + "TiB"};
  return *bytes;
}

std::string format_duration(std::chrono::milliseconds duration) {
  const bool negative = duration.count() < 0;
  // Negated as unsigned: the smallest value has no positive counterpart.
  std::uint64_t rest = static_cast<std::uint64_t>(duration.count());
  if (negative) rest = 0 - rest;
  if (rest == 0) return "0s";
  std::string text = negative ? "-" : "";
  for (const auto& unit : kDurations) {
    if (rest >= unit.factor) text += std::to_string(rest / unit.factor) + std::string(unit.name);
    rest %= unit.factor;
  }
  return text;
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 7> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t power = 0;
  while (power + 1 < kNames.size() && bytes >> (10 * (power + 1)) != 0) ++power;
  const std::uint64_t one = 1ull << (10 * power);
  if (bytes % one == 0) return std::to_string(bytes / one) + kNames[power];
  // Cut, not rounded, so that 1023.99KiB does not read as 1024.0KiB.
  const std::uint64_t tenth = bytes % one * 10 / one;
  return std::to_string(bytes / one) + "." + std::to_string(tenth) + kNames[power];
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string format_time(std::int64_t milliseconds) {
  std::int64_t rest = milliseconds % 1000;
  std::time_t seconds = milliseconds / 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  std::tm utc{};
  if (gmtime_r(&seconds, &utc) == nullptr) return std::to_string(milliseconds) + "ms";
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(rest));
  return text.data();
}

}  // namespace weir
