// SPDX-License-Identifier: Apache-2.0
#include "global.h"

#include <chrono>
#include <string>

#include "plugins/windowed.h"

namespace weir::global {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using std::chrono::milliseconds;
using Window = Harness<Global>;

TEST(Global, WithoutATriggerAllLeavesAtTheEnd) {
  Window window;
  put(window, {{5, "x", "a"}, {1, "y", "a"}, {2, "z", "b"}});
  window.watermark(1'000'000);
  EXPECT_THAT(groups(window), IsEmpty());
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("b [2,3) z", "a [1,6) x+y"));
  EXPECT_EQ(window.held(), 1u);  // what is known of the stage
}

TEST(Global, NothingIsEverLate) {
  Window window(R"({"trigger": {"every": 10}})");
  window.watermark(1'000'001);
  put(window, {{1, "x", "a"}});
  window.watermark(1'000'009);
  EXPECT_THAT(groups(window), IsEmpty());
  window.watermark(1'000'010);
  EXPECT_THAT(groups(window), ElementsAre("a [1,2) x"));
}

TEST(Global, ByCountAccumulating) {
  Window window(R"({"trigger": {"count": 2}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}, {4, "u", "a"}, {5, "v", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,3) x+y", "a [1,5) x+y+z+u"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [1,6) x+y+z+u+v"));
}

TEST(Global, ByCountPurging) {
  Window window(R"({"trigger": {"count": 2, "mode": "purging"}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,3) x+y"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [3,4) z"));
}

TEST(Global, EverySoOftenTheKeysWithNewRecordsLeave) {
  Window window(R"({"trigger": {"every": 10}})");
  put(window, {{1, "x", "a"}, {2, "z", "b"}, {25, "u", "c"}});
  window.watermark(10);
  EXPECT_THAT(groups(window), ElementsAre("a [1,2) x", "b [2,3) z"));
  put(window, {{12, "y", "a"}});
  window.watermark(20);
  EXPECT_THAT(groups(window), ElementsAre("a [1,13) x+y"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("c [25,26) u"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Global, CountAndTimeWhicheverIsFirst) {
  Window window(R"({"trigger": {"count": 2, "every": 10, "mode": "purging"}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,3) x+y"));
  window.restart();
  window.watermark(10);
  EXPECT_THAT(groups(window), ElementsAre("a [3,4) z"));
  put(window, {{15, "u", "a"}, {16, "v", "a"}});  // by count: the timer at 20 finds nothing new
  EXPECT_EQ(groups(window).size(), 1u);
  window.watermark(20);
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

TEST(Global, ATimerThatFindsNothingNewRepeatsNothing) {
  Window window(R"({"trigger": {"count": 2, "every": 10}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}});
  EXPECT_EQ(groups(window).size(), 1u);
  put(window, {{3, "z", "a"}});  // sets the timer
  put(window, {{4, "u", "a"}});
  EXPECT_EQ(groups(window).size(), 1u);
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
}

TEST(Global, InProcessingTimeTheClockCounts) {
  Window window(R"({"time": "processing", "trigger": {"every": 1000}})");
  put(window, {{WEIR_NO_TIME, "x", "a"}});
  window.advance(milliseconds(999));
  EXPECT_THAT(groups(window), IsEmpty());
  window.advance(milliseconds(1));
  EXPECT_THAT(groups(window), ElementsAre("a [1700000000000,1700000000001) x"));
}

TEST(Global, EveryInEventTimeNeedsATime) {
  Window window(R"({"trigger": {"every": 10}})");
  put(window, {{WEIR_NO_TIME, "x", "a"}, {INT64_MAX, "y", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("x no_time", "y time_range"));
}

TEST(Global, EvictorsKeepTheLastOrTheNewest) {
  Window last(R"({"trigger": {"count": 3}, "evict": {"keep_last": 1}})");
  for (int i = 1; i <= 6; ++i) put(last, {{i, std::to_string(i), "a"}});
  EXPECT_THAT(groups(last), ElementsAre("a [3,4) 3", "a [6,7) 6"));
  Window newest(R"({"trigger": {"count": 3}, "evict": {"keep_newest": 2}})");
  for (int i = 1; i <= 6; ++i) put(newest, {{i, std::to_string(i), "a"}});
  EXPECT_THAT(groups(newest), ElementsAre("a [2,4) 2+3", "a [5,7) 5+6"));
}

TEST(Global, WhatEvictorsLeaveOutTakesNoRoom) {
  for (const std::string evict : {R"({"keep_last": 5})", R"({"keep_newest": 5})"}) {
    Window window(R"({"max_bytes": 4000, "evict": )" + evict + "}");
    for (int i = 0; i < 1000; ++i) put(window, {{i, "x", "a"}});
    EXPECT_THAT(window.errors(), IsEmpty()) << evict;
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("a [995,1000) x+x+x+x+x"));
  }
}

TEST(Global, WhatIsKnownOfAKeyIsCountedWithItsTimer) {
  const auto refused = [](const std::string& trigger) {
    Window window(R"({"max_bytes": 20000, "aggregate": [{"function": "count"}], "trigger": )" + trigger +
                  "}");
    const auto offer = [&](std::int64_t time, const std::string& name) {
      for (int i = 0; i < 200; ++i) put(window, {{time, "{}", name + std::to_string(i)}});
      return window.errors().size();
    };
    const std::size_t first = offer(1, "k");
    window.restart();
    EXPECT_EQ(offer(1, "k"), first) << trigger;
    EXPECT_EQ(offer(1, "l"), 200u) << trigger;
    return first;
  };
  const std::size_t by_count = refused(R"({"count": 1000})");
  EXPECT_GT(by_count, 200 - 20000 / 150u);
  EXPECT_GT(refused(R"({"every": 1000})"), by_count);
}

TEST(Global, AggregatesGoOnForEver) {
  Window window(R"({"trigger": {"count": 2}, "aggregate": [{"function": "sum", "field": "n"}]})");
  for (int i = 1; i <= 4; ++i) put(window, {{i, R"({"n":1})", "a"}});
  window.restart();
  put(window, {{5, R"({"n":1})", "a"}});
  window.end();
  EXPECT_THAT(window.values(), ElementsAre(R"({"key":"a","window_start":1,"window_end":3,"sum_n":2})",
                                           R"({"key":"a","window_start":1,"window_end":5,"sum_n":4})",
                                           R"({"key":"a","window_start":1,"window_end":6,"sum_n":5})"));
}

TEST(Global, ARestartAtAnyStepChangesNothing) {
  for (int restart = 0; restart < 4; ++restart) {
    Window window(R"({"trigger": {"every": 10, "count": 3}})");
    const auto step = [&](int n) {
      if (n == restart) window.restart();
    };
    step(0);
    put(window, {{1, "x", "a"}, {2, "y", "a"}});
    step(1);
    window.watermark(10);
    EXPECT_THAT(groups(window), ElementsAre("a [1,3) x+y"));
    step(2);
    put(window, {{11, "z", "a"}, {12, "u", "b"}});
    step(3);
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("a [1,12) x+y+z", "b [12,13) u"));
  }
}

}  // namespace
}  // namespace weir::global
