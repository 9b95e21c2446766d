// SPDX-License-Identifier: Apache-2.0
//
// What a run has saved is taken up by the next one with another number of tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_folder.h"
#include "pipeline_run.h"
#include "runtime/load_checkpoints.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Rescaling : public ::testing::Test {
 protected:
  /// Reads the first `n` of the values and stops, or all of them and ends.
  void run(int tasks, std::size_t n, bool ends) {
    std::string values;
    for (std::size_t i = 0; i < n; ++i) values += (i == 0 ? "'" : ", '") + values_[i] + "'";
    PipelineRun run("tasks: " + std::to_string(tasks) + "\ncheckpoint: {store: " + (dir_ / "store").string() +
                    "}\nsources:\n  in: {plugin: shards, partitions: 3, event_time: t, stay: " +
                    (ends ? "false" : "true") + ", values: [" + values + "]}\n" + stages_);
    run.start();
    if (!ends) {
      EXPECT_TRUE(board().wait_for([&](const auto& all) {
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& e) {
                 return e.starts_with("seen got");
               })) == n - seen_;
      }));
      run.job().stop();
    }
    seen_ = n;
    EXPECT_FALSE(run.wait());
    const auto more = board().events("out got ");
    got_.insert(got_.end(), more.begin(), more.end());
  }

  support::TempDir dir_{"weir-rescaling"};
  std::vector<std::string> values_;
  std::string stages_;
  std::size_t seen_ = 0;
  std::vector<std::string> got_;
};

/// Without an exchange each task has checkpoints of its own; those of tasks that are gone do not come again.
TEST_F(Rescaling, WhatTasksThatAreGoneHadSavedIsPassedOverOnceItHasBeenTakenUp) {
  stages_ = "sinks:\n  out: {plugin: keep, from: in}\n  seen: {plugin: keep, from: in}\n";
  values_ = {R"({"t": 1})", R"({"t": 2})", R"({"t": 3})", R"({"t": 4})"};
  run(3, 3, false);
  run(1, 4, false);
  Origins origins;
  const CheckpointFolder folder((dir_ / "store").string(), "test");
  PipelineGraph graph;
  const auto loaded = load_checkpoints(graph, &folder, origins);
  EXPECT_THAT(std::get<0>(loaded).checkpoints, SizeIs(1)) << "of three";
  run(1, 4, true);
  EXPECT_THAT(got_, SizeIs(4));
}

TEST_F(Rescaling, EachKeyGoesOnWithItsStateInWhicheverTask) {
  stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks:
  out: {plugin: keep, from: count}
  seen: {plugin: keep, from: in}
)";
  for (int i = 0; i < 120; ++i)
    values_.push_back("{\"k\":\"k" + std::to_string(i % 10) + "\",\"t\":" + std::to_string(i) + "}");
  run(2, 30, false);
  run(4, 60, false);
  run(1, 90, false);
  run(3, 120, true);
  std::vector<std::string> expected;
  for (int key = 0; key < 10; ++key) {
    for (int n = 1; n <= 12; ++n) expected.push_back("k" + std::to_string(key) + " " + std::to_string(n));
  }
  EXPECT_THAT(got_, ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(Rescaling, ListsAndTimersGoWithTheirKeys) {
  stages_ = R"(windows: {held: {plugin: held, from: in, key: k}}
processes: {joined: {plugin: joined, from: held}}
sinks:
  out: {plugin: keep, from: joined}
  seen: {plugin: keep, from: in}
)";
  for (int i = 0; i < 60; ++i)
    values_.push_back("{\"k\":\"k" + std::to_string(i % 12) + "\",\"n\":" + std::to_string(i) +
                      ",\"t\":" + std::to_string(i) + ",\"until\":1000}");
  run(3, 24, false);
  run(1, 36, false);
  run(4, 60, false);
  EXPECT_THAT(got_, IsEmpty());
  run(2, 60, true);
  EXPECT_THAT(got_, SizeIs(12));
  EXPECT_THAT(got_, Contains("k5: 5 17 29 41 53"));
}

TEST_F(Rescaling, StateWithoutAKeyStaysWhole) {
  stages_ = R"(processes: {total: {plugin: total, from: in}}
sinks:
  out: {plugin: keep, from: total}
  seen: {plugin: keep, from: in}
)";
  for (int i = 0; i < 30; ++i) values_.push_back("{\"t\":" + std::to_string(i) + "}");
  run(1, 10, false);
  run(3, 20, false);
  run(2, 30, true);
  EXPECT_THAT(got_, ElementsAre("30"));
}

TEST_F(Rescaling, WhatWasLateStaysLate) {
  stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks:
  out: {plugin: keep, from: count}
  seen: {plugin: keep, from: in}
)";
  for (const char* key : {"a", "b", "c"}) values_.push_back(std::string("{\"k\":\"") + key + "\",\"t\":100}");
  run(1, 3, false);
  values_.push_back(R"({"k":"a","t":40,"show":1})");
  run(3, 4, true);
  EXPECT_THAT(got_, UnorderedElementsAre("a 1", "b 1", "c 1", "a 2 at 99"));
}

TEST_F(Rescaling, BroadcastStateIsThereInEachOfTheTasks) {
  const auto pipeline = [&](int tasks, const std::string& data) {
    return "tasks: " + std::to_string(tasks) + "\ncheckpoint: {store: " + (dir_ / "store").string() + R"(}
sources:
  rules: {plugin: shards, partitions: 1, values: [a=1]}
  in: {plugin: shards, partitions: 4, values: )" +
           data + R"(}
processes: {apply: {plugin: rules, from: {data: in, rules: rules}}}
sinks: {out: {plugin: keep, from: apply}}
)";
  };
  {
    PipelineRun first(pipeline(2, "[]"));
    EXPECT_FALSE(first.run());
  }
  PipelineRun second(pipeline(4, "[a, a, a, a]"));
  EXPECT_FALSE(second.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a:1", "a:1", "a:1", "a:1"));
}

}  // namespace
}  // namespace weir::test
