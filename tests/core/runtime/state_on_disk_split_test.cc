// SPDX-License-Identifier: Apache-2.0
//
// Stages whose state stands on disk, in a pipeline: over a change of how their work is divided.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline_run.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;

constexpr weir_slice kNoKey{nullptr, 0};

/// Process `hoard`: keeps what comes by `data` in one list; for "tell" by either input it emits how many
/// those are.
class Hoard final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("hoard").summary("Keeps.").stateful().port("out", Item::kRecords, "How many.");
    d.input("data", "Records.", &Hoard::one).input("more", "Records.", &Hoard::one);
  }
  explicit Hoard(const Options&) {}
  using Process::process;
  void one(const Record& record, Context& out) {
    if (record.bytes() != "tell") return void(out.list_append(kNoKey, 0, Records(&record, 1)));
    out.emit(out.make(std::to_string(out.list(kNoKey, 0).size())));
  }
};

const std::vector<const weir_plugin*> kHoard = {detail::Trampoline<Hoard>::plugin()};

/// With a broadcast input each task keeps what it reads itself; without one the first keeps all.
std::string hoarding(const support::TempDir& dir, bool broadcast, bool stay, const std::string& values) {
  return "tasks: 2\nstate: rocksdb\ncheckpoint: {store: " + (dir / "store").string() +
         "}\nsources:\n  in: {plugin: shards, partitions: 2, stay: " + (stay ? "true" : "false") +
         ", values: [" + values + "]}\n  other: {plugin: shards, partitions: 1, values: []}\n" +
         "processes:\n  hoard: {plugin: hoard, from: {data: in, more: " +
         (broadcast ? "{from: other, broadcast: true}" : "other") +
         "}}\nsinks:\n  out: {plugin: keep, from: hoard}\n  seen: {plugin: keep, from: in}\n";
}

TEST(StateOnDiskSplit, WhatEachTaskKeptForItselfIsOneStagesOnceOneTaskKeepsAll) {
  const support::TempDir dir("weir-split");
  const std::string first = "a, b, c, d, e";
  {
    PipelineRun run(hoarding(dir, true, true, first), kHoard);
    run.start();
    EXPECT_TRUE(board().wait_for([](const auto& all) {
      return std::count_if(all.begin(), all.end(), [](const auto& e) { return e.starts_with("seen got"); }) ==
             5;
    }));
    run.job().stop();
    EXPECT_FALSE(run.wait());
  }
  PipelineRun run(hoarding(dir, false, false, first + ", tell"), kHoard);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("5"));
}

}  // namespace
}  // namespace weir::test
