// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "steps_run.h"
#include "testing/pipeline_test.h"

namespace weir::test {
namespace {

const char kPipeline[] = R"(
sources: {in: {plugin: script, values: [a]}}
processes:
  first: {plugin: mark, from: in}
  call: {plugin: slow_mark, from: first}
windows: {two: {plugin: pairs, from: call}}
sinks: {kept: {plugin: keep, from: [first.side, call.side]}}
discard: [two]
)";

std::string errors(const std::string& steps) {
  return StepsRun(kPipeline).errors(steps);
}

TEST(StepErrors, AllAreToldAtOnceWithPlaceAndNearestName) {
  EXPECT_EQ(errors("  - recrods: {into: in}\n"
                   "  - records: {into: inn, values: []}\n"
                   "  - expect: {at: first.sid, values: []}\n"
                   "  - expect: {at: kept, order: random, values: []}\n"),
            "4:5: unknown step 'recrods'; did you mean 'records'?\n"
            "5:21: there is no stage 'inn'; did you mean 'in'?\n"
            "6:18: stage 'first' has no port 'sid'; did you mean 'side'?\n"
            "7:31: 'order' is 'random', expected same or any\n");
}

TEST(StepErrors, AStepHasOneKey) {
  EXPECT_EQ(errors("  - {records: {into: in, values: []}, clock: +1s}\n"),
            "4:5: a step has 2 keys, expected one; each step begins with its own '-'\n");
}

TEST(StepErrors, ItemsAreGivenInOneForm) {
  EXPECT_EQ(errors("  - records: {into: in}\n  - records: {into: in, values: [], records: []}\n"),
            "4:5: step 'records' has no 'values', 'records' or 'groups', expected one of them\n"
            "5:37: step 'records' has 'values' and 'records', expected one of them\n");
}

TEST(StepErrors, ItemsAreOfTheKindThatThePortGives) {
  EXPECT_EQ(errors("  - expect: {at: two, values: []}\n  - expect: {at: first, groups: []}\n"),
            "4:18: port 'two.out' gives groups, expected 'groups'\n"
            "5:18: port 'first.out' gives records, expected 'values' or 'records'\n");
}

TEST(StepErrors, EventTimeThatAStageInTheMiddleGivesMovesWithItsRecords) {
  StepsRun run(
      "checkpoint: {store: none}\n"
      "sources: {in: {plugin: script, values: [never]}, timed: {plugin: script, values: [never], event_time: "
      "t}}\n"
      "processes:\n"
      "  give: {plugin: mark, bare: true, from: in, event_time: t}\n"
      "  anew: {plugin: mark, bare: true, from: timed, event_time: t}\n"
      "  count: {plugin: visits, from: [give, anew], key: k}\n"
      "sinks: {out: {plugin: keep, from: [count, give.side, anew.side]}}\n");
  EXPECT_EQ(
      run.errors("  - watermark: {into: give, time: 5}\n"
                 "  - records: {into: anew, values: ['{\"k\":1,\"t\":5}']}\n"
                 "  - watermark: {into: count, time: 5}\n"
                 "  - idle: {into: count}\n"
                 "  - records: {into: in, values: ['{\"k\":1,\"t\":5}']}\n"
                 "  - watermark: {into: anew, time: 5}\n"
                 "  - watermark: {into: count, time: 5}\n"),
      "4:23: stage 'give' gives records their time by its own 'event_time', and nothing before it tells "
      "one: put records with such a time into it, or tell a stage behind it the watermark\n"
      "6:23: event time does not move at 'count': it comes from the records of 'give', which has "
      "'event_time', and no step before has put any there\n"
      "7:18: event time does not move at 'count': it comes from the records of 'give', which has "
      "'event_time', and no step before has put any there\n");
}

TEST(StepErrors, RecordsGoIntoAStageThatTakesThem) {
  EXPECT_EQ(errors("  - records: {into: first, groups: []}\n  - records: {into: first.side, values: []}\n"),
            "4:21: stage 'first' takes records, expected 'values' or 'records'\n"
            "5:21: records go into a stage, not into a port of it; expected 'into: first'\n");
}

TEST(StepErrors, AnErrorPortThatIsNotWiredIsNothingToExpectAt) {
  EXPECT_EQ(
      errors("  - expect: {at: first.error, values: []}\n"),
      "4:18: the port 'first.error' is not wired, so such a record stops the pipeline; expect that by a step "
      "'stops'\n");
}

TEST(StepErrors, ARestartSaysHowLongTheProcessWasDown) {
  EXPECT_EQ(errors("  - restart: soon\n  - restart: {after: soon}\n  - restart: {aftr: 1s}\n"),
            "4:14: step 'restart' is 'soon', expected nothing, crash or {after: 1h}\n"
            "5:22: 'after' is 'soon', expected a duration such as 1h\n"
            "6:15: unknown key 'aftr' of step 'restart'; did you mean 'after'?\n");
}

TEST(StepErrors, TimesAndCountsAreChecked) {
  EXPECT_EQ(errors("  - clock: 5\n  - clock: soon\n  - clock: +5\n  - counters: {first: 1, first.in: many}\n"
                   "  - fail: {stage: call, times: 0}\n"),
            "5:12: step 'clock' is 'soon', expected how far the clock moves, such as +5s, or a time such as "
            "2026-11-22T18:00:00Z\n"
            "6:12: step 'clock' is '+5', expected how far the clock moves, such as +5s, or a time such as "
            "2026-11-22T18:00:00Z\n"
            "7:16: 'first' is no counter, expected stage.counter\n"
            "7:36: 'first.in' is 'many', expected a count\n"
            "8:32: 'times' is '0', expected a whole number from 1 to 100000\n");
}

TEST(StepErrors, SourcesAreNotAnsweredFor) {
  EXPECT_EQ(errors("  - fail: {stage: in}\n  - end: [in, first]\n"),
            "4:19: there is no stage 'in'; known: first, call, two, kept\n"
            "5:15: there is no source 'first'; known: in\n");
}

TEST(StepErrors, TheStageThatStopsIsOneOfThePipeline) {
  EXPECT_EQ(errors("  - stops: {stage: frist}\n"),
            "4:20: there is no stage 'frist'; did you mean 'first'?\n");
}

TEST(StepErrors, APipelineThatIsNotThereIsToldWhereItIsNamed) {
  TestFile file;
  file.pipeline = "nowhere/p.yaml";
  file.pipeline_mark = {"p.test.yaml", 1, 11};
  file.tests.emplace_back();
  struct None final : PluginCatalog {
    std::variant<const weir_plugin*, std::string> find(weir_kind, const std::string&) override { return ""; }
  } none;
  Diagnostics diagnostics;
  EXPECT_EQ(PipelineTest::prepare(file, file.tests[0], none, diagnostics), nullptr);
  EXPECT_EQ(
      diagnostics.text(),
      "p.test.yaml:1:11: there is no file 'nowhere/p.yaml', which these tests are about; give its path by "
      "'pipeline'\n");
}

TEST(StepErrors, WhatIsWrongWithThePipelineIsToldToo) {
  StepsRun run("sources: {in: {plugin: script, values: [a]}}\n");
  EXPECT_NE(run.errors("  - end\n").find("p.yaml:1:11: port 'in.out' leads nowhere"), std::string::npos);
}

}  // namespace
}  // namespace weir::test
