// SPDX-License-Identifier: Apache-2.0
//
// Keys, broadcast inputs and event time over several tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pipeline_run.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// `count` records {"k":"k0","n":0,"t":0,MORE} of `keys` keys, as a list in YAML.
std::string numbered(int count, int keys, const std::string& more = "") {
  std::string list;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    list += (i == 0 ? "" : ", ") + ("'{\"k\":\"k" + std::to_string(i % keys)) + "\",\"n\":" + n +
            ",\"t\":" + n + more + "}'";
  }
  return "[" + list + "]";
}

std::vector<std::string> sorted(std::vector<std::string> all) {
  std::sort(all.begin(), all.end());
  return all;
}

TEST(SeveralTasks, ResultsAreThoseOfOneTask) {
  std::vector<std::string> expected;
  for (const int tasks : {1, 2, 4}) {
    PipelineRun run("tasks: " + std::to_string(tasks) + R"(
checkpoint: {store: none, every: 20ms}
sources: {in: {plugin: shards, partitions: 3, event_time: t, values: )" +
                    numbered(300, 7, ",\"timer\":1000") + R"(}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
    EXPECT_FALSE(run.run());
    const auto got = board().events("out got ");
    if (tasks == 1) expected = sorted(got);
    EXPECT_EQ(sorted(got), expected) << tasks << " tasks";
    EXPECT_THAT(board().events("commit "), AllOf(Contains("0=100"), Contains("1=100"), Contains("2=100")));
  }
  EXPECT_THAT(expected, SizeIs(307));
}

TEST(SeveralTasks, AKeyIsSeenByOneTaskAndItsRecordsKeepTheirOrder) {
  // All records of a key are of one partition (7 keys, 14 partitions), so they have an order.
  PipelineRun run(R"(
tasks: 4
sources: {in: {plugin: shards, partitions: 14, each: 3, values: )" +
                  numbered(1400, 7) + R"(}}
processes: {whose: {plugin: whose, from: in, key: k}}
sinks: {out: {plugin: keep, from: whose}}
)");
  EXPECT_FALSE(run.run());
  std::map<std::string, std::set<std::string>> tasks_of;
  std::set<std::string> tasks;
  for (const auto& event : board().events()) {
    const auto at = event.find(" in task ");
    if (at == std::string::npos) continue;
    tasks_of[event.substr(0, at)].insert(event.substr(at + 9));
    tasks.insert(event.substr(at + 9));
  }
  EXPECT_THAT(tasks_of, SizeIs(7));
  for (const auto& [key, of] : tasks_of) EXPECT_THAT(of, SizeIs(1)) << key;
  EXPECT_GT(tasks.size(), 1u) << "one task has them all";
  std::map<std::string, int> last;  // by partition
  const auto got = board().events("out got ");
  EXPECT_THAT(got, SizeIs(1400));
  for (const auto& value : got) {
    const int n = std::stoi(value.substr(value.find("\"n\":") + 4));
    auto& before = last.emplace(std::to_string(n % 14), -1).first->second;
    EXPECT_LT(before, n);
    before = n;
  }
}

TEST(SeveralTasks, StateWithoutAKeyLivesInTheFirstTask) {
  PipelineRun run(R"(
tasks: 3
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 3, values: )" +
                  numbered(60, 5) + R"(}}
processes: {total: {plugin: total, from: in}}
sinks: {out: {plugin: keep, from: total}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("total in task "), AllOf(SizeIs(60), Each("0")));
  EXPECT_THAT(board().events("out got "), ElementsAre("60"));
}

TEST(SeveralTasks, ABroadcastRecordGoesToAllOfThem) {
  PipelineRun run(R"(
tasks: 3
checkpoint: {store: none}
sources:
  rules: {plugin: shards, partitions: 1, values: [a=1, b=2]}
  in: {plugin: shards, partitions: 3, values: [a, b, a, b, a, b, c]}
processes: {apply: {plugin: rules, from: {data: in, rules: rules}}}
sinks: {out: {plugin: keep, from: apply}}
)");
  for (const char* source : {"in 0", "in 1", "in 2"}) board().close(source);
  run.start();
  const auto& stages = run.job().graph().stages;
  const auto apply = static_cast<std::size_t>(
      std::find_if(stages.begin(), stages.end(), [](const auto& s) { return s.spec.name == "apply"; }) -
      stages.begin());
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return run.job().totals()[apply].in == 6; }))
      << "2 rules in 3 tasks";
  for (const char* source : {"in 0", "in 1", "in 2"}) board().open(source);
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "),
              UnorderedElementsAre("a:1", "a:1", "a:1", "b:2", "b:2", "b:2", "c?"));
}

TEST(SeveralTasks, AWatermarkWaitsForTheSlowestTask) {
  PipelineRun run(R"(
tasks: 2
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 2, each: 100, event_time: t, values: ['{"k":"a","t":1,"timer":50}',
   '{"k":"b","t":1}', '{"k":"a","t":100}', '{"k":"b","t":100}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  board().close("in 1");
  run.start();
  EXPECT_TRUE(board().wait_for("out got a 2"));
  EXPECT_THAT(board().events("out got a timer"), IsEmpty()) << "task 1 has not told the time yet";
  board().open("in 1");
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("out got "), Contains(AllOf(HasSubstr("a timer 50 2 at "))));
}

TEST(SeveralTasks, ATaskWithoutPartitionsHoldsTimeBackNoLongerThanIdleAfter) {
  PipelineRun run(R"(
tasks: 3
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 2, stay: true, event_time: {field: t, idle_after: 50ms}, values: [
  '{"k":"a","t":1,"timer":50}', '{"k":"b","t":1}', '{"k":"a","t":100}', '{"k":"b","t":100}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  run.start();
  EXPECT_TRUE(board().wait_for([](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const auto& e) { return e.starts_with("out got a timer 50 2"); });
  }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
}

TEST(SeveralTasks, TheEndOfAllInputsFiresEachTimerOnce) {
  PipelineRun run(R"(
tasks: 4
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 5, event_time: t, values: )" +
                  numbered(50, 10, ",\"until\":1000") + R"(}}
windows: {held: {plugin: held, from: in, key: k}}
processes: {joined: {plugin: joined, from: held}}
sinks: {out: {plugin: keep, from: joined}}
)");
  EXPECT_FALSE(run.run());
  const auto got = board().events("out got ");
  EXPECT_THAT(got, SizeIs(10));
  EXPECT_THAT(got, Contains("k3: 3 13 23 33 43"));
  EXPECT_THAT(board().events("commit "), AllOf(Contains("0=10"), Contains("4=10")));
}

TEST(SeveralTasks, WhatAWindowHoldsInOneTaskHoldsThePositionOfAnother) {
  // `pairs` keeps no state over a restart, so its list of one record holds the position of its partition.
  PipelineRun run(R"(
tasks: 2
checkpoint: {every: 10ms}
sources: {in: {plugin: shards, partitions: 2, stay: true, values: ['{"k":"a","n":0}', '{"k":"b","n":1}',
  '{"k":"a","n":2}', '{"k":"c","n":3}', '{"k":"a","n":4}', '{"k":"b","n":5}']}}
windows: {pairs: {plugin: pairs, from: in, key: k}}
processes: {joined: {plugin: joined, from: pairs}}
sinks: {out: {plugin: keep, from: joined}}
)");
  run.start();
  // Partition 0: a, a, a: the third waits. Partition 1: b, c, b: c waits.
  EXPECT_TRUE(board().wait_for("commit 0=2"));
  EXPECT_TRUE(board().wait_for("commit 1=1"));
  run.job().abort();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("commit "),
              AllOf(Not(Contains("0=3")), Not(Contains("1=2")), Not(Contains("1=3"))));
  EXPECT_THAT(board().events("out got "), UnorderedElementsAre("a: 0 2", "b: 1 5"));
}

TEST(SeveralTasks, AFailureInOneStopsAllWithPositionsKept) {
  PipelineRun run(R"(
tasks: 3
checkpoint: {every: 1h}
sources: {in: {plugin: shards, partitions: 3, stay: true, values: ['{"k":"a"}', '{"k":"b"}', '{"k":"c"}',
  '{"k":"d"}', '{"k":"e","fail":1}', '{"k":"f"}']}}
processes: {whose: {plugin: whose, from: in, key: k}}
sinks: {out: {plugin: keep, from: whose}}
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "told");
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(SeveralTasks, AnAbortEndsACheckpointThatWaits) {
  PipelineRun run(R"(
tasks: 2
checkpoint: {every: 10ms}
sources: {in: {plugin: shards, partitions: 2, stay: true, values: ['{"k":"a"}', '{"k":"b"}']}}
processes: {whose: {plugin: whose, from: in, key: k}}
sinks: {out: {plugin: slow_keep, from: whose}}
)");
  board().close("out");
  run.start();
  EXPECT_TRUE(board().wait_for("a in task 0") || board().wait_for("a in task 1"));
  run.job().abort();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

TEST(SeveralTasks, ASlowOwnerSlowsTheSources) {
  // Each record is a kilobyte, the stage's queue 16: with the owner at rest no more than the queue, a batch
  // and a parcel leave the sources.
  const std::string text(1000, 'x');
  std::string values;
  for (int i = 0; i < 1000; ++i)
    values +=
        (i == 0 ? "" : ", ") + ("'{\"k\":\"k" + std::to_string(i % 16)) + "\",\"text\":\"" + text + "\"}'";
  for (const bool workers_before : {false, true}) {
    PipelineRun run("tasks: 2\nsources: {in: {plugin: shards, partitions: 2, values: [" + values + "]}}\n" +
                    R"(
processes:
  before: {plugin: )" +
                    (workers_before ? "slow_mark, queue: 16KiB" : "mark") + R"(, from: in, bare: true}
  whose: {plugin: whose, from: before, key: k, gate: true, queue: 16KiB}
sinks: {out: {plugin: keep, from: whose}}
discard: [before.side]
)");
    board().close("task 0");
    run.start();
    EXPECT_TRUE(board().wait_for([](const auto& all) {
      return std::any_of(all.begin(), all.end(), [](const auto& e) { return e.ends_with(" in task 1"); });
    }));
    const auto read = [&] { return run.job().totals()[0].ports[0]; };
    // Task 1 goes on until what it sends to task 0 fills the queues, and stays there.
    std::uint64_t before = 0;
    int still = 0;
    EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
      still = read() == before ? still + 1 : 0;
      before = read();
      return still == 20;
    }));
    EXPECT_LT(read(), 500u);
    board().open("task 0");
    EXPECT_FALSE(run.wait());
    EXPECT_THAT(board().events("out got "), SizeIs(1000));
  }
}

TEST(SeveralTasks, ARecordWithoutItsKeyFailsWhereItIsRead) {
  PipelineRun run(R"(
tasks: 2
sources: {in: {plugin: shards, partitions: 2, values: ['{"k":"a"}', '{"k":"b"}', '{}', '{"k":"c"}']}}
processes: {whose: {plugin: whose, from: in, key: k}}
sinks:
  out: {plugin: keep, from: whose}
  bad: {plugin: keep, from: whose.error}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), SizeIs(3));
  EXPECT_THAT(board().events("bad got "), ElementsAre("{} (whose.error no_key 1)"));
  EXPECT_EQ(run.job().totals()[1].in, 4u);
}

TEST(SeveralTasks, PartitionsThatAreGivenUpAreCommittedByAllTogether) {
  PipelineRun run(R"(
tasks: 3
checkpoint: {every: 1h}
sources: {in: {plugin: shards, partitions: 3, stay: true, values: ['{"k":"a","n":0}', '{"k":"b","n":1}',
  '{"k":"c","n":2}', '{"k":"d","n":3}', '{"k":"e","n":4}', '{"k":"f","n":5}']}}
windows: {pairs: {plugin: pairs, from: in, key: k}}
processes: {joined: {plugin: joined, from: pairs}}
sinks: {out: {plugin: keep, from: joined}}
)");
  run.start();
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return run.job().totals()[1].in == 6; }));
  board().tell_source("give up 1");
  EXPECT_TRUE(board().wait_for("gave up"));
  EXPECT_EQ(run.job().totals()[1].given_up, 2u) << "the two records of partition 1, in whichever task";
  EXPECT_THAT(board().events("commit "), Each(HasSubstr("=0"))) << "every record is still held";
  run.job().stop();
  EXPECT_FALSE(run.wait());
}

}  // namespace
}  // namespace weir::test
