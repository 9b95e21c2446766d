// SPDX-License-Identifier: Apache-2.0
//
// A stop while event time brings about more than one waits for: what has not fired is saved, and fires after
// the next start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_folder.h"
#include "checkpoint/checkpoint_lines.h"
#include "pipeline_run.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Process `alarms`: counts the records of each key as `visits` does, with their timers. Each timer notes
/// "asked KEY", passes the gate of that name, and takes 5 ms where the key begins with "slow".
class Alarms final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("alarms").summary("Counts.").stateful().port("out", Item::kRecords, "Counts.");
  }
  explicit Alarms(const Options&) {}
  void start(Context& context) override { count_.open(context); }
  using Process::process;
  void process(const Record& record, Context& out) override {
    count_.put(out, count_.get(out).value_or(0) + 1);
    const auto value = nlohmann::json::parse(record.bytes());
    if (value.contains("timer")) out.set_event_timer(value["timer"].get<std::int64_t>());
    out.emit(out.make(std::string(view(out.key())) + " " + std::to_string(*count_.get(out))));
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::string key(view(out.key()));
    board().note("asked " + key);
    board().gate(key, never_);
    if (key.starts_with("slow")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const std::int64_t at = out.watermark();
    out.emit(out.make(key + " timer " + std::to_string(timer.time) + " " + std::to_string(*count_.get(out)) +
                      " at " + (at == INT64_MAX ? "end" : std::to_string(at))));
  }

 private:
  ValueState<std::int64_t> count_{"count"};
  const std::atomic<bool> never_{false};
};

/// Process `echo`: each record with the watermark that it finds.
class Echo final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("echo").summary("Echoes.").port("out", Item::kRecords, "What it gets.");
  }
  explicit Echo(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    const std::int64_t at = out.watermark();
    out.emit(out.make(std::string(record.bytes()) + " | " +
                      (at == INT64_MIN   ? "start"
                       : at == INT64_MAX ? "end"
                                         : std::to_string(at))));
  }
};

class StopAmongTimers : public ::testing::Test {
 protected:
  std::string store() const { return (dir_ / "store").string(); }

  support::TempDir dir_{"weir-stop-among-timers"};
  const std::vector<const weir_plugin*> plugins_{detail::Trampoline<Alarms>::plugin(),
                                                 detail::Trampoline<Echo>::plugin()};
};

/// The watermark 8 brings about three timers; the stop comes while the first one fires. Behind them the other
/// source's record comes.
std::string three_timers(const std::string& store) {
  return "stop_timeout: 0s\ncheckpoint: {store: " + store + R"(}
sources:
  in:
    plugin: script
    event_time: t
    values: ['{"k":"a","t":1,"timer":2}', '{"k":"b","t":1,"timer":3}', '{"k":"c","t":1,"timer":4}', '{"k":"d","t":9}']
  more: {plugin: script, values: ['{"k":"a"}']}
processes:
  count: {plugin: alarms, from: [in, more], key: k}
  echo: {plugin: echo, from: count}
sinks: {out: {plugin: keep, from: echo}}
)";
}

void stop_at(PipelineRun& run, const std::string& firing) {
  board().close(firing);
  run.start();
  EXPECT_TRUE(board().wait_for("asked " + firing));
  run.job().stop();
  board().open(firing);
}

TEST_F(StopAmongTimers, WhatIsLeftFiresAfterTheNextStartBeforeAllThatCameBehindIt) {
  {
    PipelineRun run(three_timers(store()), plugins_);
    stop_at(run, "a");
    EXPECT_FALSE(run.wait());
    EXPECT_THAT(board().events("out got "), ElementsAre("a 1 | start", "b 1 | start", "c 1 | start",
                                                        "d 1 | start", "a timer 2 1 at 8 | start"));
  }
  PipelineRun run(three_timers(store()), plugins_);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "),
              ElementsAre("b timer 3 1 at 8 | start", "c timer 4 1 at 8 | start", "a 2 | 8"));
}

TEST_F(StopAmongTimers, ASecondStopAmongThemLeavesTheRestAgain) {
  std::vector<std::string> got;
  for (const char* firing : {"a", "b", "c"}) {
    PipelineRun run(three_timers(store()), plugins_);
    stop_at(run, firing);
    EXPECT_FALSE(run.wait());
    const auto more = board().events("out got ");
    got.insert(got.end(), more.begin(), more.end());
  }
  PipelineRun run(three_timers(store()), plugins_);
  EXPECT_FALSE(run.run());
  const auto more = board().events("out got ");
  got.insert(got.end(), more.begin(), more.end());
  EXPECT_THAT(
      got, ElementsAre("a 1 | start", "b 1 | start", "c 1 | start", "d 1 | start", "a timer 2 1 at 8 | start",
                       "b timer 3 1 at 8 | start", "c timer 4 1 at 8 | start", "a 2 | 8"));
}

TEST_F(StopAmongTimers, WhatWaitsBehindThemIsInAnExportedCheckpoint) {
  {
    PipelineRun run(three_timers(store()), plugins_);
    stop_at(run, "a");
    EXPECT_FALSE(run.wait());
  }
  Origins origins;
  const CheckpointFolder folder(store(), "test");
  const auto loaded = std::get<0>(folder.load(origins));
  ASSERT_THAT(loaded.checkpoints, SizeIs(1));
  std::string lines;
  std::size_t count = 0;
  write_lines(loaded.checkpoints[0], nullptr, [&](const std::string& line) {
    lines += line + "\n";
    ++count;
  });
  EXPECT_THAT(lines, HasSubstr("standstill"));
  std::istringstream text(lines + end_line(count) + "\n");
  const auto back = std::get<0>(read_lines(text, origins));
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(encode(back[0]), encode(loaded.checkpoints[0]));
}

TEST_F(StopAmongTimers, WithoutAPlaceForItTheStopFailsInTimeAndSaysHowManyAreLeft) {
  PipelineRun run(three_timers("none"), plugins_);
  stop_at(run, "a");
  const auto failure = run.wait();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stage, "count");
  EXPECT_EQ(failure->code, "stop_timeout");
  EXPECT_THAT(failure->message, HasSubstr("before 2 timers that were due"));
  EXPECT_THAT(failure->message, HasSubstr("`checkpoint: {store: FOLDER}`"));
  EXPECT_THAT(board().events("commit "), IsEmpty());
}

/// What fires at the end of the input takes far longer than a stop waits for it.
constexpr int kSlow = 100;

std::string slow_key(int i) {
  return "slow" + std::to_string(i);
}

std::string slow_values() {
  std::string values;
  for (int i = 0; i < kSlow; ++i) {
    values += (i == 0 ? "'" : ", '") + ("{\"k\":\"" + slow_key(i)) +
              "\",\"t\":1,\"timer\":" + std::to_string(1000 + i) + "}'";
  }
  return "[" + values + "]";
}

std::vector<std::string> all_of_them() {
  std::vector<std::string> all{std::to_string(2 * kSlow)};
  for (int i = 0; i < kSlow; ++i) {
    all.push_back(slow_key(i) + " 1");
    all.push_back(slow_key(i) + " timer " + std::to_string(1000 + i) + " 1 at end");
  }
  return all;
}

/// Stops when the first of them has fired; what has come.
std::vector<std::string> stop_at_the_end(PipelineRun& run) {
  EXPECT_TRUE(board().wait_for([](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& e) { return e.starts_with("asked slow"); });
  }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  auto got = board().events("out got ");
  EXPECT_LT(got.size(), all_of_them().size());
  return got;
}

void expect_all(std::vector<std::string> got) {
  const auto more = board().events("out got ");
  EXPECT_THAT(more, Not(IsEmpty()));
  got.insert(got.end(), more.begin(), more.end());
  for (auto& line : got) line.resize(std::min(line.size(), line.find(" |")));
  EXPECT_THAT(got, ::testing::UnorderedElementsAreArray(all_of_them()));
}

/// The source has ended, and all have come together for that, before its last record has passed the worker.
TEST_F(StopAmongTimers, IsNoEndForStagesBehindIt) {
  const std::string pipeline = "checkpoint: {store: " + store() +
                               "}\nsources: {in: {plugin: script, event_time: t, values: " + slow_values() +
                               R"(}}
processes:
  work: {plugin: slow_mark, from: in, gate: true, bare: true}
  count: {plugin: alarms, from: work, key: k}
  echo: {plugin: echo, from: count}
  total: {plugin: total, from: count}
sinks: {out: {plugin: keep, from: [echo, total]}}
discard: [work.side]
)";
  const std::string first = R"({"k":"slow0","t":1,"timer":1000})";
  std::vector<std::string> got;
  {
    PipelineRun run(pipeline, plugins_);
    board().close(first);
    run.start();
    EXPECT_TRUE(board().wait_for("asked " + first));
    board().open(first);
    got = stop_at_the_end(run);
  }
  PipelineRun run(pipeline, plugins_);
  EXPECT_FALSE(run.run());
  expect_all(got);
}

TEST_F(StopAmongTimers, NoTimerOfTheEndIsLostOrFiresTwiceWhereverItGoesOn) {
  const auto pipeline = [&](int tasks) {
    return "tasks: " + std::to_string(tasks) + "\ncheckpoint: {store: " + store() +
           "}\nsources: {in: {plugin: shards, partitions: 4, event_time: t, values: " + slow_values() + R"(}}
processes:
  count: {plugin: alarms, from: in, key: k}
  echo: {plugin: echo, from: count}
  total: {plugin: total, from: count}
sinks: {out: {plugin: keep, from: [echo, total]}}
)";
  };
  std::vector<std::string> got;
  {
    PipelineRun run(pipeline(2), plugins_);
    run.start();
    got = stop_at_the_end(run);
  }
  PipelineRun run(pipeline(3), plugins_);
  EXPECT_FALSE(run.run());
  expect_all(got);
}

}  // namespace
}  // namespace weir::test
