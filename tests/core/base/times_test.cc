// SPDX-License-Identifier: Apache-2.0
#include "base/times.h"

#include <gtest/gtest.h>

#include "base/units.h"

namespace weir::test {
namespace {

TEST(Times, AreTheInverseOfHowTheyAreWritten) {
  for (const std::int64_t time : {0ll, 951'782'400'000ll, 1'714'550'400'123ll, -1ll}) {
    const auto read = parse_time(format_time(time));
    ASSERT_TRUE(read.ok()) << format_time(time);
    EXPECT_EQ(read.value(), time);
  }
}

TEST(Times, MayHaveAnOffsetOrLeaveOutWhatIsZero) {
  EXPECT_EQ(parse_time("2024-05-01T08:00:00+08:00").value(), parse_time("2024-05-01").value());
  EXPECT_EQ(parse_time("2024-05-01 00:30").value(), parse_time("2024-05-01T00:30:00.000Z").value());
  EXPECT_EQ(parse_time("2024-05-01T00:00:00.1239-0130").value(),
            parse_time("2024-05-01T01:30:00.123Z").value());
}

TEST(Times, MayBeGivenAsMilliseconds) {
  EXPECT_EQ(parse_time("-5").value(), -5);
  EXPECT_EQ(parse_time("1714550400123").value(), 1'714'550'400'123);
  EXPECT_FALSE(parse_time("9999999999999999999").ok());
}

TEST(Times, ThatCannotBeAreRefused) {
  for (const char* text :
       {"", "noon", "2024-02-30", "2024-13-01", "2024-05-01T24:00:00", "2024-05-01T08:00:00+",
        "2024-05-01X08:00", "24-05-01", "2024-05-01T08:00:00Zx", "2024-05-01T08:00:00."}) {
    EXPECT_FALSE(parse_time(text).ok()) << text;
  }
}

TEST(TimeFormat, ReadsNumbersInItsUnit) {
  EXPECT_EQ(TimeFormat::parse("auto").value().read_integer(1'500).value(), 1'500);
  EXPECT_EQ(TimeFormat::parse("seconds").value().read_number(1.5).value(), 1'500);
  EXPECT_EQ(TimeFormat::parse("seconds").value().read_text("2").value(), 2'000);
  EXPECT_EQ(TimeFormat::parse("microseconds").value().read_integer(-1).value(), -1);
}

TEST(TimeFormat, ReadsAPatternWithItsOffset) {
  const auto format = TimeFormat::parse("%d/%m/%Y %H:%M %z");
  ASSERT_TRUE(format.ok());
  EXPECT_EQ(format.value().read_text("01/05/2024 08:00 +0800").value(), parse_time("2024-05-01").value());
  EXPECT_FALSE(format.value().read_text("2024-05-01").ok());
}

TEST(TimeFormat, ADayThatIsNotInTheCalendarIsRefusedInAPatternToo) {
  const auto format = TimeFormat::parse("%Y-%m-%d").value();
  EXPECT_EQ(format.read_text("2024-02-29").value(), parse_time("2024-02-29").value());
  EXPECT_FALSE(format.read_text("2023-02-29").ok());
  EXPECT_FALSE(format.read_text("2024-02-30").ok());
}

TEST(TimeFormat, TimesFarBeyondHistoryAreRefused) {
  const auto format = TimeFormat::parse("auto").value();
  EXPECT_FALSE(format.read_integer(INT64_MAX).ok());
  EXPECT_FALSE(format.read_integer(INT64_MIN).ok());
  EXPECT_FALSE(format.read_number(1e300).ok());
}

TEST(TimeFormat, AnUnknownOneIsRefused) {
  EXPECT_FALSE(TimeFormat::parse("second").ok());
}

}  // namespace
}  // namespace weir::test
