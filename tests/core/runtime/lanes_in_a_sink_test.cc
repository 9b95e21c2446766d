// SPDX-License-Identifier: Apache-2.0
//
// State by partition that a sink keeps for several processes.

#include "by_partition.h"
#include "group_ledger.h"
#include "support/wait_until.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr const char* kNever = "1h";

class ByPartitionInASink : public ByPartition {
 protected:
  ByPartitionInASink() {
    vault().clear();
    plugins_.push_back(detail::Trampoline<GroupLedger>::plugin());
    stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: group_ledger, from: count}}
)";
  }
  std::unique_ptr<PipelineRun> process(const std::string& name, const std::string& every, int tasks = 1,
                                       const std::function<void(PipelineGraph&)>& adjust = {}) {
    return std::make_unique<PipelineRun>(
        "delivery: " + delivery_ + "\ntasks: " + std::to_string(tasks) + "\ncheckpoint: {every: " + every +
            ", by: partition, store: {sink: out}}\nsources:\n  in: {plugin: moving, member: " + name + "}\n" +
            stages_,
        plugins_, nullptr, adjust);
  }
  static std::map<std::string, int> rows() {
    std::map<std::string, int> all;
    for (const auto& row : vault().rows()) ++all[row];
    return all;
  }
  static bool wrote_up_to(int n) {
    return board().wait_for([n](const auto& events) {
      std::set<std::string> all(events.begin(), events.end());
      for (int key = 0; key < kKeys; ++key) {
        if (!all.contains("wrote k" + std::to_string(key) + " " + std::to_string(n))) return false;
      }
      return true;
    });
  }

  static bool committed(std::size_t count) {
    return support::wait_until(support::kLongWait, [&] { return vault().rows().size() >= count; });
  }

  std::string delivery_ = "exactly_once";
};

TEST_F(ByPartitionInASink, EachRowIsThereOnceWhileProcessesComeAndGo) {
  const auto a = process("a", "5ms"), b = process("b", "5ms", 2);
  assign_all("a/0");
  a->start();
  b->start();
  const std::vector<std::string> members = {"a/0", "b/0", "b/1"};
  for (int round = 0; round < 12; ++round) {
    put(round * 100, (round + 1) * 100);
    moving_topic().assign(round % 4, members.at(static_cast<std::size_t>(round % 3)));
    ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*a) << why(*b);
  }
  ASSERT_TRUE(wrote_up_to(60)) << why(*a) << why(*b);
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(rows(), AllOf(SizeIs(kKeys * 60), Each(Pair(::testing::_, 1))));
}

TEST_F(ByPartitionInASink, WhatStaysIsCommittedWithWhatGoes) {
  const auto a = process("a", kNever);
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(wrote_up_to(10));
  EXPECT_THAT(vault().rows(), SizeIs(0));
  moving_topic().assign(2, "b/0");  // who is not there
  ASSERT_TRUE(committed(200)) << why(*a);
  EXPECT_THAT(rows(), AllOf(SizeIs(200), Each(Pair(::testing::_, 1))));
  EXPECT_TRUE(vault().is_released("partition-t-2"));
  EXPECT_FALSE(vault().is_released("partition-t-1"));
}

TEST_F(ByPartitionInASink, WhatWasReadOfALostPartitionIsTakenBack) {
  const auto a = process("a", kNever), b = process("b", "5ms");
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(wrote_up_to(10));
  b->start();
  for (std::int32_t p = 0; p < 4; ++p) moving_topic().take_from(p, "b/0");
  EXPECT_THAT(stopped(*a), HasSubstr("gone to another owner before what was read of them was committed"));
  put(200, 400);
  ASSERT_TRUE(wrote_up_to(20)) << why(*b);
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(rows(), AllOf(SizeIs(kKeys * 20), Each(Pair(::testing::_, 1))));
}

/// As one that stood still for long does when it goes on, before its source has told it anything.
TEST_F(ByPartitionInASink, WhoeverComesBackCommitsNothingOfWhatOthersHaveClaimed) {
  const auto a = process("a", "5ms");
  assign_all("a/0");
  put(0, 200);
  a->start();
  ASSERT_TRUE(committed(200)) << why(*a);
  const std::string theirs = "partition-t-" + std::to_string(partition_of("k0"));
  static_cast<void>(vault().claim(theirs));
  moving_topic().put("k0");
  EXPECT_THAT(stopped(*a), HasSubstr("another process has taken over"));
  EXPECT_THAT(rows(), ::testing::Not(Contains(Pair("k0 11", ::testing::_))));
}

TEST_F(ByPartitionInASink, AtLeastOnceRowsCountAtOnceAndStateGoesOn) {
  delivery_ = "at_least_once";
  {
    const auto a = process("a", kNever);
    assign_all("a/0");
    put(0, 200);
    a->start();
    ASSERT_TRUE(wrote_up_to(10));
    EXPECT_THAT(vault().rows(), SizeIs(200));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  const auto b = process("b", "5ms");
  moving_topic().begin_anew(kPartitions);
  put(0, 400);
  assign_all("b/0");
  b->start();
  ASSERT_TRUE(wrote_up_to(20)) << why(*b);
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(rows(), AllOf(SizeIs(kKeys * 20), Each(Pair(::testing::_, 1))));
}

TEST_F(ByPartitionInASink, StateThatIsDroppedIsDroppedInTheSinksPlaceToo) {
  {
    const auto a = process("a", "5ms");
    assign_all("a/0");
    put(0, 200);
    a->start();
    ASSERT_TRUE(wrote_up_to(10));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  const auto b = process("b", "5ms", 1, [](PipelineGraph& graph) { graph.dropped_states = {"count"}; });
  moving_topic().begin_anew(kPartitions);
  put(0, 200);
  assign_all("b/0");
  b->start();
  ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*b);
  moving_topic().put("k0");
  EXPECT_TRUE(board().wait_for("wrote k0 1")) << why(*b);
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
}

}  // namespace
}  // namespace weir::test
