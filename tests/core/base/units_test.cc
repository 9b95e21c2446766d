// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

using std::chrono::milliseconds;

TEST(Duration, IsReadInEachUnitAndInSums) {
  const std::vector<std::pair<const char*, std::int64_t>> cases{
      {"250ms", 250},   {"0ms", 0},        {"5s", 5000},        {"2m", 120'000},
      {"1h", 3600'000}, {"1d", 86400'000}, {"1h30m", 5400'000}, {"1d1h1m1s1ms", 90'061'001}};
  for (const auto& [text, expected] : cases) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration.ok()) << text << ": " << duration.message();
    EXPECT_EQ(duration.value().count(), expected) << text;
  }
}

TEST(Duration, RefusalSaysWhatIsExpected) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "expected a duration such as 5s"},
      {"five", "expected a duration such as 5s"},
      {" 5s", "expected a duration such as 5s"},
      {"5", "expected a duration with its unit, such as 5s"},
      {"1h30", "expected a duration with its unit, such as 5s"},
      {"-5s", "expected a duration that is not negative, such as 5s"},
      {"1.5s", "expected whole numbers, such as 1s500ms or 1500ms"},
      {"5sec", "expected a duration such as 5s, in units of d, h, m, s, ms"},
      {"5s ", "expected a duration such as 5s, in units of d, h, m, s, ms"},
      {"30m1h", "expected each unit once, the largest first, such as 1h30m"},
      {"1s1s", "expected each unit once, the largest first, such as 1h30m"},
      {"999999999999d", "expected a duration of at most 106751991167d"},
      {"99999999999999999999999ms", "expected a duration of at most 106751991167d"}};
  for (const auto& [text, expected] : cases) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.message(), expected) << text;
  }
}

TEST(Duration, FormatReadsBackExactly) {
  for (const std::int64_t count : {0LL, 1LL, 999LL, 1000LL, 1500LL, 60'000LL, 3'661'001LL, 86'400'000LL}) {
    const std::string text = format_duration(milliseconds(count));
    EXPECT_EQ(parse_duration(text).value().count(), count) << text;
  }
  EXPECT_EQ(format_duration(milliseconds(5'400'000)), "1h30m");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
  EXPECT_EQ(format_duration(milliseconds(-5000)), "-5s");
  EXPECT_EQ(format_duration(milliseconds::min()).front(), '-');
}

TEST(Size, IsReadInPowersOf1024AndOf1000) {
  const std::vector<std::pair<const char*, std::uint64_t>> cases{
      {"0", 0},
      {"4096", 4096},
      {"4096B", 4096},
      {"64KiB", 65536},
      {"64kB", 64'000},
      {"64KB", 64'000},
      {"64MiB", 67'108'864},
      {"64MB", 64'000'000},
      {"1GiB", 1u << 30},
      {"1GB", 1'000'000'000},
      {"1TiB", 1ull << 40},
      {"1TB", 1'000'000'000'000},
      {"9223372036854775807", 9'223'372'036'854'775'807ull}};
  for (const auto& [text, expected] : cases) {
    const auto size = parse_size(text);
    ASSERT_TRUE(size.ok()) << text << ": " << size.message();
    EXPECT_EQ(size.value(), expected) << text;
  }
}

TEST(Size, RefusalSaysWhatIsExpected) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "expected a size such as 64MiB"},
      {"big", "expected a size such as 64MiB"},
      {"-1", "expected a size that is not negative, such as 64MiB"},
      {"1.5MiB", "expected a whole number, such as 1536KiB instead of 1.5MiB"},
      {"64mb", "expected a size such as 64MiB, in units of B, KiB, MiB, GiB, TiB, kB, KB, MB, GB, TB"},
      {"64 MiB", "expected a size such as 64MiB, in units of B, KiB, MiB, GiB, TiB, kB, KB, MB, GB, TB"},
      {"9223372036854775808", "expected a size of less than 8388608TiB"},
      {"9999999999TiB", "expected a size of less than 8388608TiB"}};
  for (const auto& [text, expected] : cases) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.message(), expected) << text;
  }
}

TEST(Size, FormatUsesTheLargestUnitThatFits) {
  EXPECT_EQ(format_size(0), "0B");
  EXPECT_EQ(format_size(1000), "1000B");
  EXPECT_EQ(format_size(1536), "1.5KiB");
  EXPECT_EQ(format_size(64u << 20), "64MiB");
  EXPECT_EQ(format_size((1u << 20) - 1), "1023.9KiB");
  EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "15.9EiB");
}

TEST(Count, IsGroupedByThreeDigits) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(Time, IsShownInUtcWithMilliseconds) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(1795370400123), "2026-11-22T18:00:00.123Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(INT64_MIN + 1), "-292275055-05-16T16:47:04.193Z");
}

}  // namespace
}  // namespace weir
