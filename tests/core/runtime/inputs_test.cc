// SPDX-License-Identifier: Apache-2.0
//
// Several inputs of a stage on threads of its own; those of all other stages are in tests/core/testing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <string>

#include "ways.h"

namespace weir::test {
namespace {

using ::testing::UnorderedElementsAre;

/// Process `slow_mixer`: two inputs, each with a method of its own.
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
    for (const Record& record : group.items()) out.emit(out.make("list of " + std::string(record.bytes())));
  }
};

TEST(Inputs, OnWorkersEachHasAMethodOfItsOwn) {
  for (const Way& way : ways_with_restarts(3)) {
    EXPECT_THAT(noted_in(way, {"x", "y", "z"}, R"(windows: {pair: {plugin: pairs, from: in}}
processes: {mix: {plugin: slow_mixer, from: {right: in, lists: pair}, concurrency: 2}}
sinks: {out: {plugin: keep, from: mix}}
)",
                         "out got ", {detail::Trampoline<SlowMixer>::plugin()}),
                UnorderedElementsAre("right x", "right y", "right z", "list of x", "list of y", "list of z"))
        << way;
  }
}

}  // namespace
}  // namespace weir::test
