// SPDX-License-Identifier: Apache-2.0
//
// Event time beside work that is on other threads, and at a stop; the rules are in tests/core/testing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// Source `two_files`: one record of the first, which then has no more, and two of the second one.
class TwoFiles final : public Source {
 public:
  static void describe(Descriptor& d) {
    d.name("two_files").summary("Reads files.").port("out", Item::kRecords, "Their lines.");
  }
  explicit TwoFiles(const Options&) {}
  Poll poll(Context& out, std::size_t budget) override {
    if (budget == 0 || polls_ == 2) return Poll::kIdle;
    const auto* origin = out.origin(polls_ == 0 ? "one" : "two");
    for (const char* value : polls_ == 0 ? kOne : kTwo) {
      Record record = out.make(value);
      record.origin = origin;
      record.position = position_++;
      out.emit(record);
    }
    if (polls_++ == 0) out.origin_done(origin);
    return Poll::kMore;
  }

 private:
  inline static const std::vector<const char*> kOne = {R"({"k":"a","t":10})"},
                                               kTwo = {R"({"k":"a","t":20,"timer":25})",
                                                       R"({"k":"b","t":40})"};
  int polls_ = 0;
  std::int64_t position_ = 0;
};

TEST(EventTime, AStageInTheMiddleWaitsForNoFileThatHasBeenRead) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: two_files}}
processes:
  timed: {plugin: mark, bare: true, from: in, event_time: t}
  count: {plugin: visits, from: timed, key: k}
sinks: {out: {plugin: keep, from: count}}
discard: [timed.side]
)",
                  {detail::Trampoline<TwoFiles>::plugin()});
  run.start();
  EXPECT_TRUE(board().wait_for("out got a timer 25 2 at 39"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
}

TEST(EventTime, AStageInTheMiddleWaitsForNoPartitionThatHasGone) {
  for (const char* timed : {"in", "timed"}) {
    const std::string time = ", event_time: t";
    PipelineRun run(
        "checkpoint: {store: none}\nsources: {in: {plugin: script, stay: true, partitions: 2, values: "
        "['{\"k\":\"a\",\"t\":1,\"timer\":30}', '{\"k\":\"b\",\"t\":50}']" +
        (timed == std::string("in") ? time : "") +
        "}}\nprocesses:\n  timed: {plugin: mark, bare: true, from: in" +
        (timed == std::string("in") ? "" : time) + R"(}
  count: {plugin: visits, from: timed, key: k}
sinks: {out: {plugin: keep, from: count}}
discard: [timed.side]
)");
    run.start();
    EXPECT_TRUE(board().wait_for("out got b 1")) << timed;
    board().tell_source("give_up");
    EXPECT_TRUE(board().wait_for("out got a timer 30 1 at 49")) << timed;
    run.job().stop();
    EXPECT_FALSE(run.wait());
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
