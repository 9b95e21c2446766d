// SPDX-License-Identifier: Apache-2.0
//
// How records flow: order, side ports, failures, queues.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline_run.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Flow, RecordsPassThroughStagesInOrder) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b, c]}}
processes: {mark: {plugin: mark, from: in}}
sinks: {out: {plugin: keep, from: mark}, aside: {plugin: keep, from: mark.side}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!", "c!"));
  EXPECT_THAT(board().events("aside got "), IsEmpty());
}

TEST(Flow, APortThatTwoStagesReadServesBoth) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b]}}
sinks: {one: {plugin: keep, from: in}, two: {plugin: slow_keep, from: in}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("one got "), ElementsAre("a", "b"));
  EXPECT_THAT(board().events("two got "), ElementsAre("a", "b"));
}

TEST(Flow, SidePortsCarryTheReason) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, side, bad, throw, b]}}
processes: {mark: {plugin: mark, from: in}}
sinks: {out: {plugin: keep, from: mark}, aside: {plugin: keep, from: [mark.side, mark.error]}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!"));
  EXPECT_THAT(board().events("aside got "),
              UnorderedElementsAre("side (mark.side aside 1)", "bad (mark.error bad 1)",
                                   "throw (mark.error exception 1)"));
}

TEST(Flow, AttemptsAreCountedOverStages) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [bad]}}
processes: {first: {plugin: mark, from: in}, again: {plugin: mark, from: first.error}}
sinks: {aside: {plugin: keep, from: again.error}, rest: {plugin: keep, from: [first, again]}}
discard: [first.side, again.side]
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("aside got "), ElementsAre("bad (again.error bad 2)"));
}

TEST(Flow, AFailedRecordWithoutAnErrorPortStopsThePipelineAndKeepsThePosition) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, bad, b]}}
processes: {mark: {plugin: mark, from: in}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stage, "mark");
  EXPECT_EQ(failure->code, "bad");
  EXPECT_THAT(failure->message, HasSubstr("in[t/0@1]"));
  EXPECT_THAT(failure->message, HasSubstr("'mark.error'"));
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(Flow, AStageThatSaysStopStopsThePipeline) {
  for (const char* plugin : {"mark", "slow_mark"}) {
    PipelineRun run(std::string(R"(
sources: {in: {plugin: script, values: [a, stop, b]}}
processes: {mark: {plugin: )") +
                    plugin + R"(, from: in}}
sinks: {out: {plugin: keep, from: mark}, aside: {plugin: keep, from: [mark.side, mark.error]}}
)");
    const auto failure = run.run();
    ASSERT_TRUE(failure) << plugin;
    EXPECT_EQ(failure->message, "it says stop");
    EXPECT_THAT(board().events("commit "), IsEmpty());
  }
}

TEST(Flow, WorkersKeepTheOrderOfTheInput) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b, c, d]}}
processes: {mark: {plugin: slow_mark, from: in, concurrency: 4, gate: true}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  // The three others are done before the first one is answered.
  for (const char* value : {"a", "b", "c", "d"}) EXPECT_TRUE(board().wait_for(std::string("asked ") + value));
  EXPECT_THAT(board().events("out got "), IsEmpty());
  board().open("a");
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!", "c!", "d!"));
}

TEST(Flow, WithOrderAnyNobodyWaitsForASlowOne) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b, c, d]}}
processes: {mark: {plugin: slow_mark, from: in, concurrency: 4, order: any, gate: true}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  for (const char* value : {"b!", "c!", "d!"}) {
    EXPECT_TRUE(board().wait_for(std::string("out got ") + value));
  }
  board().open("a");
  EXPECT_FALSE(run.wait());
  EXPECT_EQ(board().events("out got ").back(), "a!");
  EXPECT_THAT(board().events("out got "), UnorderedElementsAre("a!", "b!", "c!", "d!"));
}

TEST(Flow, ASlowSinkSlowsTheSourceAndNothingPilesUp) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [0123456789012345678901234567890123456789], forever: true}}
processes: {mark: {plugin: slow_mark, from: in, concurrency: 2, queue: 64KiB}}
sinks: {out: {plugin: slow_keep, from: mark, queue: 64KiB}}
discard: [mark.side]
)");
  board().close("out");
  run.start();
  // The source stops being read when both queues are full; then the count stands still.
  std::uint64_t read = 0;
  int same = 0;
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    const std::uint64_t now = run.job().totals()[0].ports[0];
    same = now > 0 && now == read ? same + 1 : 0;
    read = now;
    return same == 20;
  }));
  const std::uint64_t bound =
      20'000;  // two queues of 64 KiB, 100 bytes a record at least, a batch in each hand
  EXPECT_LT(run.job().totals()[0].ports[0], bound);
  board().open("out");
  EXPECT_TRUE(board().wait_for([&](const auto& events) { return events.size() > 2 * bound; }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  const auto totals = run.job().totals();
  EXPECT_EQ(totals.back().in, totals.front().ports[0]) << "all that was read has been written";
}

TEST(Flow, GroupsPassWorkersWithTheirRecords) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b, c]}}
windows: {pair: {plugin: pairs, from: in}}
processes: {mark: {plugin: slow_mark, from: pair, concurrency: 2}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!", "c!"));
}

}  // namespace
}  // namespace weir::test
