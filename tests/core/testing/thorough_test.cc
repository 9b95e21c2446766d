// SPDX-License-Identifier: Apache-2.0
//
// The same steps in several ways: what makes no difference, and how one that does is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::StartsWith;

const char kCounts[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never], event_time: t}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)";

const char kHold[] = R"(
sources: {in: {plugin: script, values: [never]}}
windows: {hold: {plugin: hold, from: in}}
processes: {call: {plugin: slow_mark, from: hold}}
sinks: {good: {plugin: keep, from: [call, call.side]}}
)";

TEST(Thorough, RestartsAndBatchesMakeNoDifferenceToStateTimersAndCounters) {
  EXPECT_EQ(
      StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1, timer: 30}, {k: b, t: 20}]}\n"
                            "  - expect: {at: out, values: [a 1, b 1]}\n"
                            "  - records: {into: in, values: [{k: a, t: 21}, {k: b, t: 31}]}\n"
                            "  - expect: {at: out, values: [a 2, b 2, a timer 30 2 at 30]}\n"
                            "  - counters: {count.in: 4, count.out: 5}\n"
                            "  - end\n",
                            thorough_variations()),
      "");
}

TEST(Thorough, ADifferenceIsToldWithTheWayTheStepsWereRun) {
  StepsRun run(kCounts);
  const std::string steps =
      "  - records: {into: in, values: [{k: a, t: 1}]}\n"
      "  - restart:\n"
      "  - counters: {count.in: 0}\n"
      "  - records: {into: in, values: [{k: a, t: 2}, {k: a, t: 3}]}\n"
      "  - fail: {stage: out, code: full}\n"
      "  - records: {into: in, values: [{k: a, t: 4}, {k: a, t: 5}]}\n"
      "  - stops: {stage: out}\n"
      "  - counters: {count.in: 4}\n";
  EXPECT_EQ(run.run(steps), "");
  EXPECT_THAT(run.run(steps, thorough_variations()),
              AllOf(StartsWith("11:5: count.in is 3, expected 4"), EndsWith("1 record at once")));
}

TEST(Thorough, KeysBelongToSeveralTasksAndPartitionsAreReadByThem) {
  const std::string steps =
      "  - records: {into: in, values: [{k: a, t: 1, timer: 9}, {k: b, t: 2}, {k: c, t: 3}, {k: d, t: 4}, "
      "{k: a, t: 5}]}\n"
      "  - records: {into: in, partition: 1, values: [{k: a, t: 6}, {k: e, t: 7}]}\n"
      "  - expect: {at: out, values: [a 1, b 1, c 1, d 1, a 2, a 3, e 1]}\n"
      "  - watermark: {into: in, partition: 0, time: 10}\n"
      "  - expect: {at: out, values: []}\n"
      "  - watermark: {into: in, partition: 1, time: 10}\n"
      "  - expect: {at: out, values: [a timer 9 3 at 10]}\n"
      "  - counters: {count.in: 7}\n"
      "  - records: {into: in, partition: 1, values: [broken]}\n"
      "  - stops: {stage: in}\n";
  EXPECT_EQ(StepsRun(kCounts).run(steps, {{0, false, 3}}), "");
  EXPECT_EQ(StepsRun(kCounts).run(steps, {{1, true, 2}}), "");
}

TEST(Thorough, EventTimeMovesWithEachBatch) {
  const std::string steps =
      "  - records: {into: in, values: [{k: a, t: 1, timer: 5}, {k: b, t: 20}, {k: a, t: 21}]}\n";
  const std::string last = "  - expect: {at: out, values: [a 1, b 1, a 2, a timer 5 2 at 20]}\n";
  const std::string between = "  - expect: {at: out, values: [a 1, b 1, a timer 5 1 at 19, a 2]}\n";
  EXPECT_EQ(StepsRun(kCounts).run(steps + last, {{0, false}, {1024, false}}), "");
  EXPECT_EQ(StepsRun(kCounts).run(steps + between, {{1, false}, {2, false}, {1, true}, {1, false, 3}}), "");
  EXPECT_THAT(StepsRun(kCounts).run(steps + last, thorough_variations()), EndsWith("1 record at once"));
}

TEST(Thorough, ARestartMayBeWithAnotherNumberOfTasks) {
  std::string steps;
  for (int i = 1; i < 8; ++i) {
    const auto n = std::to_string(i);
    steps += "  - records: {into: in, partition: " + n + ", values: [{k: a, t: " + n + "}, {k: b, t: " + n +
             ", timer: 8}]}\n  - expect: {at: out, order: any, values: [a " + n + ", b " + n + "]}\n";
  }
  steps +=
      "  - watermark: {into: in, time: 9}\n"
      "  - expect: {at: out, values: [b timer 8 7 at 9]}\n"
      "  - counters: {count.in: 14}\n"
      "  - end\n"
      "  - nothing_else\n";
  EXPECT_EQ(StepsRun(kCounts).run(steps, {{0, true, 3, true}}), "");
}

TEST(Thorough, WhereRecordsWouldBeReadAgainThereIsNoRestart) {
  EXPECT_EQ(StepsRun(kHold).run("  - records: {into: in, values: [a]}\n"
                                "  - clock: +3s\n"
                                "  - records: {into: in, values: [b]}\n"
                                "  - answer: {stage: call, calls: [{out: [{input: 1}, {input: 2}]}]}\n"
                                "  - clock: +2s\n"
                                "  - expect: {at: good, values: [a, b]}\n"
                                "  - counters: {hold.in: 2, call.calls: 1}\n",
                                thorough_variations()),
            "");
}

TEST(Thorough, ACrashGoesBackToTheCheckpointThatTheStepsMade) {
  EXPECT_EQ(StepsRun(kCounts).run("  - records: {into: in, values: [{k: a, t: 1}]}\n"
                                  "  - restart: crash\n"
                                  "  - expect: {at: out, values: [a 1, a 1]}\n"
                                  "  - records: {into: in, values: [{k: a, t: 2}]}\n"
                                  "  - expect: {at: out, values: [a 2]}\n",
                                  thorough_variations()),
            "");
}

TEST(Thorough, EveryRunBeginsAtTheSameTime) {
  EXPECT_EQ(StepsRun(kHold).run("  - clock: +1h\n"
                                "  - records: {into: in, values: [a]}\n"
                                "  - answer: {stage: call, calls: [{}]}\n"
                                "  - clock: +5s\n"
                                "  - expect: {at: hold, groups: [{values: [a], start: 2024-01-01T01:00:00Z, "
                                "end: 2024-01-01T01:00:05Z}]}\n",
                                thorough_variations()),
            "");
}

}  // namespace
}  // namespace weir::test
