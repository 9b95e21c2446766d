// SPDX-License-Identifier: Apache-2.0
#include "runtime/event_times.h"

#include <gtest/gtest.h>
#include <weir/record.h>

#include <cstdint>

namespace weir::test {
namespace {

weir_record at(std::int64_t time) {
  Record record;
  record.event_time = time;
  return record;
}

TEST(EventTimes, WithoutAFieldTheTimeIsThatOfTheRecord) {
  EventTimes times(EventTimeSpec{});
  EXPECT_EQ(times.take(at(10), 0), 10);
  EXPECT_EQ(times.watermark(), 9);
  EXPECT_EQ(times.take(at(WEIR_NO_TIME), 0), std::nullopt);
  EXPECT_EQ(times.problem(), "the record has no time");
}

TEST(EventTimes, ATimeAtTheEndsOf64BitsIsAMistakeAndDoesNotCarryEventTimeAway) {
  EventTimeSpec spec;
  spec.max_out_of_orderness = std::chrono::hours(24 * 365);
  EventTimes times(spec);
  for (const std::int64_t time :
       {INT64_MAX, INT64_MAX - 1, INT64_MIN + 1, std::int64_t{8'640'000'000'000'001}}) {
    EXPECT_EQ(times.take(at(time), 0), std::nullopt) << time;
    EXPECT_EQ(times.problem(), "the record's time is " + std::to_string(time) +
                                   " ms, expected a time within 200,000 years from now");
  }
  EXPECT_EQ(times.watermark(), Watermarks::kStart);
}

}  // namespace
}  // namespace weir::test
