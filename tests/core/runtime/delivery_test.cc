// SPDX-License-Identifier: Apache-2.0
//
// When positions are committed, and what has happened before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "pipeline_run.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::ptrdiff_t place_of(const std::string& event) {
  const auto all = board().events();
  const auto found = std::find(all.begin(), all.end(), event);
  return found == all.end() ? -1 : found - all.begin();
}

TEST(Delivery, SinksAreFlushedBeforePositionsAreCommitted) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, side, b]}}
processes: {mark: {plugin: mark, from: in}}
sinks: {out: {plugin: slow_keep, from: mark}, aside: {plugin: keep, from: mark.side}}
)");
  EXPECT_FALSE(run.run());
  ASSERT_GE(place_of("commit t/0=3"), 0);
  EXPECT_LT(place_of("out got b!"), place_of("out flushed"));
  EXPECT_LT(place_of("out flushed"), place_of("commit t/0=3"));
  EXPECT_GE(place_of("aside flushed"), 0);
  EXPECT_LT(place_of("aside flushed"), place_of("commit t/0=3"));
}

TEST(Delivery, WhatASinkRefusesReachesTheNextSinkBeforeThatIsFlushed) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, no]}}
sinks: {out: {plugin: slow_keep, from: in, refuse: no}, aside: {plugin: slow_keep, from: out.error}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("aside got "), ElementsAre("no (out.error refused 1)"));
  EXPECT_LT(place_of("aside got no (out.error refused 1)"), place_of("aside flushed"));
  EXPECT_LT(place_of("aside flushed"), place_of("commit t/0=2"));
}

TEST(Delivery, PositionsWaitForOpenWindows) {
  PipelineRun run(R"(
checkpoint: {every: 1ms}
sources: {in: {plugin: script, values: [a, b, c], stay: true}}
windows: {pair: {plugin: pairs, from: in}}
processes: {mark: {plugin: slow_mark, from: pair}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  run.start();
  EXPECT_TRUE(board().wait_for("commit t/0=2"));  // c waits in the window
  EXPECT_THAT(board().events("commit "), Not(Contains("t/0=3")));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!", "c!"));
  EXPECT_EQ(board().events("commit ").back(), "t/0=3");
}

TEST(Delivery, StopDeliversAndCommitsWhatWasRead) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b, c, d, e], stay: true}}
windows: {pair: {plugin: pairs, from: in, count: 4}}
processes: {mark: {plugin: slow_mark, from: pair, gate: true}}
sinks: {out: {plugin: slow_keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  EXPECT_TRUE(board().wait_for("asked a"));
  run.job().stop();  // while a call is not answered
  board().open("a");
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!", "c!", "d!", "e!"));
  EXPECT_EQ(board().events("commit ").back(), "t/0=5");
}

TEST(Delivery, AbortEndsAtOnceAndCommitsNothing) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, b], stay: true}}
processes: {mark: {plugin: slow_mark, from: in, gate: true}}
sinks: {out: {plugin: slow_keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  EXPECT_TRUE(board().wait_for("asked a"));
  run.job().abort();
  run.wait();
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(Delivery, AStopThatTakesTooLongSaysSoAndKeepsThePosition) {
  PipelineRun run(R"(
stop_timeout: 50ms
sources: {in: {plugin: script, values: [a], stay: true}}
processes: {mark: {plugin: slow_mark, from: in, gate: true}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  EXPECT_TRUE(board().wait_for("asked a"));
  run.job().stop();
  const auto failure = run.wait();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "stop_timeout");
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(Delivery, AtTheEndPositionsAreHandedOverUntilTheSourceTakesThem) {
  PipelineRun run(R"(
checkpoint: {every: 1h}
sources: {in: {plugin: script, values: [a, b], refuse_commits: 2}}
sinks: {out: {plugin: keep, from: in}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("refused"), SizeIs(2));
  EXPECT_THAT(board().events("commit "), ElementsAre("t/0=2"));
}

TEST(Delivery, AStopWhosePositionsAreNeverTakenSaysSo) {
  PipelineRun run(R"(
checkpoint: {every: 1h}
stop_timeout: 50ms
sources: {in: {plugin: script, values: [a], stay: true, refuse_commits: 1000000}}
sinks: {out: {plugin: keep, from: in}}
)");
  run.start();
  EXPECT_TRUE(board().wait_for("out got a"));
  run.job().stop();
  const auto failure = run.wait();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "stop_timeout");
  EXPECT_THAT(failure->message, HasSubstr("not taken"));
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(Delivery, PartitionsMayBeGivenUpWhileACheckpointWaitsForWorkers) {
  PipelineRun run(R"(
checkpoint: {every: 10ms}
sources: {in: {plugin: script, values: [a], stay: true}}
processes: {mark: {plugin: slow_mark, from: in, gate: true}}
sinks: {out: {plugin: keep, from: mark}}
discard: [mark.side]
)");
  board().close("a");
  run.start();
  EXPECT_TRUE(board().wait_for("asked a"));
  board().tell_source("give_up");
  EXPECT_TRUE(board().wait_for("gives up"));
  board().open("a");
  EXPECT_TRUE(board().wait_for("gave up"));
  EXPECT_LT(place_of("out flushed"), place_of("commit t/0=1"));
  EXPECT_LT(place_of("commit t/0=1"), place_of("gave up"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), ElementsAre("a!"));
  EXPECT_THAT(board().events("commit "), ElementsAre("t/0=1"));
}

TEST(Delivery, BeforePartitionsAreGivenUpTheirPositionsAreCommitted) {
  PipelineRun run(R"(
checkpoint: {every: 1h}
sources: {in: {plugin: script, values: [a, b, c], stay: true}}
windows: {pair: {plugin: pairs, from: in}}
processes: {mark: {plugin: slow_mark, from: pair}}
sinks: {out: {plugin: slow_keep, from: mark}}
discard: [mark.side]
)");
  run.start();
  EXPECT_TRUE(board().wait_for("out got b!"));
  board().tell_source("give_up");
  EXPECT_TRUE(board().wait_for("gave up"));
  EXPECT_LT(place_of("out flushed"), place_of("commit t/0=2"));
  EXPECT_LT(place_of("commit t/0=2"), place_of("gave up"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  // c belongs to the next owner, which reads it from position 2.
  EXPECT_THAT(board().events("out got "), ElementsAre("a!", "b!"));
  EXPECT_THAT(board().events("commit "), ElementsAre("t/0=2"));
  EXPECT_EQ(run.job().totals()[1].given_up, 1u);
}

TEST(Delivery, PositionsOfLostPartitionsAreNotCommitted) {
  PipelineRun run(R"(
checkpoint: {every: 1h}
sources: {in: {plugin: script, values: [a, b], stay: true}}
sinks: {out: {plugin: slow_keep, from: in}}
)");
  run.start();
  EXPECT_TRUE(board().wait_for("out got b"));
  board().tell_source("lose");
  EXPECT_TRUE(board().wait_for("gave up"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(Delivery, ASourceThatFailsStopsThePipeline) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a], stay: true}}
sinks: {out: {plugin: keep, from: in}}
)");
  board().tell_source("throw");
  run.start();
  const auto failure = run.wait();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->message, "the source is broken");
}

TEST(Delivery, PositionsInAStoreAreTakenUpByTheNextRun) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "weir_delivery_store";
  std::filesystem::remove_all(folder);
  const auto yaml = [&](const char* values) {
    return "pipeline: stored\ncheckpoint: {store: '" + folder.string() +
           "'}\nsources: {in: {plugin: script, values: " + values +
           "}}\nsinks: {out: {plugin: keep, from: in}}\n";
  };
  EXPECT_FALSE(PipelineRun(yaml("[a, b]")).run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a", "b"));
  EXPECT_FALSE(PipelineRun(yaml("[a, b, c]")).run());
  EXPECT_THAT(board().events("out got "), ElementsAre("c"));

  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().string().find("checkpoint-") != std::string::npos) std::ofstream(file.path()) << "broken";
  }
  PipelineRun third(yaml("[a]"));
  EXPECT_THROW(third.start(), std::runtime_error) << "a damaged store is never skipped in silence";
  std::filesystem::remove_all(folder);
}

/// What waits for the workers of a slow stage when the time to drain is over.
class SlowStage : public ::testing::Test {
 protected:
  std::string pipeline(const std::string& store) const {
    return "checkpoint: {every: 1h, drain_timeout: 0s" + store +
           "}\nsources: {in: {plugin: script, values: [a, b, c, d], each: 1, stay: " + stay_ +
           "}}\nprocesses: {work: {plugin: slow_mark, from: in, gate: true, bare: true}}\ndiscard: "
           "[work.side]\n"
           "sinks: {out: {plugin: keep, from: work}}\n";
  }
  /// The checkpoint comes while the workers have a and b, and c and d wait; then c is held back.
  void checkpoint_in_the_middle(const std::string& store) {
    PipelineRun run(pipeline(store));
    board().close("a");
    board().close("c");
    run.start();
    ASSERT_TRUE(support::wait_until(support::kLongWait,
                                    [&] { return run.job().totals().front().ports.front() == 4; }));
    board().tell_source("give_up");
    ASSERT_TRUE(board().wait_for("gives up"));
    board().open("a");
    ASSERT_TRUE(board().wait_for("gave up"));
    EXPECT_THAT(board().events("out got "), ElementsAre("a", "b"));
    commits_ = board().events("commit ");
    run.job().abort();
    run.wait();
  }

  std::string stay_ = "true";
  std::vector<std::string> commits_;
};

TEST_F(SlowStage, WhatWaitsForItsWorkersHoldsThePositionsBack) {
  checkpoint_in_the_middle("");
  EXPECT_THAT(commits_, ElementsAre("t/0=2"));
}

TEST_F(SlowStage, WhatWaitsForItsWorkersIsSavedAndGoesOnInTheNextRun) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "weir_slow_stage";
  std::filesystem::remove_all(folder);
  checkpoint_in_the_middle(", store: '" + folder.string() + "'");
  EXPECT_THAT(commits_, ElementsAre("t/0=4"));
  stay_ = "false";
  EXPECT_FALSE(PipelineRun(pipeline(", store: '" + folder.string() + "'")).run());
  EXPECT_THAT(board().events("out got "), ElementsAre("c", "d"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace weir::test
