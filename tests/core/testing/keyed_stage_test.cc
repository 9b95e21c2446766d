// SPDX-License-Identifier: Apache-2.0
//
// What a stage keeps for each key, and its timers, in the real engine: restarted between any two steps, too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps_run.h"

namespace weir::test {
namespace {

const char kKeeper[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never], event_time: t}}
processes: {keeper: {plugin: keeper, from: in, key: k}}
sinks: {out: {plugin: keep, from: [keeper, keeper.side]}}
)";

const char kNoKey[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never], event_time: t}}
processes: {keeper: {plugin: keeper, from: in}}
sinks: {out: {plugin: keep, from: [keeper, keeper.side]}}
)";

std::string run(const std::string& steps, const char* pipeline = kKeeper) {
  return StepsRun(pipeline).run(steps, thorough_variations());
}

TEST(KeyedStage, StatesOfAllKindsAreKeptForEachKeyAlone) {
  EXPECT_EQ(
      run("  - records: {into: in, values: [{k: a, t: 1, n: 4}, {k: b, t: 1, n: 5}, {k: a, t: 1, n: 6}]}\n"
          "  - records: {into: in, values: [{k: a, t: 1, n: 7, show: true}, {k: b, t: 1, show: true}, {k: c, "
          "t: 1, show: true}]}\n"
          "  - expect: {at: out, values: [{value: '7', list: ['4', '6', '7'], map: {n0: 6, n1: 7}, sum: 17, "
          "mean: 5.666666666666667, ever: 3},\n"
          "                              {value: '5', list: ['5'], map: {n2: 5}, sum: 5, mean: 5.0, ever: "
          "1}, {}]}\n"),
      "");
}

TEST(KeyedStage, WhatIsClearedOrTakenOutIsGone) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, n: 3}, {k: a, t: 1, n: 4}, {k: a, t: 1, drop: "
                "n0, show: true}]}\n"
                "  - expect: {at: out, values: [{value: '4', list: ['3', '4'], map: {n1: 4}, sum: 7, mean: "
                "3.5, ever: 2}]}\n"
                "  - records: {into: in, values: [{k: a, t: 1, drop: gone}, {k: a, t: 1, forget: true, show: "
                "true}]}\n"
                "  - expect: {at: out, values: [{}]}\n"),
            "");
}

TEST(KeyedStage, StatesOfAllKindsRunOutAfterTheirTimeAndReadingRenewsWhereItSaysSo) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, n: 3}]}\n"
                "  - clock: +9999ms\n"
                "  - records: {into: in, values: [{k: a, t: 1, show: true}]}\n"
                "  - expect: {at: out, values: [{value: '3', list: ['3'], map: {n0: 3}, sum: 3, mean: 3.0, "
                "ever: 1}]}\n"
                "  - clock: +1ms\n"
                "  - records: {into: in, values: [{k: a, t: 1, show: true}]}\n"
                "  - expect: {at: out, values: [{value: '3', ever: 1}]}\n"
                "  - records: {into: in, values: [{k: a, t: 1, n: 5, show: true}]}\n"
                "  - expect: {at: out, values: [{value: '5', list: ['5'], map: {n2: 5}, sum: 5, mean: 5.0, "
                "ever: 2}]}\n"),
            "");
}

TEST(KeyedStage, ATimerOfTheClockFiresOnceAndWhatItEmitsHasNoTime) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, alarm: 5}, {k: a, t: 1, alarm: 5}, {k: b, t: "
                "1, alarm: 5}, {k: a, t: 1, alarm: 4}]}\n"
                "  - clock: +3ms\n"
                "  - expect: {at: keeper.side, values: []}\n"
                "  - clock: +2ms\n"
                "  - expect: {at: keeper.side, order: any, records: [{value: a 1704067200004}, {value: a "
                "1704067200005}, {value: b 1704067200005}]}\n"
                "  - clock: +1h\n"
                "  - expect: {at: keeper.side, values: []}\n"),
            "");
}

TEST(KeyedStage, ATimerOfTheClockThatIsNotDueAtTheEndOfTheInputDoesNotFire) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, alarm: 5}, {k: a, t: 1, wake: 5}]}\n"
                "  - end\n"
                "  - expect: {at: keeper.side, records: [{value: a 5, time: 5}]}\n"),
            "");
}

TEST(KeyedStage, WithoutAKeyAStageHasTimersToo) {
  EXPECT_EQ(run("  - records: {into: in, values: [{t: 1, alarm: 5}, {t: 1, alarm: 5}, {t: 1, wake: 5}]}\n"
                "  - clock: +5ms\n"
                "  - expect: {at: keeper.side, records: [{value: ' 1704067200005'}]}\n"
                "  - watermark: {into: in, time: 5}\n"
                "  - expect: {at: keeper.side, records: [{value: ' 5', time: 5}]}\n",
                kNoKey),
            "");
}

TEST(KeyedStage, TimersThatCameDueWhileTheProcessWasDownFireAtItsStart) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: b, t: 1, alarm: 5}, {k: a, t: 1, alarm: 3}, {k: a, t: "
                "1, alarm: 3600001}]}\n"
                "  - restart: {after: 1h}\n"
                "  - expect: {at: keeper.side, values: [a 1704067200003, b 1704067200005]}\n"
                "  - clock: +1ms\n"
                "  - expect: {at: keeper.side, values: [a 1704070800001]}\n"),
            "");
}

TEST(KeyedStage, StateRunsOutWhileTheProcessIsDown) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, n: 3}]}\n"
                "  - restart: {after: 10s}\n"
                "  - records: {into: in, values: [{k: a, t: 1, show: true}]}\n"
                "  - expect: {at: out, values: [{ever: 1}]}\n"),
            "");
}

TEST(KeyedStage, WhatATimerOfEventTimeEmitsHasItsTime) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, wake: 7}, {k: a, t: 1, wake: 7}]}\n"
                "  - watermark: {into: in, time: 9}\n"
                "  - expect: {at: keeper.side, records: [{value: a 7, time: 7}]}\n"),
            "");
}

TEST(KeyedStage, ATimerOfTheClockInThePastFiresAtOnce) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, alarm: -5}, {k: a, t: 1, alarm: 0}]}\n"
                "  - expect: {at: keeper.side, values: [a 1704067199995, a 1704067200000]}\n"),
            "");
}

TEST(KeyedStage, ATimerBehindEventTimeFiresWithTheNextWatermark) {
  EXPECT_EQ(run("  - watermark: {into: in, time: 10}\n"
                "  - records: {into: in, values: [{k: a, t: 1, wake: 5}, {k: a, t: 1, wake: 10}]}\n"
                "  - expect: {at: keeper.side, values: []}\n"
                "  - watermark: {into: in, time: 11}\n"
                "  - expect: {at: keeper.side, records: [{value: a 5, time: 5}, {value: a 10, time: 10}]}\n"),
            "");
}

TEST(KeyedStage, ATimerCanBeTakenBackAndOneThatIsNotSetToo) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, alarm: 5}, {k: b, t: 1, alarm: 5}, {k: a, t: "
                "1, cancel: 5}, {k: a, t: 1, cancel: 6}]}\n"
                "  - clock: +5ms\n"
                "  - expect: {at: keeper.side, values: [b 1704067200005]}\n"),
            "");
}

TEST(KeyedStage, APortThatThePluginDoesNotDeclareIsAnErrorAtOnce) {
  EXPECT_EQ(run("  - records: {into: in, values: [{k: a, t: 1, port: 7}]}\n"
                "  - stops: {stage: keeper, message: the plugin emits by port number 7}\n"),
            "");
}

}  // namespace
}  // namespace weir::test
