// SPDX-License-Identifier: Apache-2.0
//
// State by partition: what happens when partitions move at a bad moment.
#include <atomic>
#include <fstream>
#include <variant>

#include "by_partition.h"
#include "checkpoint/checkpoint_lines.h"
#include "checkpoint/unit_folder.h"
#include "support/wait_until.h"

namespace weir::test {
namespace {

using support::wait_until;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr const char* kNever = "1h";

/// Process `late`: starts behind the gate "start"; notes "starts".
class Late final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("late").summary("Starts late.").port("out", Item::kRecords, "What came.");
  }
  explicit Late(const Options&) {}
  void start(Context&) override {
    board().note("starts");
    if (!board().gate("start", interrupted_)) throw Stop("aborted", "interrupted");
  }
  using Process::process;
  void process(const Record& record, Context& out) override { out.emit(record); }
  void interrupt() override {
    interrupted_ = true;
    board().wake_gates();
  }

 private:
  std::atomic<bool> interrupted_{false};
};

/// How many records all that is saved has seen.
std::int64_t saved_records(const UnitFolder& folder, Origins& origins) {
  std::int64_t sum = 0;
  const auto loaded = folder.load_all(origins);
  for (const auto& unit : std::get<0>(loaded).checkpoints) sum += unit.positions.at(0).next;
  return sum;
}

TEST_F(ByPartition, AGivenUpPartitionIsSavedWithoutWaitingForACheckpoint) {
  const auto a = member("a", 1, kNever), b = member("b", 1, kNever);
  assign_all("a/0");
  put(0, 200);
  a->start();
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  assign_all("b/0");
  ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*a) << why(*b);
  put(200, 400);
  ASSERT_TRUE(counted_up_to(20));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(kKeys * 20), Each(Pair(::testing::_, 1))));
}

TEST_F(ByPartition, OnlyWhatWasSavedIsCommitted) {
  const auto a = member("a", 1, kNever);
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(counted_up_to(10));
  moving_topic().assign(2, "b/0");  // who is not there
  ASSERT_TRUE(board().wait_for([](const auto& events) {
    return std::any_of(events.begin(), events.end(),
                       [](const auto& event) { return event.starts_with("commit 2="); });
  }));
  EXPECT_THAT(board().events("commit "), SizeIs(1)) << "the others have no saved state yet";
}

TEST_F(ByPartition, APartitionThatWasNeverSavedIsReadFromItsBeginning) {
  {
    const auto a = member("a", 1, kNever);
    assign_all("a/0");
    put(0, 200);
    a->start();
    ASSERT_TRUE(counted_up_to(10));
    a->job().abort();
    static_cast<void>(stopped(*a));
  }
  moving_topic().begin_anew(kPartitions);
  put(0, 200);
  const auto b = member("b");
  assign_all("b/0");
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(kKeys * 10), Each(Pair(::testing::_, 1))));
}

TEST_F(ByPartition, APartitionThatGoesAndComesAgainGoesOnWhereItWas) {
  const auto a = member("a", 1, kNever);
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(counted_up_to(10));
  for (int round = 0; round < 5; ++round) {
    for (std::int32_t p = 0; p < 4; ++p) moving_topic().go_and_come(p);
    ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*a);
  }
  put(200, 400);
  ASSERT_TRUE(counted_up_to(20));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(kKeys * 20), Each(Pair(::testing::_, 1))));
}

TEST_F(ByPartition, WhatWaitsForWorkersGoesWithThePartition) {
  stages_ = R"(processes:
  ask: {plugin: slow_mark, from: in, gate: true}
sinks: {out: {plugin: keep, from: ask}}
discard: [ask.side]
)";
  const auto a = member("a", 1, kNever), b = member("b", 1, kNever);
  moving_topic().assign(1, "a/0");
  const std::vector<std::string> all{"first", "second", "third", "fourth"};
  for (const auto& value : all) {
    moving_topic().put_into(1, value);
    board().close(value);
  }
  a->start();
  b->start();
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return a->job().totals()[1].in == all.size(); }));
  moving_topic().assign(1, "b/0");
  ASSERT_TRUE(board().wait_for("gives up 1"));
  // One that the worker has, and one that it gets next; the others wait in the task.
  board().open("first");
  board().open("second");
  ASSERT_TRUE(moving_topic().wait_until_settled());
  board().open("third");
  board().open("fourth");
  ASSERT_TRUE(board().wait_for("out got fourth!"));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(board().events("asked "), ElementsAreArray(all));
  EXPECT_THAT(board().events("out got "), ElementsAre("first!", "second!", "third!", "fourth!"));
}

TEST_F(ByPartition, AGiveUpThatTakesTooLongLeavesWhatWasReadToTheNextOwner) {
  stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: slow_keep, from: count}}
)";
  const auto a = member("a", 1, kNever), b = member("b", 1, kNever);
  moving_topic().assign(partition_of("k0"), "a/0");
  for (int i = 0; i < 10; ++i) moving_topic().put("k0");
  board().close("out");
  a->start();
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return a->job().totals()[1].in == 10; }));
  moving_topic().assign(partition_of("k0"), "b/0");
  b->start();
  ASSERT_TRUE(moving_topic().wait_until_settled());
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return b->job().totals()[1].in == 10; }));
  board().open("out");
  ASSERT_TRUE(board().wait_for("out got k0 10"));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(board().events("commit "), ElementsAre(std::to_string(partition_of("k0")) + "=10"));
  EXPECT_FALSE(counts().contains("k0 11")) << "none is counted on from a state that was not saved";
}

TEST_F(ByPartition, APartitionThatComesWhileThePipelineStopsIsLeftAlone) {
  stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: slow_keep, from: count}}
)";
  const auto a = member("a");
  moving_topic().assign(0, "a/0");
  put(0, 200);
  board().close("out");
  a->start();
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return a->job().totals()[1].in > 0; }));
  a->job().stop();
  moving_topic().assign(1, "a/0");
  moving_topic().assign(0, "b/0");
  board().open("out");
  EXPECT_EQ(stopped(*a), "");
}

TEST_F(ByPartition, AnAbortReachesAStageThatStillStartsForAPartition) {
  plugins_.push_back(detail::Trampoline<Late>::plugin());
  stages_ = "processes: {late: {plugin: late, from: in}}\nsinks: {out: {plugin: keep, from: late}}\n";
  const auto a = member("a");
  board().close("start");
  moving_topic().assign(0, "a/0");
  a->start();
  ASSERT_TRUE(board().wait_for("starts"));
  a->job().abort();
  EXPECT_TRUE(a->job().wait(support::kLongWait));
}

TEST_F(ByPartition, WhoeverFindsItsPartitionClaimedLeavesTheFileAloneUntilItIsSureOfIt) {
  const auto a = member("a", 1, "1ms");
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(counted_up_to(10));
  const UnitFolder folder((dir_ / "store").string(), "test");
  Origins origins;
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return saved_records(folder, origins) == 200; }));
  // Somebody who is wrong, since the partition stays where it is: a takes it back.
  for (std::int32_t p = 0; p < 4; ++p)
    ASSERT_TRUE(
        std::holds_alternative<UnitFolder::Claim>(folder.claim(*origins.get("in", "t", p), 0, origins)));
  put(200, 400);
  ASSERT_TRUE(wait_until(support::kLongWait, [&] { return saved_records(folder, origins) == 400; }));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
  moving_topic().begin_anew(kPartitions);
  put(0, 600);
  const auto b = member("b");
  assign_all("b/0");
  b->start();
  ASSERT_TRUE(counted_up_to(30));
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_FALSE(counts().contains("k1 20")) << "a had saved that";
}

TEST_F(ByPartition, ASilentPartitionFollowsTheOthersWhereTheFileSaysSo) {
  source_ = ", event_time: {field: t, idle_after: 1ms}";
  const std::string busy = "k0", silent = key_elsewhere(busy);
  const auto a = member("a");
  assign_all("a/0");
  moving_topic().put(silent, R"(,"t":100,"timer":500)");
  a->start();
  ASSERT_TRUE(board().wait_for("out got " + silent + " 1"));
  EXPECT_TRUE(wait_until(support::kLongWait, [&] {
    moving_topic().put(busy, R"(,"t":1000)");
    return !board().events("out got " + silent + " timer 500 1 at 999").empty();
  }));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
}

TEST_F(ByPartition, WindowsGoWithThePartitionAndFireOnce) {
  source_ = ", event_time: {field: t}";
  stages_ = R"(windows: {w: {plugin: held, from: in, key: k}}
processes: {text: {plugin: joined, from: w}}
sinks: {out: {plugin: keep, from: text}}
)";
  const auto a = member("a"), b = member("b");
  assign_all("a/0");
  moving_topic().put("k0", R"(,"t":1,"n":1,"until":100)");
  moving_topic().put("k0", R"(,"t":150,"n":2,"until":300)");
  a->start();
  b->start();
  ASSERT_TRUE(board().wait_for("out got k0: 1"));
  moving_topic().assign(partition_of("k0"), "b/0");
  ASSERT_TRUE(moving_topic().wait_until_settled());
  moving_topic().put("k0", R"(,"t":200,"n":3,"until":300)");
  moving_topic().put("k0", R"(,"t":400,"n":4,"until":1000)");
  ASSERT_TRUE(board().wait_for("out got k0: 2 3"));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(board().events("out got "), SizeIs(2));
}

TEST_F(ByPartition, KeysMayStandAnywhereWhereTheUserVouchesForThem) {
  checkpoint_ = ", partitioner: any";
  const auto a = member("a");
  assign_all("a/0");
  moving_topic().put_into((partition_of("k0") + 1) % 4, R"({"k":"k0"})");
  a->start();
  EXPECT_TRUE(board().wait_for("out got k0 1"));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
}

TEST_F(ByPartition, DroppedStateIsGoneOnceAndThePositionStays) {
  {
    const auto a = member("a");
    assign_all("a/0");
    put(0, 200);
    a->start();
    ASSERT_TRUE(counted_up_to(10));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  const auto drop = [](PipelineGraph& graph) { graph.dropped_states = {"count"}; };
  const auto b = member("b", 1, "5ms", drop);
  moving_topic().begin_anew(kPartitions);
  put(0, 400);
  assign_all("b/0");
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  for (std::int32_t p = 0; p < 4; ++p) moving_topic().go_and_come(p);
  ASSERT_TRUE(moving_topic().wait_until_settled());
  put(400, 600);
  ASSERT_TRUE(counted_up_to(20));
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(kKeys * 20), Each(Pair(::testing::_, 1))));
  const auto c = member("c", 1, "5ms", [](PipelineGraph& graph) { graph.dropped_states = {"cuont"}; });
  EXPECT_THAT(c->job().start(), HasSubstr("'cuont'"));
}

TEST_F(ByPartition, ItBeginsWithWhatWasExported) {
  {
    const auto a = member("a");
    assign_all("a/0");
    put(0, 200);
    a->start();
    ASSERT_TRUE(counted_up_to(10));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  const OpenStored nothing_on_disk;
  Origins origins;
  const UnitFolder folder((dir_ / "store").string(), "test");
  const std::string lines = (dir_ / "lines").string();
  {
    std::ofstream to(lines);
    std::size_t count = 0;
    const auto loaded = folder.load_all(origins);
    for (const auto& checkpoint : std::get<0>(loaded).checkpoints) {
      write_lines(checkpoint, nothing_on_disk, [&](const std::string& line) {
        to << line << "\n";
        ++count;
      });
    }
    to << end_line(count) << "\n";
  }
  const auto begin = [&](PipelineGraph& graph) { graph.begin_with = lines; };
  EXPECT_THAT(member("b", 1, "5ms", begin)->job().start(), HasSubstr("the pipeline has checkpoints already"));
  std::filesystem::rename(dir_ / "store", dir_ / "old");
  moving_topic().begin_anew(kPartitions);
  put(0, 400);
  assign_all("b/0");
  const auto b = member("b", 1, "5ms", begin);
  b->start();
  ASSERT_TRUE(counted_up_to(20));
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_FALSE(counts().contains("k1 10"));
  // And a pipeline as a whole does not.
  PipelineRun whole("checkpoint: {store: " + (dir_ / "whole").string() +
                        "}\nsources: {in: {plugin: moving, member: c}}\n" + stages_,
                    {detail::Trampoline<Moving>::plugin()}, nullptr, begin);
  EXPECT_THAT(whole.job().start(), HasSubstr("which cannot be put together"));
}

TEST_F(ByPartition, APipelineAsAWholeDoesNotPassOverWhatPartitionsHaveKept) {
  {
    const auto a = member("a");
    assign_all("a/0");
    put(0, 20);
    a->start();
    ASSERT_TRUE(counted_up_to(1));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  PipelineRun whole("checkpoint: {store: " + (dir_ / "store").string() +
                        "}\nsources: {in: {plugin: moving, member: a}}\n" + stages_,
                    {detail::Trampoline<Moving>::plugin()});
  EXPECT_THAT(whole.job().start(), HasSubstr("holds checkpoints of this pipeline `by: partition`"));
}

}  // namespace
}  // namespace weir::test
