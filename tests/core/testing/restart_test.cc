// SPDX-License-Identifier: Apache-2.0
//
// The step `restart`: what is there again afterwards, and what is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps_run.h"

namespace weir::test {
namespace {

/// Counts the records of each key, with timers in event time.
const char kCounts[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never], event_time: t}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)";

TEST(Restart, StateTimersAndEventTimeComeBackFromTheCheckpoint) {
  EXPECT_EQ(
      StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1, timer: 30}, {k: b, t: 20}]}\n"
                            "  - expect: {at: out, values: [a 1, b 1]}\n"
                            "  - restart:\n"
                            "  - expect: {at: out, values: []}\n"
                            "  - records: {into: in, values: [{k: a, t: 5}, {k: b, t: 31}]}\n"
                            "  - expect: {at: out, values: [a 2, b 2, a timer 30 2 at 30]}\n"),
      "");
}

TEST(Restart, ACrashGoesBackToTheLastCheckpointInStateAndPositionsAlike) {
  EXPECT_EQ(StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1}]}\n"
                                  "  - restart:\n"
                                  "  - records: {into: in, values: [{k: a, t: 2, timer: 3}]}\n"
                                  "  - restart: crash\n"
                                  "  - expect: {at: out, values: [a 1, a 2, a 2]}\n"
                                  "  - watermark: {into: in, time: 3}\n"
                                  "  - expect: {at: out, values: [a timer 3 2 at 3]}\n"),
            "");
}

TEST(Restart, ACrashBeforeAnyCheckpointBeginsAnew) {
  EXPECT_EQ(StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1}, {k: a, t: 2}]}\n"
                                  "  - restart: crash\n"
                                  "  - expect: {at: out, values: [a 1, a 2, a 1, a 2]}\n"),
            "");
}

TEST(Restart, EventTimeThatAStepToldIsStillThere) {
  EXPECT_EQ(StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1, timer: 55}]}\n"
                                  "  - watermark: {into: in, partition: 0, time: 50}\n"
                                  "  - watermark: {into: in, partition: 1, time: 60}\n"
                                  "  - restart:\n"
                                  "  - watermark: {into: in, partition: 0, time: 55}\n"
                                  "  - expect: {at: out, values: [a 1, a timer 55 1 at 55]}\n"),
            "");
}

TEST(Restart, AnInputOfAStageIsToldTheTimeAgain) {
  EXPECT_EQ(StepsRun(kCounts).run("  - watermark: {into: in, time: 50}\n"
                                  "  - records: {into: count, values: [{k: a, timer: 60}]}\n"
                                  "  - watermark: {into: count, time: 70}\n"
                                  "  - restart:\n"
                                  "  - watermark: {into: in, time: 60}\n"
                                  "  - expect: {at: out, values: [a 1, a timer 60 1 at 60]}\n"),
            "");
}

TEST(Restart, APartitionThatWasIdleIsIdleStillAndOneThatSpokeIsNot) {
  EXPECT_EQ(StepsRun(kCounts).run("  - idle: {into: in, partition: 1}\n"
                                  "  - records: {into: in, values: [{k: a, t: 1, timer: 10}]}\n"
                                  "  - idle: {into: in, partition: 2}\n"
                                  "  - records: {into: in, partition: 2, values: [{k: a, t: 5}]}\n"
                                  "  - restart:\n"
                                  "  - records: {into: in, values: [{k: a, t: 20}]}\n"
                                  "  - expect: {at: out, values: [a 1, a 2, a 3]}\n"
                                  "  - records: {into: in, partition: 2, values: [{k: a, t: 11}]}\n"
                                  "  - expect: {at: out, values: [a 4, a timer 10 4 at 10]}\n"),
            "");
}

TEST(Restart, APartitionHasTheWholeTimeAgainBeforeItCountsAsIdle) {
  // However long the pipeline was down: nobody has asked the partition meanwhile.
  EXPECT_EQ(
      StepsRun("checkpoint: {store: none}\n"
               "sources: {in: {plugin: script, values: [never], event_time: {field: t, idle_after: 1m}}}\n"
               "processes: {count: {plugin: visits, from: in, key: k}}\n"
               "sinks: {out: {plugin: keep, from: count}}\n")
          .run("  - records: {into: in, values: [{k: a, t: 100, timer: 60}]}\n"
               "  - records: {into: in, partition: 1, values: [{k: a, t: 50}]}\n"
               "  - clock: +59s\n"
               "  - restart:\n"
               "  - clock: +59s\n"
               "  - expect: {at: out, values: [a 1, a 2]}\n"
               "  - clock: +1s\n"
               "  - expect: {at: out, values: [a timer 60 2 at 99]}\n"),
      "");
}

TEST(Restart, AnInputThatLaggedLagsStillAndEventTimeDoesNotGoBack) {
  EXPECT_EQ(StepsRun("checkpoint: {store: none}\n"
                     "sources:\n"
                     "  a: {plugin: script, values: [never], event_time: t}\n"
                     "  b: {plugin: script, values: [never], event_time: t}\n"
                     "processes: {count: {plugin: visits, from: [a, b], key: k}}\n"
                     "sinks: {out: {plugin: keep, from: count}}\n")
                .run("  - idle: {into: b}\n"
                     "  - watermark: {into: a, time: 200}\n"
                     "  - records: {into: b, values: [{k: b, t: 60, timer: 205}]}\n"
                     "  - restart:\n"
                     "  - watermark: {into: b, time: 100}\n"
                     "  - watermark: {into: a, time: 210}\n"
                     "  - expect: {at: out, values: [b 1, b timer 205 1 at 210]}\n"),
            "");
}

}  // namespace
}  // namespace weir::test
