// SPDX-License-Identifier: Apache-2.0
#include "join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::join {
namespace {

using test::board;
using test::PipelineRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Joins two sources of {k, t}, which are polled for one record each in turn.
void run(const std::string& left, const std::string& right, const std::string& options,
         const std::string& unmatched) {
  PipelineRun pipeline(
      "checkpoint: {store: none}\nsources:\n  l: {plugin: script, each: 1, event_time: t, values: [" + left +
          "]}\n  r: {plugin: script, each: 1, event_time: t, values: [" + right +
          "]}\nprocesses:\n  both: {plugin: join, from: {left: l, right: r}, key: k, " + options +
          "}\nsinks:\n  out: {plugin: keep, times: true, from: both}\n"
          "  late: {plugin: keep, from: [both.late_left, both.late_right]}\n" +
          (unmatched.empty() ? "" : "  alone: {plugin: keep, times: true, from: [" + unmatched + "]}\n"),
      {detail::Trampoline<Join>::plugin()});
  const auto failure = pipeline.run();
  EXPECT_FALSE(failure) << failure->message;
}

constexpr char kBoth[] = "both.unmatched_left, both.unmatched_right";
constexpr char kLeft[] = R"('{"k":"a","t":100}', '{"k":"b","t":100}')";
constexpr char kRight[] =
    R"('{"k":"a","t":94}', '{"k":"a","t":95}', '{"k":"a","t":105}', '{"k":"a","t":106}')";

TEST(Join, PairsOfAKeyWithinTheIntervalWithTheLaterTimeBoundsIncluded) {
  run(kLeft, kRight, "lower: -5ms, upper: 5ms", kBoth);
  EXPECT_THAT(board().events("out got "),
              UnorderedElementsAre(R"({"left":{"k":"a","t":100},"right":{"k":"a","t":95}} @100)",
                                   R"({"left":{"k":"a","t":100},"right":{"k":"a","t":105}} @105)"));
}

TEST(Join, WhatFindsNoPartnerLeavesByItsPortWhenNoneCanComeAnyMore) {
  run(kLeft, kRight, "lower: -5ms, upper: 5ms", kBoth);
  EXPECT_THAT(board().events("alone got "),
              UnorderedElementsAre(R"({"k":"a","t":94} @99)", R"({"k":"b","t":100} @105)",
                                   R"({"k":"a","t":106} @111)"));
  EXPECT_THAT(board().events("late got "), IsEmpty());
}

TEST(Join, ABoundCanBeExclusive) {
  run(kLeft, kRight, "lower: -5ms, upper: 5ms, exclusive: [lower]", kBoth);
  EXPECT_THAT(board().events("out got "),
              ElementsAre(R"({"left":{"k":"a","t":100},"right":{"k":"a","t":105}} @105)"));
}

TEST(Join, AnOuterJoinPutsNullInThePlaceOfThePartner) {
  run(R"('{"k":"a","t":1}')", R"('{"k":"b","t":2}')", "lower: 0s, upper: 3ms, type: outer", "");
  EXPECT_THAT(board().events("out got "),
              UnorderedElementsAre(R"({"left":{"k":"a","t":1},"right":null} @4)",
                                   R"({"left":null,"right":{"k":"b","t":2}} @2)"));
}

TEST(Join, RecordsBehindTheWatermarkLeaveByTheLatePorts) {
  run(R"('{"k":"a","t":10}', '{"k":"a","t":20}', '{"k":"a","t":30}')",
      R"('{"k":"a","t":10}', '{"k":"a","t":20}', '{"k":"a","t":5}')", "lower: 0s, upper: 0s", kBoth);
  EXPECT_THAT(board().events("late got "), ElementsAre(R"({"k":"a","t":5})"));
}

TEST(Join, BoundsThatMakeNoSenseAreRefused) {
  for (const auto& [options, message] : {std::pair{"lower: 5s, upper: 1s", "no time lies between 5s and 1s"},
                                         std::pair{"lower: -5x, upper: 1s", "'-5x' is no bound"}}) {
    try {
      run("", "", options, kBoth);
      ADD_FAILURE() << options << " was accepted";
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(), HasSubstr(message));
    }
  }
}

}  // namespace
}  // namespace weir::join
