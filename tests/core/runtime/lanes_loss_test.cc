// SPDX-License-Identifier: Apache-2.0
//
// State by partition: what was read and has not reached its place is read again, whatever moves meanwhile.
#include <chrono>
#include <thread>

#include "by_partition.h"
#include "checkpoint/unit_folder.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

/// Longer than the job waits for a partition that is given up.
constexpr std::chrono::seconds kLongerThanAGiveUp{11};

/// Sink `lazy`: what it gets ("took VALUE") is safe once it was flushed ("safe VALUE"). Where the gate
/// "flush" is closed that takes long.
class Lazy final : public Sink {
 public:
  static void describe(Descriptor& d) { d.name("lazy").summary("Keeps what it gets until it is flushed."); }
  explicit Lazy(const Options&) {}
  void write(Records records, Context&) override {
    for (const auto& r : records) {
      taken_.emplace_back(r.bytes());
      board().note("took " + taken_.back());
    }
  }
  void flush(Context&) override {
    if (board().is_closed("flush")) std::this_thread::sleep_for(kLongerThanAGiveUp);
    for (const auto& value : taken_) board().note("safe " + value);
    taken_.clear();
  }

 private:
  std::vector<std::string> taken_;
};

/// Window `hoard`: lists that are in no state, and that nothing brings to an end.
class Hoard final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("hoard").summary("Keeps all.").port("out", Item::kGroups, "Nothing.");
  }
  explicit Hoard(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i)
      static_cast<void>(out.list_append(batch.key(i), 0, batch.items().subspan(i, 1)));
  }
};

TEST_F(ByPartition, WhatIsReadBehindTheFlushOfALateGiveUpIsNotTakenForDelivered) {
  plugins_.push_back(detail::Trampoline<Lazy>::plugin());
  stages_ = R"(processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: lazy, from: count}}
)";
  const std::string goes = "k0", stays = key_elsewhere(goes);
  {
    const auto a = member("a", 1, "1h");
    moving_topic().assign(partition_of(goes), "a/0");
    moving_topic().assign(partition_of(stays), "a/0");
    moving_topic().put(goes);
    a->start();
    ASSERT_TRUE(board().wait_for("took " + goes + " 1"));
    ASSERT_TRUE(moving_topic().wait_until_settled());
    board().close("flush");
    moving_topic().assign(partition_of(goes), "b/0");  // who is not there yet
    ASSERT_TRUE(board().wait_for("gives up " + std::to_string(partition_of(goes))));
    moving_topic().put(stays);  // to be read by the same poll
    ASSERT_TRUE(board().wait_for("took " + stays + " 1"));
    board().open("flush");
    // Read when no meeting is on any more.
    moving_topic().put(stays);
    ASSERT_TRUE(board().wait_for("took " + stays + " 2"));
    EXPECT_THAT(board().events("safe " + stays), SizeIs(0)) << "there was no checkpoint of all";
    a->job().abort();
    static_cast<void>(stopped(*a));
  }
  moving_topic().begin_anew(kPartitions);
  moving_topic().put(goes);
  for (int i = 0; i < 2; ++i) moving_topic().put(stays);
  const auto b = member("b");
  assign_all("b/0");
  b->start();
  EXPECT_TRUE(board().wait_for("safe " + stays + " 1"));
  EXPECT_TRUE(board().wait_for("safe " + stays + " 2"));
  b->job().stop();
  EXPECT_EQ(stopped(*b), "");
}

TEST_F(ByPartition, ATaskThatLearnsLateOfALossTakesNothingFromTheTaskThatHasThePartition) {
  const auto a = member("a", 2);
  const std::int32_t partition = partition_of("k0");
  moving_topic().assign(partition, "a/0");
  for (int i = 0; i < 10; ++i) moving_topic().put("k0");
  a->start();
  ASSERT_TRUE(board().wait_for("commit " + std::to_string(partition) + "=10"));
  board().close("a/0");
  board().close("a/1 reads");
  moving_topic().take_from(partition, "a/1");
  ASSERT_TRUE(board().wait_for("a/1 took " + std::to_string(partition)));
  board().open("a/0");
  ASSERT_TRUE(moving_topic().wait_until_settled()) << why(*a);
  for (int i = 0; i < 10; ++i) moving_topic().put("k0");
  board().open("a/1 reads");
  ASSERT_TRUE(board().wait_for("out got k0 20"));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
  EXPECT_THAT(counts(), AllOf(SizeIs(20), Each(Pair(::testing::_, 1))));
}

/// As one that stood still for long does when it goes on, before its source has told it anything.
TEST_F(ByPartition, WhoeverIsBehindTheNextOwnerNeverOutdoesIt) {
  const auto a = member("a", 1, "1ms");
  const std::string theirs = "k0", ours = key_elsewhere(theirs);
  const std::int32_t partition = partition_of(theirs), other = partition_of(ours);
  moving_topic().assign(partition, "a/0");
  moving_topic().assign(other, "a/0");
  moving_topic().put(theirs);
  moving_topic().put(ours);
  a->start();
  ASSERT_TRUE(board().wait_for("commit " + std::to_string(partition) + "=1"));
  ASSERT_TRUE(board().wait_for("commit " + std::to_string(other) + "=1"));
  // The next owner has read on.
  const UnitFolder folder((dir_ / "store").string(), "test");
  Origins origins;
  const weir_origin* const origin = origins.get("in", "t", partition);
  auto claimed = folder.claim(*origin, 0, origins);
  auto& claim = std::get<UnitFolder::Claim>(claimed);
  std::vector<UnitFolder::Unit> units;
  units.push_back({origin, claim.term, *claim.last});
  units.front().checkpoint.number = claim.last->number + 1;
  units.front().checkpoint.positions.front().next = 1000;
  ASSERT_EQ(folder.save(units), "");
  ASSERT_FALSE(units.front().taken);
  // Each time this one would save both.
  for (int i = 2; i < 8; ++i) {
    moving_topic().put(theirs);
    ASSERT_TRUE(board().wait_for("out got " + theirs + " " + std::to_string(i)));
    moving_topic().put(ours);
    ASSERT_TRUE(board().wait_for("commit " + std::to_string(other) + "=" + std::to_string(i)));
  }
  const auto last = folder.look_at(*origin, origins);
  EXPECT_EQ(std::get<UnitFolder::Claim>(last).last->positions.at(0).next, 1000);
  EXPECT_THAT(board().events("commit " + std::to_string(partition)), SizeIs(1));
  a->job().stop();
  EXPECT_EQ(stopped(*a), "");
}

TEST_F(ByPartition, AStageThatKeepsRecordsAndNoStateStopsThePipeline) {
  plugins_.push_back(detail::Trampoline<Hoard>::plugin());
  stages_ = R"(windows: {heap: {plugin: hoard, from: in}}
processes: {text: {plugin: joined, from: heap}}
sinks: {out: {plugin: keep, from: text}}
)";
  const auto a = member("a");
  assign_all("a/0");
  moving_topic().put("k0");
  a->start();
  const auto failure = a->wait();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->stage, "heap");
  EXPECT_THAT(failure->message, AllOf(HasSubstr("without being stateful"), HasSubstr("`by: partition`")));
}

}  // namespace
}  // namespace weir::test
