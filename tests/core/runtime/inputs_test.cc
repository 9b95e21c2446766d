// SPDX-License-Identifier: Apache-2.0
//
// Stages with several inputs: records and groups reach the method that their input was declared with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// Process `mixer`: four inputs, each with a method of its own. Counts what comes by `left` for each key; a
/// `word` is answered with the counts of all keys, or touches a count where it may not.
class Mixer : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("mixer").summary("Mixes.").stateful().port("out", Item::kRecords, "All of it.");
    d.input("left", "Records.", &Mixer::left)
        .input("right", "Records.", &Mixer::right)
        .input("lists", "Lists.", &Mixer::list)
        .input("words", "For all.", &Mixer::word, /*broadcast=*/true);
  }
  explicit Mixer(const Options&) {}
  void start(Context& context) override { count_.open(context); }

 private:
  void left(const Record& record, Context& out) {
    count_.put(out, count_.get(out).value_or(0) + 1);
    out.emit(out.make("left " + std::string(record.bytes())));
  }
  void right(const Record& record, Context& out) {
    out.emit(out.make("right " + std::string(record.bytes())));
  }
  void list(const Group& group, Context& out) {
    out.emit(out.make("list of " + std::to_string(group.count)));
  }
  void word(const Record& record, Context& out) {
    if (record.bytes() == "touch") count_.put(out, 0);
    count_.for_each_key(out, [&](std::string_view key) {
      out.emit(out.make(std::string(key) + " has " + std::to_string(count_.get(out).value_or(0))));
    });
  }

  ValueState<int> count_{"count"};
};

/// Process `slow_mixer`: two of the inputs, on threads of its own.
class SlowMixer final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("slow_mixer").summary("Mixes.").blocks().concurrent().port("out", Item::kRecords, "All of it.");
    d.input("right", "Records.", &SlowMixer::right).input("lists", "Lists.", &SlowMixer::list);
  }
  explicit SlowMixer(const Options&) {}

 private:
  void right(const Record& record, Context& out) {
    out.emit(out.make("right " + std::string(record.bytes())));
  }
  void list(const Group& group, Context& out) {
    out.emit(out.make("list of " + std::to_string(group.count)));
  }
};

const std::vector<const weir_plugin*> kMixers = {detail::Trampoline<Mixer>::plugin(),
                                                 detail::Trampoline<SlowMixer>::plugin()};

TEST(Inputs, EachOfFourHasAMethodOfItsOwn) {
  for (const char* tasks : {"1", "3"}) {
    PipelineRun run("tasks: " + std::string(tasks) + R"(
checkpoint: {store: none}
sources:
  a: {plugin: shards, partitions: 1, values: ['{"k":1}', '{"k":2}']}
  b: {plugin: shards, partitions: 1, values: ['{"k":3}']}
  c: {plugin: shards, partitions: 1, values: [x, y, z]}
  d: {plugin: shards, partitions: 1, values: []}
windows: {pair: {plugin: pairs, from: c}}
processes: {mix: {plugin: mixer, from: {left: a, right: b, lists: pair, words: d}, key: k}}
sinks: {out: {plugin: keep, from: mix}}
)",
                    kMixers);
    EXPECT_FALSE(run.run());
    EXPECT_THAT(board().events("out got "), UnorderedElementsAre("left {\"k\":1}", "left {\"k\":2}",
                                                                 "right {\"k\":3}", "list of 2", "list of 1"))
        << tasks;
  }
}

TEST(Inputs, OnWorkersToo) {
  PipelineRun run(R"(
sources:
  b: {plugin: script, values: [x]}
  c: {plugin: script, values: [x, y, z]}
windows: {pair: {plugin: pairs, from: c}}
processes: {mix: {plugin: slow_mixer, from: {right: b, lists: pair}, concurrency: 2}}
sinks: {out: {plugin: keep, from: mix}}
)",
                  kMixers);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), UnorderedElementsAre("right x", "list of 2", "list of 1"));
}

std::string with_words(const std::string& tasks, const std::string& words) {
  return "tasks: " + tasks + R"(
checkpoint: {store: none}
sources:
  a: {plugin: shards, partitions: 3, values: ['{"k":1}', '{"k":2}', '{"k":3}', '{"k":1}', '{"k":4}']}
  b: {plugin: shards, partitions: 1, values: []}
  c: {plugin: shards, partitions: 1, values: []}
  d: {plugin: shards, partitions: 1, values: )" +
         words + R"(}
windows: {pair: {plugin: pairs, from: c}}
processes: {mix: {plugin: mixer, from: {left: a, right: b, lists: pair, words: d}, key: k}}
sinks: {out: {plugin: keep, from: mix}}
)";
}

TEST(Inputs, ABroadcastRecordReachesTheKeysOfAllTasks) {
  for (const char* tasks : {"1", "3"}) {
    PipelineRun run(with_words(tasks, "[show]"), kMixers);
    for (const char* task : {"0", "1", "2"}) board().close(std::string("d ") + task);
    run.start();
    EXPECT_TRUE(board().wait_for([](const auto& events) { return events.size() >= 5; }));
    for (const char* task : {"0", "1", "2"}) board().open(std::string("d ") + task);
    EXPECT_FALSE(run.wait());
    auto got = board().events("out got ");
    std::erase_if(got, [](const auto& line) { return line.starts_with("left "); });
    EXPECT_THAT(got, UnorderedElementsAre("1 has 2", "2 has 1", "3 has 1", "4 has 1")) << tasks;
  }
}

TEST(Inputs, KeyedStateTouchedFromTheBroadcastInputSaysWhatToDo) {
  PipelineRun run(with_words("1", "[touch]"), kMixers);
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "no_key");
  EXPECT_THAT(failure->message, HasSubstr("visit the keys with for_each_key()"));
}

}  // namespace
}  // namespace weir::test
