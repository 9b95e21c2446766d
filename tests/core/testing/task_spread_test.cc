// SPDX-License-Identifier: Apache-2.0
//
// The same steps in several tasks: what is in one order, who reads what, and what cannot be compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::StartsWith;

const std::vector<Variation> kSeveral{{0, false, 3}, {1, false, 3}, {0, true, 3}, {1, true, 3}};

const char kCalls[] = R"(
sources: {in: {plugin: script, values: [never]}}
processes: {call: {plugin: slow_mark, from: in}}
sinks: {good: {plugin: keep, from: [call, call.side]}}
)";

const char kKeyedCalls[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never], event_time: t}}
processes:
  count: {plugin: visits, from: in, key: k}
  call: {plugin: slow_mark, from: count}
sinks: {good: {plugin: keep, from: [call, call.side]}}
)";

const char kTimedInTheMiddle[] = R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: [never]}}
processes:
  timed: {plugin: mark, bare: true, from: in, event_time: t}
  count: {plugin: visits, from: timed, key: k}
sinks: {out: {plugin: keep, from: [count, timed.side]}}
)";

const char kRules[] = R"(
checkpoint: {store: none}
sources: {names: {plugin: script, values: [never]}, rules: {plugin: script, values: [never]}}
processes: {apply: {plugin: rules, from: {data: names, rules: {from: rules, broadcast: true}}}}
sinks: {out: {plugin: keep, from: apply}}
)";

TEST(TaskSpread, CallsThatAreAnsweredComeInTheOrderOfTheSteps) {
  EXPECT_EQ(StepsRun(kCalls).run(
                "  - answer: {stage: call, calls: [{out: [{input: 1, value: x}]}, {out: [{input: 1, "
                "value: y}]}]}\n"
                "  - records: {into: in, partition: 1, values: [a]}\n"
                "  - records: {into: in, partition: 0, values: [b]}\n"
                "  - expect: {at: good, values: [x, y]}\n"
                "  - counters: {call.calls: 2}\n"
                "  - end\n",
                kSeveral),
            "");
}

TEST(TaskSpread, CallsOfAKeyedStageAreAnsweredInOneTaskAloneWhichIsSaid) {
  const std::string steps =
      "  - answer: {stage: call, calls: [{out: [{input: 1, value: x}]}]}\n"
      "  - records: {into: in, values: [{k: a, t: 1}]}\n"
      "  - expect: {at: good, values: [x]}\n";
  EXPECT_EQ(StepsRun(kKeyedCalls).note(steps),
            "in one task alone: the calls of 'call' are answered, and come from several tasks");
  EXPECT_EQ(StepsRun(kCalls).note("  - fail: {stage: good, code: full}\n"), "");
}

TEST(TaskSpread, AStageInTheMiddleThatGivesTimeIsFedByOneTask) {
  const std::string steps =
      "  - records: {into: in, values: ['{\"k\":\"a\",\"t\":1,\"timer\":30}', '{\"k\":\"b\",\"t\":2}']}\n"
      "  - records: {into: in, partition: 1, values: ['{\"k\":\"a\",\"t\":20}']}\n"
      "  - expect: {at: out, order: any, values: [a 1, b 1, a 2]}\n"
      "  - records: {into: in, values: ['{\"k\":\"b\",\"t\":31}']}\n"
      "  - expect: {at: out, values: [b 2]}\n"
      "  - records: {into: in, partition: 1, values: ['{\"k\":\"b\",\"t\":32}']}\n"
      "  - expect: {at: out, order: any, values: [b 3, a timer 30 2 at 30]}\n"
      "  - end\n"
      "  - nothing_else\n";
  EXPECT_EQ(StepsRun(kTimedInTheMiddle).run(steps, kSeveral), "");
  EXPECT_EQ(StepsRun(kTimedInTheMiddle).run(steps, thorough_variations()), "");
}

TEST(TaskSpread, WhatIsBroadcastIsCountedOnceOrInEveryTask) {
  const std::string steps =
      "  - records: {into: rules, values: [a=1, b=2]}\n"
      "  - records: {into: names, values: [a, c]}\n"
      "  - records: {into: names, partition: 1, values: [b]}\n"
      "  - expect: {at: out, order: any, values: ['a:1', 'c?', 'b:2']}\n";
  EXPECT_EQ(StepsRun(kRules).run(steps + "  - counters: {apply.in: 5, apply.out: 3}\n", kSeveral), "");
  EXPECT_EQ(StepsRun(kRules).note(steps), "");
  EXPECT_THAT(StepsRun(kRules).run(steps + "  - counters: {apply.in: 6}\n"),
              StartsWith("8:5: apply.in is 5, expected 6"));
}

TEST(TaskSpread, OrderCountsWhereNothingPassesFromTaskToTask) {
  const std::string steps =
      "  - answer: {stage: call, calls: [{out: [{input: 2}, {input: 1}]}]}\n"
      "  - records: {into: in, values: [a, b]}\n"
      "  - expect: {at: good, values: [a, b]}\n";
  EXPECT_THAT(StepsRun(kCalls).run(steps, {{0, false, 3}}),
              AllOf(StartsWith("6:5: good"), EndsWith("3 tasks")));
}

}  // namespace
}  // namespace weir::test
