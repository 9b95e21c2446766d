// SPDX-License-Identifier: Apache-2.0
//
// Several jobs of one consumer group: state goes with the partitions from one to another.
#include "by_partition.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "state/snapshot.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

TEST_F(ByPartition, CountsGoOnInTheProcessThatHasThePartition) {
  const auto a = member("a"), b = member("b");
  assign_all("a/0");
  put(0, 200);
  a->start();
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  moving_topic().assign(1, "b/0");
  moving_topic().assign(3, "b/0");
  put(200, 400);
  ASSERT_TRUE(moving_topic().wait_until_settled());
  ASSERT_TRUE(counted_up_to(20));
  moving_topic().assign(3, "a/0");
  moving_topic().assign(0, "b/0");
  put(400, 600);
  ASSERT_TRUE(moving_topic().wait_until_settled());
  ASSERT_TRUE(counted_up_to(30));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(kKeys * 30), Each(Pair(::testing::_, 1))))
      << "in order, so that nothing came twice";
}

TEST_F(ByPartition, TheNextStartGoesOnWithWhatAnyProcessHasSaved) {
  {
    const auto a = member("a"), b = member("b");
    assign_all("a/0");
    moving_topic().assign(2, "b/0");
    put(0, 200);
    a->start();
    b->start();
    ASSERT_TRUE(counted_up_to(10));
    a->job().stop();
    b->job().stop();
    EXPECT_EQ(stopped(*a), "");
    EXPECT_EQ(stopped(*b), "");
  }
  moving_topic().begin_anew(kPartitions);
  put(0, 400);
  assign_all("c/0");
  const auto c = member("c");
  c->start();
  ASSERT_TRUE(counted_up_to(20));
  c->job().stop();
  EXPECT_EQ(stopped(*c), "");
  EXPECT_FALSE(counts().contains("k1 10")) << "it was read before";
}

TEST_F(ByPartition, WhoDoesNotKnowThatItHasLostAPartitionDoesNoHarm) {
  const auto a = member("a", 2, "1ms"), b = member("b", 1, "1ms");
  assign_all("a/0");
  moving_topic().assign(1, "a/1");
  put(0, 200);
  a->start();
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  for (int round = 0; round < 10; ++round) {
    put(200 + 20 * round, 220 + 20 * round);
    for (std::int32_t p = 0; p < 4; ++p)
      moving_topic().take_from(p, (round + p) % 2 == 0 ? "b/0" : "a/" + std::to_string(p % 2));
    ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*a) << why(*b);
  }
  ASSERT_TRUE(counted_up_to(20));
  // Counts that come again are right: none of them is skipped, and none goes too far.
  EXPECT_THAT(counts(), SizeIs(kKeys * 20));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
}

TEST_F(ByPartition, SeveralTasksOfSeveralProcessesShareTheKeys) {
  const auto a = member("a", 2), b = member("b", 3);
  for (std::int32_t p = 0; p < 4; ++p) moving_topic().assign(p, "a/" + std::to_string(p % 2));
  put(0, 200);
  a->start();
  b->start();
  ASSERT_TRUE(counted_up_to(10));
  for (int round = 0; round < 6; ++round) {
    put(200 + 20 * round, 220 + 20 * round);
    for (std::int32_t p = 0; p < 4; ++p) {
      moving_topic().assign(p, (p + round) % 2 == 0 ? "b/" + std::to_string((p + round) % 3)
                                                    : "a/" + std::to_string((p + round) / 2 % 2));
    }
    ASSERT_TRUE(moving_topic().wait_until_settled());
  }
  ASSERT_TRUE(counted_up_to(16));
  EXPECT_THAT(counts(), SizeIs(kKeys * 16));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
}

/// Each partition has an event time of its own.
TEST_F(ByPartition, APartitionThatIsBehindIsNotLateAndMakesNothingElseEarlier) {
  source_ = ", event_time: t";
  const auto a = member("a"), b = member("b");
  // Of keys in different partitions.
  const std::string ahead = "k0";
  const std::string behind = key_elsewhere(ahead);
  moving_topic().assign(partition_of(ahead), "a/0");
  moving_topic().assign(partition_of(behind), "b/0");
  moving_topic().put(ahead, R"(,"t":1000)");
  moving_topic().put(ahead, R"(,"t":1001,"show":1)");
  moving_topic().put(behind, R"(,"t":100,"timer":300)");
  moving_topic().put(behind, R"(,"t":101,"show":1)");
  a->start();
  b->start();
  ASSERT_TRUE(board().wait_for("out got " + ahead + " 2 at 999"));
  ASSERT_TRUE(board().wait_for("out got " + behind + " 2 at 99"));
  moving_topic().assign(partition_of(behind), "a/0");
  ASSERT_TRUE(moving_topic().wait_until_settled());
  moving_topic().put(ahead, R"(,"t":1002,"show":1)");
  ASSERT_TRUE(board().wait_for("out got " + ahead + " 3 at 1000"));
  moving_topic().put(behind, R"(,"t":102,"show":1)");
  ASSERT_TRUE(board().wait_for("out got " + behind + " 3 at 100"));
  moving_topic().put(behind, R"(,"t":400)");
  ASSERT_TRUE(board().wait_for("out got " + behind + " timer 300 4 at 399"));
  moving_topic().put(ahead, R"(,"t":1003,"show":1)");
  ASSERT_TRUE(board().wait_for("out got " + ahead + " 4 at 1001"));
  a->job().stop();
  b->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_EQ(stopped(*b), "");
}

TEST_F(ByPartition, ARecordInAnotherPartitionThanItsKeysStopsThePipeline) {
  const auto a = member("a");
  assign_all("a/0");
  const std::int32_t right = partition_of("k0");
  moving_topic().put_into((right + 1) % 4, R"({"k":"k0"})");
  a->start();
  EXPECT_THAT(stopped(*a), AllOf(HasSubstr("the key 'k0' belongs to partition " + std::to_string(right) +
                                           " of 4 by murmur2, and the record came from partition " +
                                           std::to_string((right + 1) % 4)),
                                 HasSubstr("`partitioner`")));
}

TEST_F(ByPartition, ATopicThatHasGrownIsRefused) {
  {
    const auto a = member("a");
    assign_all("a/0");
    put(0, 20);
    a->start();
    ASSERT_TRUE(counted_up_to(1));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  moving_topic().begin_anew(8);
  moving_topic().assign(1, "a/0");
  const auto a = member("a");
  a->start();
  EXPECT_THAT(stopped(*a), HasSubstr("is one of 4 partitions, and the source has 8"));
}

TEST_F(ByPartition, StateOfAStageThatIsGoneFromTheFileIsRefused) {
  {
    const auto a = member("a");
    assign_all("a/0");
    put(0, 20);
    a->start();
    ASSERT_TRUE(counted_up_to(1));
    a->job().stop();
    EXPECT_EQ(stopped(*a), "");
  }
  moving_topic().begin_anew(kPartitions);
  assign_all("a/0");
  stages_ =
      "processes: {other: {plugin: visits, from: in, key: k}}\nsinks: {out: {plugin: keep, from: other}}\n";
  const auto a = member("a");
  a->start();
  EXPECT_THAT(stopped(*a),
              AllOf(HasSubstr("stage 'count' is gone from the file"), HasSubstr("--drop-state count")));
}

TEST_F(ByPartition, ADamagedUnitStopsOnlyWhoeverTakesThePartitionOver) {
  std::filesystem::create_directories(dir_ / "store");
  std::ofstream(dir_ / "store" / "test.partition-t-1.checkpoint-1-5") << "nothing";
  // A process has crashed on a record of that partition.
  SnapshotWriter note;
  for (const char* text : {"count", "in", "t"}) note.text(text);
  for (const std::int64_t number : {1, 7}) note.time(number);
  for (const std::uint64_t number : {1, 11}) note.number(number);
  std::ofstream(dir_ / "store" / "test.crashes", std::ios::binary) << note.bytes();
  std::string key = "k0";
  if (partition_of(key) == 1) key = key_elsewhere(key);
  const auto a = member("a");
  moving_topic().assign(partition_of(key), "a/0");
  moving_topic().put(key);
  a->start();
  ASSERT_TRUE(board().wait_for("out got " + key + " 1"));
  moving_topic().assign(1, "a/0");
  EXPECT_THAT(stopped(*a), AllOf(HasSubstr("test.partition-t-1.checkpoint-1-5"), HasSubstr("it is damaged")));
}

TEST_F(ByPartition, CheckpointsOfThePipelineAsAWholeAreNotPassedOver) {
  std::filesystem::create_directories(dir_ / "store");
  std::ofstream(dir_ / "store" / "test.task-0.checkpoint-7") << "whatever";
  const auto a = member("a");
  try {
    a->start();
    FAIL() << "it started";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(),
                AllOf(HasSubstr("test.task-0.checkpoint-7"), HasSubstr("of this pipeline as a whole")));
  }
}

}  // namespace
}  // namespace weir::test
