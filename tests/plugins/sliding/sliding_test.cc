// SPDX-License-Identifier: Apache-2.0
#include "sliding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "plugins/windowed.h"

namespace weir::sliding {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using Window = Harness<Sliding>;

TEST(Sliding, ARecordBelongsToAllWindowsThatHoldItsTime) {
  Window window(R"({"size": 10, "slide": 5})");
  put(window, {{0, "x", "a"}, {5, "y", "a"}, {12, "z", "b"}});
  window.end();
  EXPECT_THAT(groups(window),
              ElementsAre("a [-5,5) x", "a [0,10) x+y", "a [5,15) y", "b [5,15) z", "b [10,20) z"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Sliding, ARecordMayBelongToThousandsOfWindows) {
  Window window(R"({"size": 3600, "slide": 1, "aggregate": [{"function": "count"}]})");
  put(window, {{0, "{}", "a"}, {1, "{}", "a"}});
  window.end();
  EXPECT_EQ(window.values().size(), 3601u);
}

TEST(Sliding, TheSlideNeedNotDivideTheSize) {
  Window window(R"({"size": 10, "slide": 4})");
  put(window, {{0, "x", "a"}, {7, "y", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-8,2) x", "a [-4,6) x", "a [0,10) x+y", "a [4,14) y"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Sliding, AggregatesOfUnitsAreCombined) {
  Window window(R"({"size": 10, "slide": 5, "aggregate": [{"function": "sum", "field": "n"},
    {"function": "first", "field": "n"}, {"function": "last", "field": "n"}]})");
  put(window, {{0, R"({"n":1})", "a"}, {5, R"({"n":2})", "a"}});
  window.restart();
  window.end();
  EXPECT_THAT(
      window.values(),
      ElementsAre(R"({"key":"a","window_start":-5,"window_end":5,"sum_n":1,"first_n":1,"last_n":1})",
                  R"({"key":"a","window_start":0,"window_end":10,"sum_n":3,"first_n":1,"last_n":2})",
                  R"({"key":"a","window_start":5,"window_end":15,"sum_n":2,"first_n":2,"last_n":2})"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Sliding, OnlyARecordThatIsLateForAllWindowsIsLate) {
  Window window(R"({"size": 10, "slide": 5})");
  window.watermark(9);
  put(window, {{4, "all", "a"}, {7, "some", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("all late"));
  EXPECT_EQ(window.counter("partly_late"), 1u);
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [5,15) some"));
}

TEST(Sliding, PartlyLateRecordsAreReportedWithTheirWindows) {
  Window window(R"({"size": 10, "slide": 5, "report_partly_late": true})");
  window.watermark(9);
  put(window, {{7, "some", "a"}});
  const auto late = window.out("late");
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].code, "partly_late");
  EXPECT_THAT(late[0].message, HasSubstr("[0, 10)"));
}

TEST(Sliding, PurgingOneWindowLeavesTheOthers) {
  Window window(R"({"size": 10, "slide": 5, "trigger": {"count": 2, "mode": "purging"}})");
  put(window, {{0, "x", "a"}, {6, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-5,5) x", "a [5,15) y"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Sliding, LateWithinLatenessUpdatesEachWindowThatHasEnded) {
  Window window(R"({"size": 10, "slide": 5, "allowed_lateness": 20})");
  put(window, {{6, "x", "a"}});
  window.watermark(14);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x", "a [5,15) x"));
  put(window, {{7, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y", "a [5,15) x+y"));
  window.end();
  EXPECT_EQ(window.held(), 1u);
}

TEST(Sliding, WhatNoWindowHoldsLeavesByBetween) {
  Window window(R"({"size": 2, "slide": 5})");
  put(window, {{0, "x", "a"}, {1, "y", "a"}, {2, "z", "a"}});
  EXPECT_THAT(failed(window, "between"), ElementsAre("z between"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,2) x+y"));
}

TEST(Sliding, EvictorsLookAtTheWholeWindow) {
  Window window(R"({"size": 10, "slide": 5, "evict": {"keep_last": 1}})");
  put(window, {{0, "x", "a"}, {5, "y", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-5,5) x", "a [0,10) y", "a [5,15) y"));
}

TEST(Sliding, AggregatesAreThoseOfTheRecordsWhateverTheirOrder) {
  std::mt19937 random(3);
  for (const std::string size :
       {R"("size": 12, "slide": 2)", R"("size": 10, "slide": 4)",
        R"("size": 12, "slide": 3, "allowed_lateness": 8)", R"("size": 60, "slide": 1)",
        R"("size": 70, "slide": 3, "allowed_lateness": 9)",
        R"("size": 90, "slide": 2, "trigger": {"every": 7}, "allowed_lateness": 4)",
        R"("size": 64, "slide": 1, "trigger": {"count": 9})"}) {
    Window lists("{" + size + "}");
    Window rows("{" + size + R"(, "aggregate": [{"function": "sum", "field": "n"}, {"function": "count"}]})");
    for (int step = 0; step < 400; ++step) {
      const Timed record{step + static_cast<int>(random() % 20) - 10,
                         R"({"n":)" + std::to_string(random() % 100) + (step / 100 == 1 ? ".0}" : "}"),
                         std::string(1, static_cast<char>('a' + random() % (step < 300 ? 2 : 9)))};
      put(lists, {record});
      put(rows, {record});
      if (random() % 4 == 0) {
        lists.watermark(step - 5);
        rows.watermark(step - 5);
      }
      if (random() % 10 == 0) rows.restart();
      ASSERT_EQ(sums_of_rows(rows), sums_of_groups(lists)) << size << ", step " << step;
    }
    lists.end();
    rows.end();
    EXPECT_EQ(sums_of_rows(rows), sums_of_groups(lists)) << size;
    EXPECT_EQ(rows.held(), 1u);  // what is known of the stage
  }
}

TEST(Sliding, FirstAndLastGoByArrival) {
  for (const bool restart : {false, true}) {
    Window window(R"({"size": 10, "slide": 5, "aggregate": [{"function": "first", "field": "n"},
      {"function": "last", "field": "n"}]})");
    put(window, {{7, R"({"n":2})", "a"}});
    if (restart) window.restart();
    put(window, {{3, R"({"n":1})", "a"}});
    if (restart) window.restart();
    put(window, {{8, R"({"m":0})", "a"}, {1, R"({"n":5})", "b"}});
    window.watermark(9);
    EXPECT_THAT(
        window.values(),
        UnorderedElementsAre(R"({"key":"a","window_start":-5,"window_end":5,"first_n":1,"last_n":1})",
                             R"({"key":"b","window_start":-5,"window_end":5,"first_n":5,"last_n":5})",
                             R"({"key":"a","window_start":0,"window_end":10,"first_n":2,"last_n":1})",
                             R"({"key":"b","window_start":0,"window_end":10,"first_n":5,"last_n":5})"));
  }
}

TEST(Sliding, GroupsAreInTheOrderOfArrival) {
  for (const bool restart : {false, true}) {
    Window window(R"({"size": 10, "slide": 5})");
    put(window, {{7, "x", "a"}, {3, "y", "a"}, {8, "z", "a"}});
    if (restart) window.restart();
    put(window, {{2, "u", "a"}, {9, "v", "a"}, {4, "w", "b"}});
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("a [-5,5) y+u", "b [-5,5) w", "a [0,10) x+y+z+u+v", "b [0,10) w",
                                            "a [5,15) x+z+v"));
    EXPECT_EQ(window.held(), 1u);
  }
}

TEST(Sliding, TheLastRecordsAreThoseThatCameLast) {
  Window window(R"({"size": 10, "slide": 5, "evict": {"keep_last": 2}})");
  put(window, {{7, "x", "a"},
               {8, "y", "a"},
               {9, "z", "a"},
               {6, "u", "a"},
               {3, "v", "a"},
               {2, "w", "a"},
               {1, "o", "a"}});
  put(window, {{5, "p", "a"}});
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [-5,5) w+o", "a [0,10) o+p"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [5,15) u+p"));
}

TEST(Sliding, MaxBytesBoundsAccumulatorsOfOverlappingWindows) {
  Window window(R"({"size": 10, "slide": 1, "max_bytes": 5000, "aggregate": [{"function": "count"}]})");
  const auto refused = [&](std::int64_t time) {
    for (int i = 0; i < 50; ++i) put(window, {{time, "{}", "k" + std::to_string(i)}});
    return window.errors().size();
  };
  const std::size_t first = refused(0);
  EXPECT_GT(first, 0u);
  EXPECT_LT(first, 50u);
  put(window, {{0, "{}", "k0"}});  // has its accumulator
  EXPECT_THAT(window.errors(), IsEmpty());
  window.restart();
  EXPECT_EQ(refused(1), 50u);
  window.watermark(9);
  EXPECT_EQ(refused(20), first);
}

TEST(Sliding, ARecordThatWouldOpenMoreWindowsThanThereIsRoomForIsRefused) {
  Window window(R"({"size": 100000, "slide": 1, "max_bytes": 30000000})");
  put(window, {{0, "x", "a"}, {50000, "y", "a"}, {10, "z", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("y windows_full"));
}

TEST(Sliding, MaxBytesBoundsRecordsOfOverlappingWindows) {
  Window window(R"({"size": 10, "slide": 1, "max_bytes": 4000})");
  for (int i = 0; i < 100; ++i) put(window, {{i % 5, "x", "a"}});
  const std::size_t refused = window.errors().size();
  EXPECT_GT(refused, 50u);
  EXPECT_LT(refused, 100u);
}

TEST(Sliding, ARestartAtAnyStepChangesNothing) {
  for (int restart = 0; restart < 4; ++restart) {
    Window window(R"({"size": 10, "slide": 5, "allowed_lateness": 5})");
    const auto step = [&](int n) {
      if (n == restart) window.restart();
    };
    step(0);
    put(window, {{1, "x", "a"}, {6, "y", "a"}});
    step(1);
    window.watermark(9);
    EXPECT_THAT(groups(window), ElementsAre("a [-5,5) x", "a [0,10) x+y"));
    step(2);
    put(window, {{7, "z", "a"}});
    EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y+z"));
    step(3);
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("a [5,15) y+z"));
    EXPECT_EQ(window.held(), 1u);
  }
}

TEST(Sliding, ARecordWithoutATimeOrFarFromAllTimesFails) {
  Window window(R"({"size": 9000000000000000, "slide": 4500000000000000})");
  put(window, {{WEIR_NO_TIME, "x", "a"}, {INT64_MAX, "y", "a"}, {INT64_MIN + 1, "z", "a"}, {-1, "u", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("x no_time", "y time_range", "z time_range"));
  window.end();
  EXPECT_THAT(groups(window),
              ElementsAre("a [-9000000000000000,0) u", "a [-4500000000000000,4500000000000000) u"));
}

TEST(Sliding, TheFurthestTimesDoNotOverflow) {
  Window window(R"({"size": 10, "slide": 5, "trigger": {"every": 9}})");
  put(window, {{std::int64_t{1} << 61, "x", "a"}, {-(std::int64_t{1} << 61), "y", "a"}});
  window.watermark(INT64_MAX - 1);
  EXPECT_EQ(groups(window).size(), 5u);  // at four ends, and at a multiple before one
  put(window, {{0, "z", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("z late"));
}

TEST(Sliding, AnOffsetIsShorterThanTheSlide) {
  EXPECT_THAT(refusal<Sliding>(R"({"size": 10, "slide": 5, "offset": 5})"),
              HasSubstr("/offset: it must be shorter"));
}

TEST(Sliding, DaysOfAZoneSlideByDays) {
  Window window(R"({"size": 172800000, "slide": 86400000, "time_zone": "Asia/Shanghai"})");
  put(window, {{1'700'000'000'000, "x", "a"}});
  window.end();
  EXPECT_THAT(groups(window),
              ElementsAre("a [1699891200000,1700064000000) x", "a [1699977600000,1700150400000) x"));
}

}  // namespace
}  // namespace weir::sliding
