// SPDX-License-Identifier: Apache-2.0
//
// Event time beside work that is on other threads, and at a stop; the rules are in tests/core/testing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;

TEST(EventTime, AWatermarkWaitsForTheResultsOfWorkersBeforeItAndHoldsThoseBehindIt) {
  const std::string first = R"({"k":"a","t":1,"timer":2})";
  const std::string second = R"({"k":"a","t":9})";
  const std::string third = R"({"k":"a","t":10})";
  for (const char* order : {"input", "any"}) {
    PipelineRun run(
        "checkpoint: {store: none}\nsources:\n  in: {plugin: script, each: 1, event_time: t, values: ['" +
        first + "', '" + second + "', '" + third + R"(']}
processes:
  slow: {plugin: slow_mark, from: in, gate: true, bare: true, concurrency: 2, order: )" +
        order + R"(}
  count: {plugin: visits, from: slow, key: k}
sinks: {out: {plugin: keep, from: count}}
discard: [slow.side]
)");
    board().close(first);
    run.start();
    EXPECT_TRUE(board().wait_for("asked " + first));
    // The other worker is at the third, so the second's result is back before the first's.
    EXPECT_TRUE(board().wait_for("asked " + third));
    board().open(first);
    EXPECT_FALSE(run.wait());
    EXPECT_THAT(board().events("out got "), ElementsAre("a 1", "a 2", "a timer 2 2 at 8", "a 3")) << order;
  }
}

TEST(EventTime, AStopIsNoEndAndFiresNoTimer) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, stay: true, event_time: t, values: ['{"k":"a","t":1,"timer":5}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  run.start();
  EXPECT_TRUE(board().wait_for("out got a 1"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 1"));
}

}  // namespace
}  // namespace weir::test
