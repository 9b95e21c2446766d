// SPDX-License-Identifier: Apache-2.0
#include "tumbling.h"

#include <chrono>
#include <string>

#include "plugins/windowed.h"

namespace weir::tumbling {
namespace {

using std::chrono::milliseconds;
using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using Window = Harness<Tumbling>;

TEST(Tumbling, AWindowLeavesWhenTheWatermarkHasComeToItsLastMillisecond) {
  Window window(R"({"size": 10})");
  put(window, {{0, "x", "a"}, {9, "y", "a"}, {10, "z", "a"}, {5, "u", "b"}});
  window.watermark(8);
  EXPECT_THAT(groups(window), IsEmpty());
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y", "b [0,10) u"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [10,20) z"));
  EXPECT_EQ(window.held(), 1u);  // only that the stage has a key
}

TEST(Tumbling, WithoutAKeyThereIsOneGroupAWindow) {
  Window window(R"({"size": 10})");
  put(window, {{0, "x", ""}, {9, "y", ""}}, false);
  window.restart();
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("- [0,10) x+y"));
}

TEST(Tumbling, BoundsAreRoundedTowardsThePastAlsoBefore1970) {
  Window window(R"({"size": 10, "offset": 3})");
  put(window, {{-1, "x", "a"}, {-7, "y", "a"}, {-8, "z", "a"}, {3, "u", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-17,-7) z", "a [-7,3) x+y", "a [3,13) u"));
}

TEST(Tumbling, AnOffsetMayBeNegativeAndIsShorterThanTheSize) {
  Window window(R"({"size": 86400000, "offset": -28800000})");
  put(window, {{0, "x", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-28800000,57600000) x"));
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "offset": 10})"), HasSubstr("/offset: it must be shorter"));
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "offset": -10})"), HasSubstr("/offset: it must be shorter"));
}

TEST(Tumbling, DaysBeginAtMidnightInShanghai) {
  Window window(R"({"size": 86400000, "time_zone": "Asia/Shanghai"})");
  put(window, {{1'700'000'000'000, "x", "a"}});  // 2023-11-15 06:13 there
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [1699977600000,1700064000000) x"));
}

TEST(Tumbling, DaysHave23And25HoursWhereClocksChange) {
  Window window(R"({"size": 86400000, "time_zone": "Europe/Berlin"})");
  put(window, {{1'711'846'800'000, "spring", "a"},    // 2024-03-31 01:00 UTC
               {1'729'988'000'000, "autumn", "a"}});  // 2024-10-27 00:13 UTC
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [1711839600000,1711922400000) spring",
                                          "a [1729980000000,1730070000000) autumn"));
}

TEST(Tumbling, AZoneIsForWindowsOfWholeDays) {
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 3600000, "time_zone": "Asia/Shanghai"})"),
              HasSubstr("/time_zone: by the clocks of a zone windows are of whole days"));
}

TEST(Tumbling, ARecordWhoseWindowIsOverLeavesByLate) {
  Window window(R"({"size": 10})");
  window.watermark(9);
  put(window, {{9, "x", "a"}, {10, "y", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("x late"));
  EXPECT_EQ(window.counter("late"), 1u);
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [10,20) y"));
}

TEST(Tumbling, LateWithinLatenessLeavesAtOnceWithAllRecords) {
  Window window(R"({"size": 10, "allowed_lateness": 5})");
  put(window, {{1, "x", "a"}});
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x"));
  put(window, {{2, "y", "a"}, {3, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y", "a [0,10) x+y+z"));
  window.watermark(14);
  put(window, {{4, "u", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("u late"));
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

TEST(Tumbling, PurgingEmitsOnlyWhatIsNew) {
  Window window(R"({"size": 10, "allowed_lateness": 5, "trigger": {"mode": "purging"}})");
  put(window, {{1, "x", "a"}});
  window.watermark(9);
  put(window, {{2, "y", "a"}, {3, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x", "a [0,10) y", "a [0,10) z"));
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
}

TEST(Tumbling, ACountTriggerDoesNotReplaceTheEnd) {
  Window window(R"({"size": 10, "trigger": {"count": 2, "mode": "purging"}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}, {3, "u", "b"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y"));
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) z", "b [0,10) u"));
  window.end();
  EXPECT_EQ(window.held(), 1u);
}

TEST(Tumbling, AccumulatingACountTriggerEmitsAllSoFar) {
  Window window(R"({"size": 10, "trigger": {"count": 2}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}, {4, "u", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y", "a [0,10) x+y+z+u"));
}

TEST(Tumbling, WithoutTheEndWhatIsLeftLeavesWhenTheWindowIsForgotten) {
  Window window(R"({"size": 10, "allowed_lateness": 5, "trigger": {"count": 2, "time": false}})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "b"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y"));
  window.watermark(9);
  EXPECT_THAT(groups(window), IsEmpty());
  window.watermark(14);
  EXPECT_THAT(groups(window), ElementsAre("b [0,10) z"));
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "trigger": {"time": false}})"),
              HasSubstr("/trigger/time: without the end"));
}

TEST(Tumbling, EverySoOftenResultsLeaveBeforeTheEnd) {
  Window window(R"({"size": 10, "trigger": {"every": 4}})");
  put(window, {{1, "x", "a"}, {6, "y", "a"}});
  window.watermark(4);
  EXPECT_EQ(groups(window).size(), 1u);
  window.restart();
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y", "a [0,10) x+y"));  // at 8 and at the end
}

TEST(Tumbling, EvictorsLeaveOutRecords) {
  Window last(R"({"size": 10, "evict": {"keep_last": 2}})");
  put(last, {{1, "x", "a"}, {2, "y", "a"}, {3, "z", "a"}});
  last.end();
  EXPECT_THAT(groups(last), ElementsAre("a [0,10) y+z"));
  Window newest(R"({"size": 10, "evict": {"keep_newest": 3}})");
  put(newest, {{1, "x", "a"}, {2, "y", "a"}, {4, "z", "a"}});
  newest.end();
  EXPECT_THAT(groups(newest), ElementsAre("a [0,10) y+z"));
}

TEST(Tumbling, ProcessingTimeIsTheClocks) {
  Window window(R"({"size": 1000, "time": "processing"})");
  window.process({"x"}, {"a"});
  window.advance(milliseconds(999));
  EXPECT_THAT(groups(window), IsEmpty()) << "its last millisecond is not over";
  window.process({"y"}, {"a"});
  window.advance(milliseconds(1));
  EXPECT_THAT(groups(window), ElementsAre("a [1700000000000,1700000001000) x+y"));
  window.process({"z"}, {"a"});
  window.end();  // nothing is lost with the input's end
  EXPECT_THAT(groups(window), ElementsAre("a [1700000001000,1700000002000) z"));
  EXPECT_EQ(window.held() - window.counter("late"), 2u);  // a timer that finds nothing, and the key's note
}

TEST(Tumbling, NothingIsLateInProcessingTime) {
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "time": "processing", "allowed_lateness": 1})"),
              HasSubstr("/allowed_lateness: nothing is late in processing time"));
}

TEST(Tumbling, ARestartAtAnyStepChangesNothing) {
  for (int restart = 0; restart < 4; ++restart) {
    Window window(R"({"size": 10, "allowed_lateness": 5, "trigger": {"count": 3}})");
    const auto step = [&](int n) {
      if (n == restart) window.restart();
    };
    step(0);
    put(window, {{1, "x", "a"}, {2, "y", "a"}});
    step(1);
    put(window, {{3, "z", "a"}, {11, "u", "b"}});
    EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y+z"));
    step(2);
    window.watermark(9);
    EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y+z"));
    step(3);
    put(window, {{4, "v", "a"}});
    EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y+z+v"));
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("b [10,20) u"));
  }
}

TEST(Tumbling, ARecordWithoutATimeOrFarFromAllTimesFails) {
  Window window(R"({"size": 10})");
  put(window, {{WEIR_NO_TIME, "x", "a"}, {INT64_MAX, "y", "a"}, {INT64_MIN + 1, "z", "a"}, {1, "u", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("x no_time", "y time_range", "z time_range"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) u"));
}

TEST(Tumbling, AnEndlessLatenessDoesNotOverflow) {
  Window window(R"({"size": 10, "allowed_lateness": 9223372036854775807})");
  put(window, {{1, "x", "a"}});
  window.watermark(9);
  put(window, {{2, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x", "a [0,10) x+y"));
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

constexpr auto kAggregate = R"({"size": 10, "allowed_lateness": 5, "aggregate": [
  {"function": "count"}, {"function": "sum", "field": "n", "as": "total"}, {"function": "min", "field": "n"},
  {"function": "max", "field": "n"}, {"function": "mean", "field": "n"}, {"function": "first", "field": "s"},
  {"function": "last", "field": "s"}]})";

TEST(TumblingAggregate, OneObjectAKeyAndWindowAtItsLastMillisecond) {
  Window window(kAggregate);
  put(window, {{1, R"({"n": 3, "s": "p"})", "a"},
               {2, R"({"n": -1, "s": "q\n"})", "a"},
               {2, R"({"n": 2.5})", "b"},
               {3, R"({"n": null, "s": [1]})", "a"}});
  window.restart();
  window.watermark(9);
  const auto out = window.out();
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].event_time, 9);
  EXPECT_EQ(out[0].key, "a");
  EXPECT_EQ(out[0].value, R"({"key":"a","window_start":0,"window_end":10,"count":3,"total":2,"min_n":-1,)"
                          R"("max_n":3,"mean_n":1,"first_s":"p","last_s":[1]})");
  EXPECT_EQ(out[1].value, R"({"key":"b","window_start":0,"window_end":10,"count":1,"total":2.5,"min_n":2.5,)"
                          R"("max_n":2.5,"mean_n":2.5,"first_s":null,"last_s":null})");
  window.end();
  EXPECT_EQ(window.held(), 1u);
}

TEST(TumblingAggregate, LateWithinLatenessUpdates) {
  Window window(R"({"size": 10, "allowed_lateness": 5, "aggregate": [{"function": "sum", "field": "n"}]})");
  put(window, {{1, R"({"n": 1})", ""}}, false);
  window.watermark(9);
  put(window, {{1, R"({"n": 2})", ""}}, false);
  EXPECT_THAT(window.values(), ElementsAre(R"({"window_start":0,"window_end":10,"sum_n":1})",
                                           R"({"window_start":0,"window_end":10,"sum_n":3})"));
}

TEST(TumblingAggregate, AFieldThatIsNoNumberFailsItsRecordAlone) {
  Window window(R"({"size": 10, "aggregate": [{"function": "sum", "field": "n"}]})");
  put(window, {{1, R"({"n": "1"})", "a"}, {1, "no json", "a"}, {1, R"({"n": 2})", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre(R"({"n": "1"} not_a_number)", "no json bad_json"));
  window.end();
  EXPECT_THAT(window.values(), ElementsAre(R"({"key":"a","window_start":0,"window_end":10,"sum_n":2})"));
}

TEST(TumblingAggregate, ASumBeyond64BitsOnTheWayComesBackExactly) {
  Window window(R"({"size": 10, "aggregate": [{"function": "sum", "field": "n"}]})");
  put(window, {{1, R"({"n": 9223372036854775807})", "a"},
               {1, R"({"n": 9223372036854775807})", "a"},
               {1, R"({"n": 9223372036854775807})", "a"},
               {1, R"({"n": -9223372036854775807})", "a"}});
  window.end();
  EXPECT_THAT(window.values(),
              ElementsAre(R"({"key":"a","window_start":0,"window_end":10,"sum_n":18446744073709551614})"));
}

TEST(TumblingAggregate, AResultThatIsTooLargeLeavesByError) {
  Window window(R"({"size": 10, "aggregate": [{"function": "sum", "field": "n"}, {"function": "count"}]})");
  put(window, {{1, R"({"n": 18446744073709551615})", "a"}, {1, R"({"n": 1})", "a"}, {1, R"({"n": 1})", "b"}});
  window.end();
  EXPECT_THAT(failed(window, "error"),
              ElementsAre(R"({"key":"a","window_start":0,"window_end":10,"sum_n":null,"count":2} overflow)"));
  EXPECT_THAT(window.values(),
              ElementsAre(R"({"key":"b","window_start":0,"window_end":10,"sum_n":1,"count":1})"));
}

TEST(TumblingAggregate, OptionsThatMakeNoSenseTogetherAreRefused) {
  EXPECT_THAT(
      refusal<Tumbling>(R"({"size": 10, "evict": {"keep_last": 1}, "aggregate": [{"function": "count"}]})"),
      HasSubstr("/evict: with `aggregate`"));
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "aggregate": [{"function": "sum"}]})"),
              HasSubstr("/aggregate/0: 'sum' needs a `field`"));
  EXPECT_THAT(
      refusal<Tumbling>(R"({"size": 10, "aggregate": [{"function": "count"}, {"function": "count"}]})"),
      HasSubstr("/aggregate/1: two values are named 'count'"));
  EXPECT_THAT(refusal<Tumbling>(R"({"size": 10, "aggregate": []})"),
              HasSubstr("/aggregate: the list is empty"));
}

TEST(TumblingAggregate, MoreKeysThanOneHandfulAllLeave) {
  Window window(R"({"size": 10, "aggregate": [{"function": "count"}]})");
  for (int i = 0; i < 3000; ++i) put(window, {{1, "{}", std::to_string(i)}});
  window.end();
  EXPECT_EQ(window.values().size(), 3000u);
}

}  // namespace
}  // namespace weir::tumbling
