// SPDX-License-Identifier: Apache-2.0
//
// Where event time comes from, and what a watermark brings about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(EventTime, ATimerFiresWhenTheWatermarkHasComeToItBeforeTheNextRecord) {
  // The watermark is the latest time less max_out_of_orderness less 1 ms: 111 - 10 - 1 reaches 100.
  PipelineRun run(R"(
checkpoint: {store: none}
sources:
  in:
    plugin: script
    each: 1
    event_time: {field: t, max_out_of_orderness: 10ms}
    values: ['{"k":"a","t":50,"timer":100}', '{"k":"b","t":110}', '{"k":"b","t":111}', '{"k":"b","t":112}']
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 1", "b 1", "b 2", "a timer 100 1 at 100", "b 3"));
}

TEST(EventTime, TimersFireInTheOrderOfTimeOncePerKeyAndTime) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources:
  in:
    plugin: script
    event_time: t
    values: ['{"k":"b","t":1,"timer":30}', '{"k":"a","t":1,"timer":20}', '{"k":"a","t":1,"timer":20}',
             '{"k":"c","t":1,"timer":25}', '{"k":"c","t":1,"unset":25}', '{"k":"a","t":1,"timer":40}']
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "),
              ElementsAre("b 1", "a 1", "a 2", "c 1", "c 2", "a 3", "a timer 20 3 at end",
                          "b timer 30 1 at end", "a timer 40 3 at end"));
}

TEST(EventTime, TheSlowestPartitionHoldsTimeBack) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources:
  in:
    plugin: script
    each: 1
    partitions: 2
    event_time: t
    values: ['{"k":"a","t":1,"timer":5}', '{"k":"a","t":2}', '{"k":"a","t":100}', '{"k":"a","t":5}',
             '{"k":"a","t":101}', '{"k":"a","t":6}', '{"k":"a","t":102}']
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "),
              ElementsAre("a 1", "a 2", "a 3", "a 4", "a 5", "a 6", "a timer 5 6 at 5", "a 7"));
}

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

TEST(EventTime, ARecordWithoutATimeFailsAndTheOthersGoOn) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, event_time: {field: t}, values: ['{"t":1}', '{"u":1}', '{"t":"noon"}', '{"t":2}',
                                                               '{"t":99999999999999999}']}}
sinks:
  out: {plugin: keep, from: in}
  bad: {plugin: keep, from: in.error}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("{\"t\":1}", "{\"t\":2}"));
  EXPECT_THAT(board().events("bad got "),
              ElementsAre("{\"u\":1} (in.error no_time 1)", "{\"t\":\"noon\"} (in.error no_time 1)",
                          "{\"t\":99999999999999999} (in.error no_time 1)"));
}

TEST(EventTime, AStageThatWorksInEventTimeWithoutAnySaysSo) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: ['{"k":"a","timer":5}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, HasSubstr("`event_time:`"));
}

TEST(EventTime, ATimerThatSetsItselfAnewDoesNotKeepTheJobFromEnding) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, event_time: t, values: ['{"k":"a","t":1,"timer":10}', '{"k":"b","t":1,"timer":35}']}}
processes: {count: {plugin: visits, from: in, key: k, again: 10}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "),
              ElementsAre("a 1", "b 1", "a timer 10 1 at end", "a timer 20 1 at end", "a timer 30 1 at end",
                          "b timer 35 1 at end"));
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
