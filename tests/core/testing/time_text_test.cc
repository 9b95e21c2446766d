// SPDX-License-Identifier: Apache-2.0
#include "testing/time_text.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(TimeText, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z").value(), 0);
  EXPECT_EQ(parse_time("2026-11-22T18:00:00.123Z").value(), 1'795'370'400'123);
  EXPECT_EQ(parse_time("2026-11-22T18:00:00.5+08:00").value(), 1'795'370'400'500 - 8 * 3'600'000);
  EXPECT_EQ(parse_time("2026-11-22T18:00:00-01:30").value(), 1'795'370'400'000 + 90 * 60'000);
  EXPECT_EQ(parse_time("1969-12-31").value(), -86'400'000);
  EXPECT_EQ(parse_time("-5").value(), -5);
}

TEST(TimeText, WhatIsNoTimeIsRefused) {
  for (const char* text :
       {"", "noon", "2026-13-01", "2026-02-30", "2026-11-22T24:00:00Z", "2026-11-22T18:00:00",
        "2026-11-22T18:00Z", "2026-11-22T18:00:00Zx", "2026-11-22 18:00:00Z"}) {
    EXPECT_FALSE(parse_time(text).ok()) << text;
  }
}

}  // namespace
}  // namespace weir
