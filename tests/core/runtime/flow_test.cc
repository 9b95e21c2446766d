// SPDX-License-Identifier: Apache-2.0
//
// How records flow: order, side ports, failures, queues.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "support/wait_until.h"
#include "test_stages.h"
#include "ways.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
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

const std::vector<std::string> kLetters = {"a", "b", "c", "d", "e", "f"};

/// What came of each partition of the way, in the order in which it came, is what was put in.
void expect_order(const Way& way, const std::vector<std::string>& got) {
  EXPECT_THAT(got, UnorderedElementsAre("a!", "b!", "c!", "d!", "e!", "f!")) << way;
  const auto tasks = static_cast<std::size_t>(way.tasks);
  for (std::size_t partition = 0; partition < tasks; ++partition) {
    std::vector<std::string> expected, of_partition;
    for (std::size_t i = partition; i < kLetters.size(); i += tasks) expected.push_back(kLetters[i] + "!");
    std::copy_if(got.begin(), got.end(), std::back_inserter(of_partition), [&](const std::string& value) {
      return std::find(expected.begin(), expected.end(), value) != expected.end();
    });
    EXPECT_EQ(of_partition, expected) << way;
  }
}

std::string slow_mark(const std::string& more) {
  return "processes: {mark: {plugin: slow_mark, from: in, concurrency: 6" + more +
         "}}\nsinks: {out: {plugin: keep, from: mark}}\ndiscard: [mark.side]\n";
}

TEST(Flow, WorkersKeepTheOrderOfTheInput) {
  for (const Way& way : ways()) {
    PipelineRun run(source_in(way, kLetters) + slow_mark(", gate: true"));
    board().close("a");
    run.start();
    // All others are done before the first one is answered.
    for (const auto& value : kLetters) EXPECT_TRUE(board().wait_for("asked " + value)) << way;
    EXPECT_THAT(board().events("out got "), Not(Contains(way.tasks == 1 ? "b!" : "d!"))) << way;
    board().open("a");
    EXPECT_FALSE(run.wait());
    expect_order(way, board().events("out got "));
  }
}

TEST(Flow, WorkersKeepTheOrderOfTheInputOverARestart) {
  for (const Way& way : ways_with_restarts(kLetters.size()))
    expect_order(way, noted_in(way, kLetters, slow_mark(""), "out got "));
}

TEST(Flow, WithOrderAnyNobodyWaitsForASlowOne) {
  for (const Way& way : ways()) {
    PipelineRun run(source_in(way, kLetters) + slow_mark(", order: any, gate: true"));
    board().close("a");
    run.start();
    for (const char* value : {"b!", "c!", "d!", "e!", "f!"})
      EXPECT_TRUE(board().wait_for(std::string("out got ") + value)) << way;
    board().open("a");
    EXPECT_FALSE(run.wait());
    EXPECT_EQ(board().events("out got ").back(), "a!") << way;
    EXPECT_THAT(board().events("out got "), UnorderedElementsAre("a!", "b!", "c!", "d!", "e!", "f!")) << way;
  }
}

TEST(Flow, ASlowSinkSlowsTheSourceAndNothingPilesUp) {
  for (const Way& way : ways()) {
    PipelineRun run("tasks: " + std::to_string(way.tasks) +
                    "\nsources: {in: {plugin: script, values: [0123456789012345678901234567890123456789], "
                    "forever: true, each: " +
                    std::to_string(way.each) + R"(}}
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
    // Two queues of 64 KiB a task, 100 bytes a record at least, a batch in each hand.
    EXPECT_LT(read, 20'000u * static_cast<unsigned>(way.tasks)) << way;
    board().open("out");
    EXPECT_TRUE(board().wait_for([&](const auto& events) { return events.size() > 2 * read; })) << way;
    run.job().stop();
    EXPECT_FALSE(run.wait());
    const auto totals = run.job().totals();
    EXPECT_EQ(totals.back().in, totals.front().ports[0]) << "all that was read has been written, " << way;
  }
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
