// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "support/temp_dir.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class UnitFolderTest : public ::testing::Test {
 protected:
  UnitFolderTest() { EXPECT_EQ(folder_.open(), ""); }

  const weir_origin* origin(int partition) { return origins_.get("in", "t", partition); }
  UnitFolder::Claim claim(int partition) {
    auto claimed = folder_.claim(*origin(partition), 0, origins_);
    if (const auto* problem = std::get_if<std::string>(&claimed)) {
      ADD_FAILURE() << *problem;
      return {};
    }
    return std::get<0>(std::move(claimed));
  }
  UnitFolder::Unit unit(int partition, std::uint64_t term, std::uint64_t number, std::int64_t next) {
    UnitFolder::Unit unit{origin(partition), term, {}};
    unit.checkpoint.group = partition;
    unit.checkpoint.groups = 4;
    unit.checkpoint.number = number;
    unit.checkpoint.positions.push_back({origin(partition), next});
    return unit;
  }
  /// Whether it was kept.
  bool save(UnitFolder::Unit unit) {
    std::vector<UnitFolder::Unit> units;
    units.push_back(std::move(unit));
    EXPECT_EQ(folder_.save(units), "");
    return !units.front().taken;
  }
  /// Of the last checkpoint; -1 where there is none.
  std::int64_t next(int partition) {
    const auto last = claim(partition).last;
    return last ? last->positions.at(0).next : -1;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_ / "store"))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  support::TempDir dir_{"weir-units"};
  UnitFolder folder_{(dir_ / "store").string(), "p"};
  Origins origins_;
};

TEST_F(UnitFolderTest, TheLastOfEachUnitIsKeptByItself) {
  const auto zero = claim(0).term, one = claim(1).term;
  EXPECT_TRUE(save(unit(0, zero, 1, 10)));
  EXPECT_TRUE(save(unit(1, one, 1, 20)));
  EXPECT_TRUE(save(unit(1, one, 2, 21)));
  EXPECT_EQ(next(0), 10);
  EXPECT_EQ(next(1), 21);
  EXPECT_EQ(next(2), -1) << "it was never saved";
  EXPECT_THAT(std::get<0>(folder_.load_all(origins_)).checkpoints, SizeIs(2));
}

TEST_F(UnitFolderTest, AFileIsNamedForThePartitionTheOwnersTermAndTheNumber) {
  const weir_origin* const odd = origins_.get("in", "a/b.owner-1", 3);
  const auto claimed = folder_.claim(*odd, 0, origins_);
  UnitFolder::Unit unit{odd, std::get<0>(claimed).term, {}};
  unit.checkpoint.number = 7;
  unit.checkpoint.positions.push_back({odd, 5});
  EXPECT_TRUE(save(std::move(unit)));
  EXPECT_THAT(files(), ElementsAre("p.partition-a%2Fb.owner-1-3.checkpoint-1-7",
                                   "p.partition-a%2Fb.owner-1-3.owner-1"));
  EXPECT_EQ(std::get<0>(folder_.claim(*odd, 0, origins_)).last->positions.at(0).next, 5);
}

TEST_F(UnitFolderTest, WhoeverWasThoughtDeadCanNeitherOverwriteNorOutdoItsNextOwner) {
  const auto before = claim(0).term;
  ASSERT_TRUE(save(unit(0, before, 1, 10)));
  const auto after = claim(0);
  ASSERT_GT(after.term, before);
  EXPECT_FALSE(save(unit(0, before, 2, 11))) << "nothing was saved by the next owner yet";
  EXPECT_EQ(after.last->positions.at(0).next, 10);
  EXPECT_TRUE(save(unit(0, after.term, 2, 20)));
  EXPECT_FALSE(save(unit(0, before, 1000, 12)));
  EXPECT_EQ(next(0), 20);
}

TEST_F(UnitFolderTest, AnOwnerThatSeesAnOldListOfFilesStillCountsLess) {
  const auto before = claim(0).term, after = claim(0).term;
  ASSERT_TRUE(save(unit(0, after, 1, 20)));
  // As if it had looked before the claim was there.
  fs::copy_file(dir_ / "store" / ("p.partition-t-0.checkpoint-" + std::to_string(after) + "-1"),
                dir_ / "store" / ("p.partition-t-0.checkpoint-" + std::to_string(before) + "-900"));
  EXPECT_EQ(next(0), 20);
}

TEST_F(UnitFolderTest, NoTwoGetTheSameTerm) {
  std::vector<std::uint64_t> terms(40);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Origins origins;
      for (std::size_t i = 0; i < 10; ++i) {
        const auto claimed = folder_.claim(*origins.get("in", "t", 0), 0, origins);
        if (const auto* one = std::get_if<0>(&claimed)) terms[10 * t + i] = one->term;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::uint64_t>(terms.begin(), terms.end()), SizeIs(40));
  EXPECT_FALSE(std::count(terms.begin(), terms.end(), 0));
}

TEST_F(UnitFolderTest, WhoeverLooksClaimsNothing) {
  const auto term = claim(0).term;
  ASSERT_TRUE(save(unit(0, term, 1, 10)));
  const auto looked = folder_.look_at(*origin(0), origins_);
  EXPECT_EQ(std::get<0>(looked).term, 0u);
  EXPECT_EQ(std::get<0>(looked).last->positions.at(0).next, 10);
  EXPECT_TRUE(save(unit(0, term, 2, 11))) << "it is still that one's";
}

TEST_F(UnitFolderTest, TheLastThreeStayAndNothingOfOwnersBefore) {
  const auto before = claim(0).term;
  for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(save(unit(0, before, n, 10)));
  EXPECT_THAT(files(), ElementsAre("p.partition-t-0.checkpoint-1-3", "p.partition-t-0.checkpoint-1-4",
                                   "p.partition-t-0.checkpoint-1-5", "p.partition-t-0.owner-1"));
  std::ofstream(dir_ / "store" / "p.partition-t-0.checkpoint-1-6.new") << "half";
  const auto after = claim(0).term;
  for (std::uint64_t n = 6; n <= 8; ++n) ASSERT_TRUE(save(unit(0, after, n, 20)));
  EXPECT_THAT(files(), ElementsAre("p.partition-t-0.checkpoint-2-6", "p.partition-t-0.checkpoint-2-7",
                                   "p.partition-t-0.checkpoint-2-8", "p.partition-t-0.owner-2"));
}

TEST_F(UnitFolderTest, OfADamagedOneTheOneBeforeIsUsed) {
  const auto term = claim(3).term;
  ASSERT_TRUE(save(unit(3, term, 1, 10)));
  ASSERT_TRUE(save(unit(3, term, 2, 20)));
  fs::resize_file(dir_ / "store" / "p.partition-t-3.checkpoint-1-2", 40);
  const auto last = claim(3);
  EXPECT_THAT(last.damaged,
              AllOf(HasSubstr("p.partition-t-3.checkpoint-1-2"), HasSubstr("the one before is used")));
  ASSERT_TRUE(last.last);
  EXPECT_EQ(last.last->positions.at(0).next, 10);
}

TEST_F(UnitFolderTest, WithNoneThatIsWholeItIsRefused) {
  std::ofstream(dir_ / "store" / "p.partition-t-1.checkpoint-2-5") << "nothing";
  const auto claimed = folder_.claim(*origin(1), 0, origins_);
  EXPECT_THAT(std::get<1>(claimed), AllOf(HasSubstr("it is damaged"), HasSubstr("there is no older one")));
}

TEST_F(UnitFolderTest, WhatWasBegunAndNeverEndedIsNoCheckpoint) {
  ASSERT_TRUE(save(unit(0, claim(0).term, 4, 10)));
  std::ofstream(dir_ / "store" / "p.partition-t-0.checkpoint-9-9.new") << "half";
  EXPECT_EQ(next(0), 10);
  EXPECT_TRUE(folder_.has_units());
}

TEST_F(UnitFolderTest, WhatCouldNotBeWrittenLeavesNothing) {
  std::vector<UnitFolder::Unit> units;
  units.push_back(unit(0, 1, 1, 10));
  units.push_back(unit(1, 1, 1, 10));
  fs::create_directory(dir_ / "store" / "p.partition-t-1.checkpoint-1-1.new");  // in the way
  EXPECT_NE(folder_.save(units), "");
  EXPECT_FALSE(fs::exists(dir_ / "store" / "p.partition-t-0.checkpoint-1-1.new"));
  EXPECT_FALSE(folder_.has_units());
}

TEST_F(UnitFolderTest, AClaimAloneIsNoUnit) {
  claim(0);
  EXPECT_FALSE(folder_.has_units());
  EXPECT_THAT(std::get<0>(folder_.load_all(origins_)).checkpoints, IsEmpty());
}

TEST_F(UnitFolderTest, CheckpointsOfAnotherKindAreNamed) {
  std::ofstream(dir_ / "store" / "p.task-0.checkpoint-5") << "whatever";
  EXPECT_THAT(folder_.open(), HasSubstr("p.task-0.checkpoint-5"));
}

}  // namespace
}  // namespace weir
