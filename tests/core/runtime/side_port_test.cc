// SPDX-License-Identifier: Apache-2.0
//
// Side ports of stages that the plugins of the tree do not have.
#include <gmock/gmock.h>
#include <weir/plugin.h>
#include <weir/process.h>
#include <weir/sink.h>

#include <cstdint>
#include <string>

#include "pipeline_run.h"
#include "shared_stages.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;

/// Says of each group how many it has, by its main port, and of those with several by `many` as well.
class HowMany final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("how_many")
        .summary("Counts.")
        .port("out", Item::kRecords, "Counts.")
        .port("many", Item::kRecords, "Counts above 1.");
  }
  explicit HowMany(const Options&) {}
  void process(const Group& group, Context& out) override {
    const std::string count = std::to_string(group.items().size());
    out.emit(out.make(count));
    if (group.items().size() > 1) out.emit(Port{1}, out.make(count));
  }
};

/// Takes values of one character; longer ones leave by `long`.
class Short final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("short").summary("Short values.").port("long", Item::kRecords, "Values that are too long.");
  }
  explicit Short(const Options&) {}
  void write(Records records, Context& out) override {
    for (const Record& record : records) {
      if (record.value.size > 1) {
        out.emit(Port{0}, record);
      } else {
        board().note("short got " + std::string(record.bytes()));
      }
    }
  }
};

TEST(SidePorts, WhatAProcessMakesOfAGroupHasTheTimeOfTheWindowsLastMillisecondOnAllPorts) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: shards, partitions: 1, event_time: until, values: [
  '{"k": "a", "n": 1, "until": 10}', '{"k": "a", "n": 2, "until": 10}', '{"k": "a", "n": 3, "until": 20}']}}
windows: {held: {plugin: held, from: in, key: k}}
processes: {counts: {plugin: how_many, from: held}}
sinks: {all: {plugin: keep, from: counts, times: true}, many: {plugin: keep, from: counts.many, times: true}}
)",
                  {detail::Trampoline<HowMany>::plugin()});
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("all got "), ElementsAre("2 @9", "1 @19"));
  EXPECT_THAT(board().events("many got "), ElementsAre("2 @9"));
}

TEST(SidePorts, ASinkMayHaveNamedOnesThatLeadToAnotherSink) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [a, bb, c, dd]}}
sinks: {few: {plugin: short, from: in}, rest: {plugin: keep, from: few.long}}
)",
                  {detail::Trampoline<Short>::plugin()});
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("short got "), ElementsAre("a", "c"));
  EXPECT_THAT(board().events("rest got "), ElementsAre("bb", "dd"));
}

}  // namespace
}  // namespace weir::test
