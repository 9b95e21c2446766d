// SPDX-License-Identifier: Apache-2.0
//
// A state that cannot be read stops the pipeline: a stage that takes that for "there is none" is not heard.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Process `firsts`: hands a record on, and behind "read" what it has found in a state that cannot be read
/// so: by `out` as a record, as a group, and by `error`.
class Firsts final : public Process {
 public:
  static constexpr Port kOut{0}, kGroups{1};
  static void describe(Descriptor& d) {
    d.name("firsts").summary("Reads.").stateful().port("out", Item::kRecords, "The records.");
    d.port("groups", Item::kGroups, "The same.");
  }
  explicit Firsts(const Options&) {}
  void start(Context& context) override {
    const weir_state_options options{sizeof options, WEIR_MAP_STATE, 0, 0, 0};
    fields_ = context.host()->state_open(context.handle(), slice("fields"), &options);
  }
  using Process::process;
  void process(const Record& record, Context& out) override {
    if (record.bytes() != "read") return out.emit(record);
    const weir_slice value = out.host()->state_get(out.handle(), fields_, slice("a"), 0);
    if (value.data != nullptr) return;
    Group group{};
    group.size = sizeof group;
    group.records = &record;
    group.count = 1;
    out.emit_group(kGroups, group);
    out.fail(Port::kError, record, "unknown", "it has never come");
    out.emit(record);
  }

 private:
  weir_state* fields_ = nullptr;
};

TEST(FailedRead, NothingLeavesBehindIt) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, each: 1, values: [good, read]}}
processes:
  firsts: {plugin: firsts, from: in}
  members: {plugin: slow_mark, from: firsts.groups}
sinks:
  out: {plugin: keep, from: firsts}
  groups: {plugin: keep, from: members}
  failed: {plugin: keep, from: firsts.error}
discard: [members.side]
)",
                  {detail::Trampoline<Firsts>::plugin()});
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "host");
  EXPECT_THAT(board().events("out got "), ElementsAre("good"));
  EXPECT_THAT(board().events("groups got "), IsEmpty());
  EXPECT_THAT(board().events("failed got "), IsEmpty());
}

}  // namespace
}  // namespace weir::test
