// SPDX-License-Identifier: Apache-2.0
//
// Rules of event time, timers, keys and broadcast state, each in all the ways that must make no difference:
// with one task and several, with any batches, restarted between any two steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "steps_run.h"

namespace weir::test {
namespace {

/// Counts the records of each key; `event_time` and more of the stage as they are given.
std::string visits(const std::string& event_time, const std::string& key = "key: k") {
  return "checkpoint: {store: none}\nsources: {in: {plugin: script, values: [never]" +
         (event_time.empty() ? "" : ", event_time: " + event_time) +
         "}}\nprocesses: {count: {plugin: visits, from: in, " + key +
         "}}\nsinks:\n  out: {plugin: keep, from: count}\n  bad: {plugin: keep, from: [in.error, "
         "count.error]}\n";
}

std::string thorough(const std::string& pipeline, const std::string& steps) {
  return StepsRun(pipeline).run(steps, thorough_variations());
}

TEST(StreamRules, ATimerFiresWhenTheWatermarkHasComeToIt) {
  // The watermark is the latest time less max_out_of_orderness less 1 ms: 111 - 10 - 1 reaches 100.
  EXPECT_EQ(thorough(visits("{field: t, max_out_of_orderness: 10ms}"),
                     "  - records: {into: in, values: [{k: a, t: 50, timer: 100}, {k: b, t: 110}]}\n"
                     "  - expect: {at: out, values: [a 1, b 1]}\n"
                     "  - records: {into: in, values: [{k: b, t: 111}]}\n"
                     "  - expect: {at: out, values: [b 2, a timer 100 1 at 100]}\n"
                     "  - records: {into: in, values: [{k: b, t: 112}]}\n"
                     "  - expect: {at: out, values: [b 3]}\n"),
            "");
}

TEST(StreamRules, ATimerFiresOncePerKeyAndTimeUnlessItWasTakenBack) {
  EXPECT_EQ(
      thorough(
          visits("t"),
          "  - records: {into: in, values: [{k: b, t: 1, timer: 30}, {k: a, t: 1, timer: 20}, {k: a, t: 1, "
          "timer: 20}, {k: c, t: 1, timer: 25}, {k: c, t: 1, unset: 25}, {k: a, t: 1, timer: 40}]}\n"
          "  - expect: {at: out, order: any, values: [b 1, a 1, a 2, c 1, c 2, a 3]}\n"
          "  - watermark: {into: in, time: 25}\n"
          "  - expect: {at: out, values: [a timer 20 3 at 25]}\n"
          "  - end\n"
          "  - expect: {at: out, values: [b timer 30 1 at end, a timer 40 3 at end]}\n"),
      "");
}

TEST(StreamRules, TimersOfAKeyFireInTheOrderOfTime) {
  EXPECT_EQ(
      thorough(
          visits("t"),
          "  - records: {into: in, values: [{k: a, t: 1, timer: 30}, {k: a, t: 1, timer: 10}, {k: a, t: 1, "
          "timer: 20}]}\n"
          "  - expect: {at: out, values: [a 1, a 2, a 3]}\n"
          "  - watermark: {into: in, time: 10}\n"
          "  - expect: {at: out, values: [a timer 10 3 at 10]}\n"
          "  - watermark: {into: in, time: 30}\n"
          "  - expect: {at: out, values: [a timer 20 3 at 30, a timer 30 3 at 30]}\n"),
      "");
}

TEST(StreamRules, TheSlowestPartitionHoldsTimeBack) {
  EXPECT_EQ(thorough(visits("t"),
                     "  - records: {into: in, partition: 0, values: [{k: a, t: 1, timer: 5}]}\n"
                     "  - records: {into: in, partition: 1, values: [{k: a, t: 2}, {k: a, t: 5}]}\n"
                     "  - records: {into: in, partition: 0, values: [{k: a, t: 100}]}\n"
                     "  - expect: {at: out, values: [a 1, a 2, a 3, a 4]}\n"
                     "  - records: {into: in, partition: 1, values: [{k: a, t: 6}]}\n"
                     "  - expect: {at: out, values: [a 5, a timer 5 5 at 5]}\n"),
            "");
}

TEST(StreamRules, ARecordWithoutATimeFailsAndTheOthersGoOn) {
  EXPECT_EQ(thorough(visits("t"),
                     "  - records: {into: in, values: [{k: a, t: 1}, {k: a, u: 1}, {k: a, t: noon}, {k: a, "
                     "t: 2}, {k: a, t: "
                     "99999999999999999}]}\n"
                     "  - expect: {at: out, values: [a 1, a 2]}\n"
                     "  - expect: {at: bad, records: [{value: {k: a, u: 1}, code: no_time}, {value: {k: a, "
                     "t: noon}, code: "
                     "no_time}, {value: {k: a, t: 99999999999999999}, code: no_time}]}\n"),
            "");
}

TEST(StreamRules, AStageThatWorksInEventTimeWithoutAnySaysSo) {
  EXPECT_EQ(
      thorough(visits(""),
               "  - records: {into: in, values: [{k: a, timer: 5}]}\n"
               "  - stops: {stage: count, message: neither it nor a stage before it has `event_time:`}\n"),
      "");
}

TEST(StreamRules, ATimerThatSetsItselfAnewDoesNotKeepTheJobFromEnding) {
  EXPECT_EQ(thorough(visits("t", "key: k, again: 10"),
                     "  - records: {into: in, values: [{k: a, t: 1, timer: 10}, {k: a, t: 1, timer: 35}]}\n"
                     "  - expect: {at: out, values: [a 1, a 2]}\n"
                     "  - end\n"
                     "  - expect: {at: out, values: [a timer 10 2 at end, a timer 20 2 at end, a timer 30 2 "
                     "at end, a timer "
                     "35 2 at end]}\n"),
            "");
}

TEST(StreamRules, EachKeyHasAStateOfItsOwn) {
  EXPECT_EQ(thorough(visits(""),
                     "  - records: {into: in, values: [{k: a}, {k: b}, {k: a}, {k: 7}]}\n"
                     "  - records: {into: in, partition: 1, values: [{k: b}]}\n"
                     "  - expect: {at: out, order: any, values: [a 1, b 1, a 2, '7 1', b 2]}\n"),
            "");
}

TEST(StreamRules, AKeyMayBeOfSeveralFields) {
  EXPECT_EQ(thorough(visits("", "key: [k, l]"),
                     "  - records: {into: in, values: [{k: a, l: 1}, {k: a, l: 2}, {k: a, l: 1}]}\n"
                     "  - expect: {at: out, values: ['[\"a\",1] 1', '[\"a\",2] 1', '[\"a\",1] 2']}\n"),
            "");
}

TEST(StreamRules, ARecordWithoutTheKeyFailsAndTheOthersGoOn) {
  EXPECT_EQ(thorough(visits(""),
                     "  - records: {into: in, values: [{k: a}, {l: 1}, {k: {}}, {k: a}]}\n"
                     "  - expect: {at: out, values: [a 1, a 2]}\n"
                     "  - expect: {at: bad, records: [{value: {l: 1}, code: no_key}, {value: {k: {}}, code: "
                     "no_key}]}\n"),
            "");
}

TEST(StreamRules, TouchingStateWithoutAKeySaysWhatToWriteInTheFile) {
  EXPECT_EQ(thorough(visits("", "concurrency: 1"),
                     "  - records: {into: in, values: [{}]}\n"
                     "  - stops: {stage: count, code: no_key, message: 'write `key: FIELD`'}\n"),
            "");
}

const char kRuled[] = R"(
checkpoint: {store: none}
sources: {names: {plugin: script, values: [never]}, rules: {plugin: script, values: [never]}}
processes: {apply: {plugin: rules, from: {data: names, rules: rules}}}
sinks: {out: {plugin: keep, from: apply}}
)";

TEST(StreamRules, BroadcastStateIsReadFromTheDataSideInEveryTask) {
  EXPECT_EQ(thorough(kRuled,
                     "  - records: {into: rules, values: [a=1, b=2]}\n"
                     "  - records: {into: names, values: [a, b, c]}\n"
                     "  - records: {into: names, partition: 1, values: [a]}\n"
                     "  - expect: {at: out, order: any, values: ['a:1', 'b:2', 'c?', 'a:1']}\n"
                     "  - records: {into: rules, partition: 1, values: [a=3]}\n"
                     "  - records: {into: names, partition: 2, values: [a]}\n"
                     "  - expect: {at: out, values: ['a:3']}\n"),
            "");
}

TEST(StreamRules, BroadcastStateIsWrittenFromTheBroadcastSideOnly) {
  EXPECT_EQ(thorough(kRuled,
                     "  - records: {into: names, values: [write]}\n"
                     "  - stops: {stage: apply, code: read_only}\n"
                     "  - expect: {at: out, values: []}\n"),
            "");
}

}  // namespace
}  // namespace weir::test
