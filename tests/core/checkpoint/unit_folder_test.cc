// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "support/temp_dir.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class UnitFolderTest : public ::testing::Test {
 protected:
  Checkpoint unit(int number_of_unit, std::uint64_t number, std::int64_t next) {
    Checkpoint checkpoint;
    checkpoint.group = number_of_unit;
    checkpoint.groups = 4;
    checkpoint.number = number;
    checkpoint.positions.push_back({origins_.get("in", "t", number_of_unit), next});
    return checkpoint;
  }
  UnitFolder::Last load(const UnitFolder& folder, int number_of_unit) {
    auto loaded = folder.load(number_of_unit, origins_);
    if (const auto* problem = std::get_if<std::string>(&loaded)) {
      ADD_FAILURE() << *problem;
      return {};
    }
    return std::get<0>(std::move(loaded));
  }
  std::int64_t next(const UnitFolder& folder, int number_of_unit) {
    const auto last = load(folder, number_of_unit);
    return last.checkpoint ? last.checkpoint->positions.at(0).next : -1;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir_ / "store"), fs::directory_iterator()));
  }

  support::TempDir dir_{"weir-units"};
  const std::string folder_ = (dir_ / "store").string();
  Origins origins_;
};

TEST_F(UnitFolderTest, TheLastOfEachUnitIsKeptByItself) {
  const UnitFolder folder(folder_, "p");
  ASSERT_EQ(folder.open(), "");
  ASSERT_EQ(folder.save({unit(0, 1, 10), unit(1, 1, 20)}), "");
  ASSERT_EQ(folder.save({unit(1, 2, 21)}), "");
  EXPECT_EQ(next(folder, 0), 10);
  EXPECT_EQ(next(folder, 1), 21);
  EXPECT_EQ(next(folder, 2), -1) << "it was never saved";
  const auto all = folder.load_all(origins_);
  EXPECT_THAT(std::get<0>(all).checkpoints, SizeIs(2));
}

TEST_F(UnitFolderTest, AnotherProcessGoesOnWithItAndKnowsThatItIsNotItsOwn) {
  const UnitFolder one(folder_, "p"), other(folder_, "p");
  ASSERT_EQ(one.open(), "");
  ASSERT_EQ(one.save({unit(0, 1, 10)}), "");
  EXPECT_TRUE(load(one, 0).own);
  EXPECT_FALSE(load(other, 0).own);
  EXPECT_EQ(next(other, 0), 10);
}

TEST_F(UnitFolderTest, ASaveThatComesTooLateIsPassedOver) {
  const UnitFolder one(folder_, "p"), other(folder_, "p");
  ASSERT_EQ(one.open(), "");
  ASSERT_EQ(one.save({unit(0, 1, 10)}), "");
  ASSERT_EQ(other.save({unit(0, 1001, 20)}), "");
  ASSERT_EQ(one.save({unit(0, 2, 11)}), "");
  EXPECT_EQ(next(one, 0), 20);
  for (std::uint64_t number = 1002; number < 1006; ++number)
    ASSERT_EQ(other.save({unit(0, number, static_cast<std::int64_t>(number))}), "");
  EXPECT_EQ(files(), 3u) << "the last three, and none of the late one's";
  EXPECT_EQ(next(other, 0), 1005);
}

TEST_F(UnitFolderTest, OfADamagedOneTheOneBeforeIsUsed) {
  const UnitFolder folder(folder_, "p");
  ASSERT_EQ(folder.open(), "");
  ASSERT_EQ(folder.save({unit(3, 1, 10)}), "");
  ASSERT_EQ(folder.save({unit(3, 2, 20)}), "");
  for (const auto& entry : fs::directory_iterator(dir_ / "store")) {
    if (entry.path().string().find("checkpoint-2-") != std::string::npos) fs::resize_file(entry.path(), 40);
  }
  const auto last = load(folder, 3);
  EXPECT_THAT(last.damaged,
              AllOf(HasSubstr("p.partition-3.checkpoint-2-"), HasSubstr("the one before is used")));
  EXPECT_EQ(next(folder, 3), 10);
}

TEST_F(UnitFolderTest, WithNoneThatIsWholeItIsRefused) {
  const UnitFolder folder(folder_, "p");
  ASSERT_EQ(folder.open(), "");
  std::ofstream(dir_ / "store" / "p.partition-1.checkpoint-5-0123456789abcdef") << "nothing";
  const auto loaded = folder.load(1, origins_);
  EXPECT_THAT(std::get<1>(loaded), AllOf(HasSubstr("it is damaged"), HasSubstr("there is no older one")));
}

TEST_F(UnitFolderTest, WhatWasBegunAndNeverEndedIsNoCheckpoint) {
  const UnitFolder folder(folder_, "p");
  ASSERT_EQ(folder.open(), "");
  ASSERT_EQ(folder.save({unit(0, 4, 10)}), "");
  std::ofstream(dir_ / "store" / "p.partition-0.checkpoint-9-0123456789abcdef.new") << "half";
  EXPECT_EQ(next(folder, 0), 10);
}

TEST_F(UnitFolderTest, CheckpointsOfAnotherKindAreNamed) {
  const UnitFolder folder(folder_, "p");
  fs::create_directories(folder_);
  std::ofstream(dir_ / "store" / "p.task-0.checkpoint-5") << "whatever";
  EXPECT_THAT(folder.open(), HasSubstr("p.task-0.checkpoint-5"));
}

}  // namespace
}  // namespace weir
