// SPDX-License-Identifier: Apache-2.0
#include "testing/pipeline_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const char kMarks[] = R"(
sources: {in: {plugin: script, values: [never]}}
processes: {mark: {plugin: mark, from: in}}
sinks:
  good: {plugin: keep, from: mark}
  rest: {plugin: keep, from: [mark.side, mark.error, good.error]}
)";

const char kWindow[] = R"(
sources: {in: {plugin: script, values: [never]}}
windows: {hold: {plugin: hold, from: in}}
processes: {call: {plugin: slow_mark, from: hold, concurrency: 4}}
sinks:
  good: {plugin: keep, from: call}
  rest: {plugin: keep, from: [call.side, call.error]}
)";

TEST(PipelineTest, RecordsGoThroughTheRealStages) {
  EXPECT_EQ(
      StepsRun(kMarks).run("  - records: {into: in, values: [a, side, bad]}\n"
                           "  - expect: {at: mark, values: [a!]}\n"
                           "  - expect: {at: good, values: [a!]}\n"
                           "  - expect: {at: mark.side, records: [{value: side, code: aside, position: 1}]}\n"
                           "  - expect: {at: rest, values: [side, bad]}\n"
                           "  - counters: {mark.in: 3, mark.out: 1, mark.side: 1, mark.error: 1}\n"
                           "  - nothing_else:\n"),
      "");
}

TEST(PipelineTest, SourcesAndSinksThemselvesAreNeverStarted) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n  - end:\n"), "");
  EXPECT_THAT(board().events(), IsEmpty());
}

TEST(PipelineTest, KeysHeadersTimesAndPartitionsArriveAsWritten) {
  EXPECT_EQ(StepsRun(kMarks).run(
                "  - records: {into: in, partition: 2, records: [{value: x, key: k, time: 2024-01-01, "
                "headers: {h: v}}, y, {value: ~}]}\n"
                "  - expect: {at: in, records: [{value: x, key: k, time: 2024-01-01T00:00:00Z, "
                "headers: {h: v}, partition: 2, position: 0}, y, {value: ~, position: 2}]}\n"),
            "");
}

TEST(PipelineTest, ADifferenceIsToldWithThePlaceOfTheStep) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n"
                                 "  - expect: {at: mark, values: [b!]}\n"),
            "5:5: mark gave something else than expected (- expected, + came):\n"
            "  - 'b!'\n"
            "  + {value: 'a!', partition: 0, position: 0}\n");
}

TEST(PipelineTest, AnExpectationIsOfWhatCameSinceTheLastOne) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n"
                                 "  - expect: {at: mark, values: [a!]}\n"
                                 "  - expect: {at: mark, values: []}\n"
                                 "  - records: {into: in, values: [b]}\n"
                                 "  - expect: {at: mark, values: [b!]}\n"),
            "");
}

TEST(PipelineTest, NothingElseNamesWhatNobodyExpected) {
  EXPECT_THAT(StepsRun(kMarks).run("  - records: {into: in, values: [a, side]}\n"
                                   "  - expect: {at: good, values: [a!]}\n"
                                   "  - nothing_else:\n"),
              AllOf(StartsWith("6:5: "), HasSubstr("+ mark.side: {value: 'side', code: aside"),
                    Not(HasSubstr("a!"))));
}

TEST(PipelineTest, TimersAreCalledWhenTheClockReachesThem) {
  EXPECT_EQ(
      StepsRun(kWindow).run("  - clock: 2026-11-22T18:00:00Z\n"
                            "  - records: {into: in, values: [a]}\n"
                            "  - clock: +4999ms\n"
                            "  - expect: {at: hold, groups: []}\n"
                            "  - answer: {stage: call, calls: [{out: [{input: 1}]}]}\n"
                            "  - clock: +1ms\n"
                            "  - expect: {at: hold, groups: [{values: [a], start: 2026-11-22T18:00:00Z, end: "
                            "2026-11-22T18:00:05Z}]}\n"),
      "");
}

TEST(PipelineTest, AStageThatWaitsForInputOutputAnswersAsWritten) {
  EXPECT_EQ(
      StepsRun(kWindow).run("  - answer: {stage: call, calls: [{out: [{input: 2}, {value: new}], side: "
                            "[{input: 1, code: c}]}]}\n"
                            "  - records: {into: call, groups: [{records: [{value: a, key: k}, b]}]}\n"
                            "  - expect: {at: good, records: [b, new]}\n"
                            "  - expect: {at: rest, records: [{value: a, key: k, code: c, attempts: 1}]}\n"
                            "  - counters: {call.calls: 1, call.in: 2}\n"
                            "  - nothing_else\n"),
      "");
}

TEST(PipelineTest, ACallWithoutAnAnswerSaysWhatToWrite) {
  EXPECT_THAT(StepsRun(kWindow).run("  - records: {into: in, values: [a]}\n  - clock: +5s\n"),
              AllOf(StartsWith("5:5: the pipeline stopped: stage 'call': was called with 1 record"),
                    HasSubstr("'answer' or 'fail'")));
}

TEST(PipelineTest, AnAnswerFromARecordThatTheCallDoesNotHaveIsTold) {
  EXPECT_THAT(StepsRun(kWindow).run("  - answer: {stage: call, calls: [{out: [{input: 2}]}]}\n"
                                    "  - records: {into: call, groups: [{values: [a]}]}\n"),
              HasSubstr("the answer takes record 2 of a call that has 1"));
}

TEST(PipelineTest, AFailedCallSendsItsRecordsToTheErrorPort) {
  EXPECT_EQ(StepsRun(kWindow).run(
                "  - fail: {stage: call, code: timeout, message: no reply, times: 2}\n"
                "  - answer: {stage: call, calls: [{error: {code: closed}}, {error: [{input: 1}]}]}\n"
                "  - records: {into: call, groups: [{values: [a]}, {values: [b]}, {values: [c]}, "
                "{values: [d]}]}\n"
                "  - expect: {at: call.error, records: [{value: a, code: timeout, message: no reply}, "
                "{value: b, code: timeout}, {value: c, code: closed}, {value: d, code: failed}]}\n"),
            "");
}

TEST(PipelineTest, ASinkFailsOnceAndThenTakes) {
  EXPECT_EQ(StepsRun(kMarks).run("  - fail: {stage: good, code: full}\n"
                                 "  - records: {into: in, values: [a]}\n"
                                 "  - records: {into: in, values: [b]}\n"
                                 "  - expect: {at: good.error, records: [{value: a!, code: full}]}\n"
                                 "  - expect: {at: good, values: [b!]}\n"),
            "");
}

TEST(PipelineTest, AStopThatNoStepExpectsFailsTheTest) {
  StepsRun run(kMarks);
  EXPECT_EQ(run.run("  - records: {into: in, values: [stop]}\n"),
            "4:5: the pipeline stopped: stage 'mark': it says stop (stop)");
  EXPECT_EQ(
      run.run(
          "  - records: {into: in, values: [stop]}\n  - stops: {stage: mark, code: stop, message: says}\n"),
      "");
  EXPECT_EQ(run.run("  - records: {into: in, values: [stop]}\n  - stops: {code: other}\n"),
            "5:5: the code is 'stop', expected 'other'");
  EXPECT_EQ(run.run("  - stops:\n"), "4:5: the pipeline has not stopped");
}

TEST(PipelineTest, AnErrorPortThatIsNotWiredStillStopsThePipeline) {
  EXPECT_EQ(StepsRun("sources: {in: {plugin: script, values: [never]}}\n"
                     "processes: {mark: {plugin: mark, from: in}}\n"
                     "sinks: {good: {plugin: keep, from: [mark, mark.side]}}\n")
                .run("  - records: {into: in, values: [a, bad]}\n"
                     "  - stops: {stage: mark, code: bad}\n"
                     "  - expect: {at: good, values: [a!]}\n"),
            "");
}

TEST(PipelineTest, AtTheEndTailsLeave) {
  StepsRun run(kWindow);
  EXPECT_EQ(run.run("  - records: {into: in, values: [a, b]}\n"
                    "  - answer: {stage: call, calls: [{out: [{input: 1}, {input: 2}]}]}\n"
                    "  - end:\n"
                    "  - expect: {at: good, values: [a, b]}\n"
                    "  - nothing_else:\n"),
            "");
  EXPECT_EQ(run.run("  - end: in\n  - records: {into: in, values: [a]}\n"),
            "5:5: there is no more to be read: 'in' has ended");
}

TEST(PipelineTest, ARestartGoesOnAtTheCommittedPositions) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n"
                                 "  - restart:\n"
                                 "  - records: {into: in, values: [b]}\n"
                                 "  - expect: {at: good, values: [a!, b!]}\n"
                                 "  - counters: {mark.in: 1}\n"),
            "");
}

TEST(PipelineTest, ACrashReadsAgainWhatWasNotCommitted) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n"
                                 "  - restart:\n"
                                 "  - records: {into: in, values: [b]}\n"
                                 "  - restart: crash\n"
                                 "  - expect: {at: good, values: [a!, b!, b!]}\n"),
            "");
}

TEST(PipelineTest, WhatAWindowHeldIsThereAfterARestart) {
  EXPECT_EQ(StepsRun(kWindow).run("  - records: {into: in, values: [a, b]}\n"
                                  "  - restart:\n"
                                  "  - answer: {stage: call, calls: [{out: [{input: 1}, {input: 2}]}]}\n"
                                  "  - clock: +5s\n"
                                  "  - expect: {at: good, values: [a, b]}\n"),
            "");
}

TEST(PipelineTest, CountersThatAreNotAsExpectedAreToldTogether) {
  EXPECT_EQ(StepsRun(kMarks).run("  - records: {into: in, values: [a]}\n"
                                 "  - counters: {mark.in: 2, mark.sid: 0, mark.out: 1}\n"),
            "5:5: mark.in is 1, expected 2; stage 'mark' counts no 'sid'; did you mean 'side'?");
}

TEST(PipelineTest, RecordsCanComeOneByOne) {
  StepsRun run(kMarks);
  const std::string steps =
      "  - fail: {stage: good, code: full}\n"
      "  - records: {into: in, values: [a, b, c]}\n";
  EXPECT_EQ(run.run(steps + "  - expect: {at: good, values: []}\n"), "");
  EXPECT_EQ(run.run(steps + "  - expect: {at: good, values: [b!, c!]}\n", {{1, false}}), "");
  EXPECT_EQ(run.run(steps + "  - expect: {at: good, values: [c!]}\n", {{2, false}}), "");
}

const char kEventTime[] = R"(
sources: {in: {plugin: script, values: [never], event_time: {}}}
windows: {ten: {plugin: event_hold, from: in}}
processes: {call: {plugin: slow_mark, from: ten}}
sinks: {good: {plugin: keep, from: [call, call.side, in.error]}}
)";

TEST(PipelineTest, AWatermarkMovesEventTime) {
  EXPECT_EQ(StepsRun(kEventTime)
                .run("  - answer: {stage: call, calls: [{out: [{input: 1}]}]}\n"
                     "  - records: {into: in, records: [{value: a, time: 1000}]}\n"
                     "  - watermark: {into: in, time: 9998}\n"
                     "  - expect: {at: ten, groups: []}\n"
                     "  - watermark: {into: in, time: 9999}\n"
                     "  - expect: {at: ten, groups: [{values: [a], start: 0, end: 10000}]}\n"),
            "");
}

TEST(PipelineTest, APartitionHoldsEventTimeBackUntilItIsIdle) {
  EXPECT_EQ(StepsRun(kEventTime)
                .run("  - answer: {stage: call, calls: [{out: [{input: 1}]}]}\n"
                     "  - records: {into: in, records: [{value: a, time: 1000}]}\n"
                     "  - watermark: {into: in, partition: 0, time: 20000}\n"
                     "  - expect: {at: ten, groups: []}\n"
                     "  - idle: {into: in, partition: 1}\n"
                     "  - expect: {at: ten, groups: [{values: [a]}]}\n"),
            "");
}

TEST(PipelineTest, AWatermarkNeedsEventTime) {
  EXPECT_EQ(StepsRun(kMarks).errors("  - watermark: {into: in, time: 0}\n"),
            "4:23: source 'in' has no 'event_time', so it tells no event time\n");
}

TEST(PipelineTest, VariablesComeFromTheTestAlone) {
  StepsRun run(
      "pipeline: ${NAME:p}\nsources: {in: {plugin: script, values: ['${HOME}']}}\n"
      "sinks: {good: {plugin: keep, from: in}}\n");
  EXPECT_THAT(run.errors("  - end\n"), HasSubstr("environment variable HOME is not set"));
  EXPECT_EQ(run.run("  - end\n  env: {HOME: x}\n"), "");
}

}  // namespace
}  // namespace weir::test
