// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of other versions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "base/checksum.h"
#include "checkpoint/checkpoint_folder.h"
#include "checkpoint/unit_folder.h"
#include "state/snapshot.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kMagic = "weir checkpoint\n";

std::string with_sum(std::string content) {
  Checksum sum;
  sum.add(content);
  SnapshotWriter end;
  end.number(sum.value());
  return content + end.take();
}

/// A checkpoint's bytes, as a version that counts to `format` would write them.
std::string of_format(const std::string& bytes, std::uint64_t format) {
  SnapshotWriter number;
  number.number(format);
  std::string content = bytes.substr(0, bytes.size() - sizeof format);
  content.replace(kMagic.size(), sizeof format, number.take());
  return with_sum(std::move(content));
}

class FormatsTest : public ::testing::Test {
 protected:
  Checkpoint checkpoint(std::uint64_t number) {
    Checkpoint checkpoint;
    checkpoint.number = number;
    checkpoint.positions = {{origins_.get("in", "t", 0), static_cast<std::int64_t>(10 * number)}};
    return checkpoint;
  }

  support::TempDir dir_{"weir-formats"};
  const std::string folder_ = (dir_ / "store").string();
  Origins origins_;
};

/// Else a version before would go on from an older one, and remove the newer.
TEST_F(FormatsTest, ANewerOneRefusesTheStartAndStays) {
  CheckpointFolder store(folder_, "p");
  for (std::uint64_t n : {1, 2}) EXPECT_EQ(store.save(checkpoint(n), encode(checkpoint(n))), "");
  const std::string newer = of_format(encode(checkpoint(2)), 99);
  dir_.write("store/p.task-0.checkpoint-2", newer);
  const auto loaded = store.load(origins_);
  ASSERT_TRUE(std::holds_alternative<std::string>(loaded));
  EXPECT_THAT(std::get<1>(loaded), AllOf(HasSubstr("p.task-0.checkpoint-2 has the format 99 of a newer"),
                                         HasSubstr("reads up to 4")));
  EXPECT_EQ(dir_.read("store/p.task-0.checkpoint-2"), newer);
}

TEST_F(FormatsTest, ANewerOneOfAPartitionRefusesToTakeItOver) {
  UnitFolder store(folder_, "p");
  ASSERT_EQ(store.open(), "");
  std::vector<UnitFolder::Unit> units{{origins_.get("in", "t", 0), 1, checkpoint(1)}};
  ASSERT_EQ(store.save(units), "");
  dir_.write("store/p.partition-t-0.checkpoint-1-2", of_format(encode(checkpoint(2)), 99));
  const auto looked = store.look_at(*origins_.get("in", "t", 0), origins_);
  ASSERT_TRUE(std::holds_alternative<std::string>(looked));
  EXPECT_THAT(std::get<1>(looked), HasSubstr("checkpoint-1-2 has the format 99 of a newer"));
}

/// Its states were all whole, and said nothing about it.
TEST_F(FormatsTest, TheOneBeforeIsRead) {
  SnapshotWriter to;
  to.raw(kMagic);
  for (const std::uint64_t n : {3, 7, 0, 1, 1}) to.number(n);  // format, number, group, groups, positions
  to.text("in");
  to.text("t");
  to.time(0);
  to.time(70);
  for (const std::uint64_t n : {1, 1}) to.number(n);  // a task with a stage
  to.text("count");
  to.text("{}");
  to.text("seven");
  to.number(1);
  to.text("out");
  to.text("tx");
  const auto read = decode(with_sum(to.take()), origins_);
  ASSERT_TRUE(std::holds_alternative<Checkpoint>(read)) << std::get<1>(read);
  const auto& old = std::get<0>(read);
  EXPECT_EQ(old.number, 7u);
  EXPECT_EQ(old.base, 0u);
  EXPECT_EQ(old.positions.at(0).next, 70);
  const auto& state = old.states.at(0).at(0);
  EXPECT_EQ(state.stage, "count");
  EXPECT_EQ(state.snapshot, "seven");
  EXPECT_TRUE(state.is_whole);
  EXPECT_EQ(old.prepared.at(0).transaction, "tx");
}

}  // namespace
}  // namespace weir
