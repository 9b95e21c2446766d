// SPDX-License-Identifier: Apache-2.0
//
// What a window gives to a broadcast input: seen by all tasks, of no key, as records are (Flink's rule).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Process `lists`: keeps how long the last broadcast list was, and tells it with each record of `data`. A
/// list with a record that has `keyed` is counted for its key instead, which it has not.
class Lists final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("lists").summary("Lists.").stateful().port("out", Item::kRecords, "What it has seen.");
    d.input("data", "Records.", &Lists::one).input("lists", "Lists.", &Lists::list, /*broadcast=*/true);
  }
  explicit Lists(const Options&) {}
  void start(Context& context) override {
    last_.open(context);
    count_.open(context);
  }
  using Process::process;
  void one(const Record& record, Context& out) {
    out.emit(out.make(std::string(record.bytes()) + " after " + last_.get(out, "last").value_or("none")));
  }
  void list(const Group& group, Context& out) {
    for (const Record& record : group.items()) {
      if (record.bytes().find("keyed") != std::string_view::npos) count_.put(out, 1);
    }
    last_.put(out, "last", std::to_string(group.count));
    out.emit(out.make(std::string(out.from_broadcast() ? "for all" : "for one") + ", key " +
                      (out.key().data == nullptr ? "none" : std::string(view(out.key())))));
  }

 private:
  BroadcastState<std::string> last_{"last"};
  ValueState<int> count_{"count"};
};

const std::vector<const weir_plugin*> kLists = {detail::Trampoline<Lists>::plugin()};

std::string pipeline(int tasks, const std::string& first) {
  return "tasks: " + std::to_string(tasks) + R"(
checkpoint: {store: none}
sources:
  in: {plugin: shards, partitions: 1, event_time: t, values: [')" +
         first + R"(', '{"k":"a","t":2,"until":5}']}
  more: {plugin: shards, partitions: 1, values: []}
windows: {held: {plugin: held, from: in, key: k}}
processes: {lists: {plugin: lists, from: {data: more, lists: held}, key: k}}
sinks: {out: {plugin: keep, from: lists}}
)";
}

TEST(BroadcastGroups, ReachEachTaskWithoutAKey) {
  PipelineRun run(pipeline(2, R"({"k":"a","t":1,"until":5})"), kLists);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("for all, key none", "for all, key none"));
}

TEST(BroadcastGroups, MayNotWriteWhatIsKeptForAKey) {
  for (const int tasks : {1, 2}) {
    PipelineRun run(pipeline(tasks, R"({"k":"a","t":1,"until":5,"keyed":1})"), kLists);
    const auto failure = run.run();
    ASSERT_TRUE(failure) << tasks;
    EXPECT_EQ(failure->code, "no_key");
    EXPECT_THAT(failure->message,
                HasSubstr("what comes by a broadcast input has none, since all tasks see it"));
  }
}

TEST(BroadcastGroups, AreNotMadeByTheFile) {
  const std::string text = R"(
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 1, event_time: t, values: []}}
windows: {held: {plugin: held, from: in, key: k}}
processes: {lists: {plugin: lists, from: {data: {from: in, broadcast: true}, lists: held}, key: k}}
sinks: {out: {plugin: keep, from: lists}}
)";
  try {
    const PipelineRun run(text, kLists);
    ADD_FAILURE() << "taken";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(),
                HasSubstr("input 'data' of the stage 'lists' (process 'lists') cannot be broadcast: "
                          "the plugin says itself which of its inputs all tasks see; expected "
                          "from: {data: in}"));
  }
}

}  // namespace
}  // namespace weir::test
