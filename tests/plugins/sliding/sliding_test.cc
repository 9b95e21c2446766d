// SPDX-License-Identifier: Apache-2.0
#include "sliding.h"

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
