// SPDX-License-Identifier: Apache-2.0
//
// Event time beside work that is on other threads, and at a stop; the rules are in tests/core/testing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline_run.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;

TEST(EventTime, AWatermarkWaitsForTheResultsOfWorkersBeforeItAndHoldsThoseBehindIt) {
  const std::string first = R"({"k":"a","t":1,"timer":2})";
  const std::string second = R"({"k":"a","t":9})";
  const std::string third = R"({"k":"a","t":10})";
  for (const std::string order : {"input", "any"}) {
    for (const char* each : {"1", "2", "1024"}) {
      PipelineRun run(
          "checkpoint: {store: none}\nsources:\n  in: {plugin: script, each: " + std::string(each) +
          ", event_time: t, values: ['" + first + "', '" + second + "', '" + third + R"(']}
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
      // The other worker is at the third, so what came before is back before the first's, where that is
      // another call.
      EXPECT_TRUE(board().wait_for("asked " + third));
      board().open(first);
      EXPECT_FALSE(run.wait());
      const auto got = board().events("out got ");
      // Event time moves behind each batch.
      if (std::string_view(each) != "1024") {
        EXPECT_THAT(got, ElementsAre("a 1", "a 2", "a timer 2 2 at 8", "a 3")) << order << " " << each;
      } else {
        EXPECT_THAT(got, ElementsAre("a 1", "a 2", "a 3", "a timer 2 3 at 9")) << order;
      }
    }
  }
}

/// Moves when it is told to.
class SetClock final : public Clock {
 public:
  std::int64_t now() const override { return now_; }
  void advance(std::int64_t by) { now_ += by; }

 private:
  std::atomic<std::int64_t> now_{1'704'067'200'000};
};

TEST(EventTime, APartitionIsNotIdleWhileNobodyAsksItForRecords) {
  SetClock clock;
  PipelineRun run(R"(
checkpoint: {store: none}
sources:
  in: {plugin: script, stay: true, partitions: 2, each: 2, event_time: {field: t, idle_after: 1m}, values: [
    '{"k":"a","t":1,"timer":50}', '{"k":"b","t":100}', '{"k":"a","t":2}', '{"k":"b","t":101}']}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {now: {plugin: keep, from: count}, out: {plugin: slow_keep, from: count, queue: 1}}
)",
                  {}, &clock);
  board().close("out");
  run.start();
  EXPECT_TRUE(board().wait_for("now got b 1"));
  // The queue of `out` is full, so the source is asked for nothing, for longer than idle_after.
  board().tell_source("note");
  EXPECT_TRUE(board().wait_for("asked for nothing"));
  clock.advance(120'000);
  board().open("out");
  EXPECT_TRUE(board().wait_for("now got b 2"));
  EXPECT_THAT(board().events("now got "), ElementsAre("a 1", "b 1", "a 2", "b 2"));
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    clock.advance(20'000);
    return board().events("now got ").back() == "a timer 50 2 at 100";
  }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
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
