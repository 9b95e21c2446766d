// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weir/record.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "state/snapshot.h"
#include "state/store/stored_part.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class CheckpointFolderTest : public ::testing::Test {
 protected:
  /// "source/name/partition" to the furthest position; or the problem under "problem".
  std::map<std::string, std::int64_t> load(const CheckpointFolder& store) {
    Origins origins;
    const auto loaded = store.load(origins);
    std::map<std::string, std::int64_t> all;
    if (const auto* problem = std::get_if<std::string>(&loaded)) return {{*problem, 0}};
    for (const auto& checkpoint : std::get<0>(loaded).checkpoints) {
      for (const auto& p : checkpoint.positions) {
        auto& next = all[std::string(view(p.origin->source)) + "/" + std::string(view(p.origin->name)) + "/" +
                         std::to_string(p.origin->partition)];
        next = std::max(next, p.next);
      }
    }
    return all;
  }
  std::vector<std::string> damaged() {
    Origins origins;
    auto loaded = store_.load(origins);
    return std::get<0>(loaded).damaged;
  }
  /// As the next checkpoint of the group.
  std::string save(CheckpointFolder& store, int group, std::vector<weir_position> positions,
                   const std::vector<std::string>& snapshots = {}) {
    Checkpoint checkpoint;
    checkpoint.number = ++number_;
    checkpoint.group = group;
    checkpoint.positions = std::move(positions);
    for (const auto& snapshot : snapshots) checkpoint.states.push_back({{"count", "{}", snapshot}});
    checkpoint.has_files = holds_stored_parts(checkpoint);
    return store.save(checkpoint, encode(checkpoint));
  }
  std::string problem(const CheckpointFolder& store) {
    const auto loaded = load(store);
    return loaded.size() == 1 ? loaded.begin()->first : "no problem";
  }
  weir_position at(const char* name, std::int64_t next, std::int32_t partition = -1) {
    return {origins_.get("in", name, partition), next};
  }

  support::TempDir dir_{"weir-store"};
  std::string folder_ = (dir_ / "deep/store").string();
  CheckpointFolder store_{folder_, "orders"};
  Origins origins_;
  std::uint64_t number_ = 0;
};

TEST_F(CheckpointFolderTest, WhatStagesHoldIsSavedWithThePositions) {
  const auto last = [&] {
    Origins origins;
    auto loaded = store_.load(origins);
    return std::get<0>(loaded).checkpoints.at(0);
  };
  const auto snapshots = [&] {
    std::vector<std::string> all;
    for (const auto& task : last().states) all.push_back(task.at(0).snapshot);
    return all;
  };
  EXPECT_EQ(save(store_, 0, {at("a", 7)}, {std::string("\0one", 4)}), "");
  EXPECT_THAT(snapshots(), ElementsAre(std::string("\0one", 4)));
  EXPECT_EQ(save(store_, 0, {at("a", 8)}, {"of the first task", "", "of the third"}), "");
  EXPECT_THAT(snapshots(), ElementsAre("of the first task", "", "of the third"));
  Checkpoint prepared;
  prepared.number = 9;
  prepared.prepared = {{"sink", "tx\n1"}};
  EXPECT_EQ(store_.save(prepared, encode(prepared)), "");
  EXPECT_EQ(last().number, 9u);
  ASSERT_EQ(last().prepared.size(), 1u);
  EXPECT_EQ(last().prepared[0].stage + "/" + last().prepared[0].transaction, "sink/tx\n1");
}

TEST_F(CheckpointFolderTest, TheLastThreeAreKept) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(save(store_, 0, {at("a", i)}), "");
  EXPECT_EQ(save(store_, 12, {at("b", 1)}), "");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, UnorderedElementsAre("orders.task-0.checkpoint-3", "orders.task-0.checkpoint-4",
                                          "orders.task-0.checkpoint-5", "orders.task-12.checkpoint-6"));
}

/// A checkpoint whose stage keeps its state in a file of that content.
class CheckpointWithFiles : public CheckpointFolderTest {
 protected:
  std::string save_with_file(const std::string& content) {
    const std::string folder = state_folder("orders", 0, number_ + 1) + "/0.count";
    dir_.write(folder_ + "/" + folder + "/7.sst", content);
    SnapshotWriter snapshot;
    StoredPart{folder, make_durable(folder_ + "/" + folder, {})}.save(snapshot);
    snapshot.number(1);
    return save(store_, 0, {at("a", static_cast<std::int64_t>(number_))}, {snapshot.take()});
  }
  std::string file_of(int checkpoint) {
    return folder_ + "/orders.task-0.checkpoint-" + std::to_string(checkpoint) + ".state/0.count/7.sst";
  }
};

TEST_F(CheckpointWithFiles, FilesGoWithTheirCheckpoint) {
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(save_with_file("state " + std::to_string(i)), "");
  EXPECT_FALSE(fs::exists(file_of(2)));
  EXPECT_FALSE(fs::exists(fs::path(file_of(2)).parent_path().parent_path()));
  EXPECT_TRUE(fs::exists(file_of(3)));
  EXPECT_TRUE(fs::exists(file_of(5)));
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(CheckpointWithFiles, FilesOfACheckpointThatNeverCameToBeAreRemoved) {
  number_ = 7;
  dir_.write(file_of(7), "left by a run that was killed");
  dir_.write(file_of(9), "of the next one, in the making");
  dir_.write(folder_ + "/orders.task-1.checkpoint-7.state/0.count/7.sst", "of another group");
  save_with_file("state 8");
  EXPECT_FALSE(fs::exists(file_of(7)));
  EXPECT_TRUE(fs::exists(file_of(8)));
  EXPECT_TRUE(fs::exists(file_of(9)));
  EXPECT_TRUE(fs::exists(folder_ + "/orders.task-1.checkpoint-7.state"));
}

TEST_F(CheckpointWithFiles, OneWhoseFilesAreDamagedOrMissingIsNamedAndTheOneBeforeIsUsed) {
  for (int i = 1; i <= 3; ++i) save_with_file("state " + std::to_string(i));
  dir_.write(file_of(3), "state 4");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 1)));
  EXPECT_THAT(damaged(),
              ElementsAre(AllOf(HasSubstr(file_of(3) + " is damaged"), HasSubstr("the one before is used"))));
  fs::remove(file_of(2));
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 0)));
  EXPECT_THAT(damaged(), ElementsAre(HasSubstr(file_of(2) + " is missing")));
}

TEST_F(CheckpointWithFiles, OneWhoseFilesCannotBeReadIsNotCalledDamagedAndStays) {
  for (int i = 1; i <= 3; ++i) save_with_file("state " + std::to_string(i));
  const fs::path locked = fs::path(file_of(3)).parent_path().parent_path();
  fs::permissions(dir_.path(), fs::perms::all);
  fs::permissions(locked, fs::perms::none);
  const auto user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0) << "root may read everything, so somebody else has to try";
  }
  const auto refused = problem(store_);
  ASSERT_EQ(::seteuid(user), 0);
  fs::permissions(locked, fs::perms::owner_all);
  EXPECT_EQ(refused, "cannot read what the checkpoint file " + folder_ +
                         "/orders.task-0.checkpoint-3 holds: " + "cannot open " + file_of(3) +
                         ": Permission denied");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 2)));
  save_with_file("state 4");
  EXPECT_TRUE(fs::exists(file_of(3)));
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(CheckpointWithFiles, ThatWereLeftBehindGoWithTheNextClaim) {
  save_with_file("state 1");
  const std::string other = folder_ + "/orders.task-5.task-0.checkpoint-2.state";
  dir_.write(file_of(2), "left by a run that was killed before its checkpoint stood");
  dir_.write(folder_ + "/orders.task-3.checkpoint-9.state/0.count/7.sst", "of another group");
  dir_.write(other + "/0.count/7.sst", "of another pipeline");
  ASSERT_EQ(store_.claim(), "");
  EXPECT_TRUE(fs::exists(file_of(1)));
  EXPECT_FALSE(fs::exists(file_of(2)));
  EXPECT_FALSE(fs::exists(folder_ + "/orders.task-3.checkpoint-9.state"));
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(CheckpointWithFiles, GoOnceTheStateStandsInMemoryAgain) {
  save_with_file("state 1");
  CheckpointFolder next(folder_, "orders");
  ASSERT_EQ(next.claim(), "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(save(next, 0, {at("a", i)}, {"in memory"}), "");
  EXPECT_FALSE(fs::exists(file_of(1)));
}

/// Each byte is flipped, and the file is cut off at each length.
TEST_F(CheckpointFolderTest, ADamagedCheckpointIsNamedAndTheOneBeforeIsUsed) {
  EXPECT_EQ(save(store_, 0, {at("a", 7)}, {"held at 7"}), "");
  EXPECT_EQ(save(store_, 0, {at("a", 8)}, {"held at 8"}), "");
  const std::string good = dir_.read("deep/store/orders.task-0.checkpoint-2");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    for (const auto& bad : {flipped, good.substr(0, i)}) {
      dir_.write("deep/store/orders.task-0.checkpoint-2", bad);
      ASSERT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 7))) << i;
      ASSERT_THAT(damaged(), ElementsAre(AllOf(HasSubstr("orders.task-0.checkpoint-2: it is damaged"),
                                               EndsWith(folder_ + "/orders.task-0.checkpoint-1"))))
          << i;
    }
  }
  dir_.write("deep/store/orders.task-0.checkpoint-1", "");
  EXPECT_THAT(problem(store_), AllOf(HasSubstr("orders.task-0.checkpoint-2: it is damaged"),
                                     HasSubstr("orders.task-0.checkpoint-1: it is damaged"),
                                     HasSubstr("there is no older one")));
}

/// Checkpoints of what has changed, each on the one before, where it is not said to be whole.
class ChainTest : public CheckpointFolderTest {
 protected:
  void go_on(bool whole) {
    Checkpoint checkpoint;
    checkpoint.number = ++number_;
    checkpoint.positions = {at("a", static_cast<std::int64_t>(number_))};
    checkpoint.states = {{{"count", "{}", "held at " + std::to_string(number_), whole}}};
    if (!whole) {
      checkpoint.base = number_ - 1;
      checkpoint.base_sum = sum_;
    }
    const std::string bytes = encode(checkpoint);
    sum_ = sum_in(bytes);
    EXPECT_EQ(store_.save(checkpoint, bytes), "");
  }
  std::vector<std::string> layers() {
    const auto loaded = store_.load(origins_);
    if (const auto* problem = std::get_if<std::string>(&loaded)) return {*problem};
    const auto& state = std::get<0>(loaded).checkpoints.at(0).states.at(0).at(0);
    const auto layers = state.layers();
    return {layers.begin(), layers.end()};
  }
  std::set<std::string> numbers() {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      all.insert(name.substr(name.find("checkpoint-") + 11));
    }
    return all;
  }

  std::uint64_t sum_ = 0;
};

TEST_F(ChainTest, WhatHasChangedIsPutOnWhatItGoesOnFrom) {
  go_on(true);
  go_on(false);
  go_on(false);
  EXPECT_THAT(layers(), ElementsAre("held at 1", "held at 2", "held at 3"));
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 3)));
  go_on(true);
  EXPECT_THAT(layers(), ElementsAre("held at 4"));
}

TEST_F(ChainTest, TheLastThreeStayWithWhatTheyGoOnFromAndOneThatStandsApart) {
  for (const bool whole : {true, false, true, false, false, false, false}) go_on(whole);
  EXPECT_THAT(numbers(),
              ElementsAre("1", "2.after-1", "3", "4.after-3", "5.after-4", "6.after-5", "7.after-6"));
  go_on(true);
  EXPECT_THAT(numbers(), ElementsAre("3", "4.after-3", "5.after-4", "6.after-5", "7.after-6", "8"));
  go_on(true);
  go_on(true);
  EXPECT_THAT(numbers(), ElementsAre("10", "8", "9"));
}

TEST_F(ChainTest, ADamagedOneIsNamedAndWhatStandsBeforeItIsUsed) {
  for (const bool whole : {true, false, true, false, false, false}) go_on(whole);
  const std::string prefix = "deep/store/orders.task-0.checkpoint-";
  dir_.write(prefix + "5.after-4", "damaged");
  EXPECT_THAT(layers(), ElementsAre("held at 3", "held at 4"));
  EXPECT_THAT(damaged(), ElementsAre(AllOf(HasSubstr("checkpoint-5.after-4: it is damaged"),
                                           EndsWith("checkpoint-4.after-3"))));
  fs::remove(dir_ / (prefix + "5.after-4"));
  EXPECT_THAT(layers(), ElementsAre("held at 3", "held at 4"));
  EXPECT_THAT(damaged(), ElementsAre(HasSubstr("checkpoint-6.after-5: what it goes on from is not there")));
  dir_.write(prefix + "3", "damaged");
  EXPECT_THAT(layers(), ElementsAre("held at 1", "held at 2"));
  dir_.write(prefix + "1", "damaged");
  EXPECT_THAT(layers(), ElementsAre(AllOf(HasSubstr("checkpoint-3: it is damaged"),
                                          HasSubstr("checkpoint-1: it is damaged"),
                                          HasSubstr("there is no older one"))));
}

TEST_F(ChainTest, OneThatGoesOnFromAnotherOfThatNumberIsDamaged) {
  go_on(true);
  go_on(false);
  number_ = 0;
  Checkpoint other;
  other.number = 1;
  EXPECT_EQ(store_.save(other, encode(other)), "");
  EXPECT_THAT(damaged(), ElementsAre(HasSubstr("2.after-1: it goes on from another checkpoint 1")));
}

TEST_F(ChainTest, NothingIsPutOnWhatIsGone) {
  for (const bool whole : {true, false, false}) go_on(whole);
  fs::remove(dir_ / "deep/store/orders.task-0.checkpoint-2.after-1");
  Checkpoint next;
  next.number = 4;
  next.base = 3;
  next.base_sum = sum_;
  EXPECT_THAT(store_.save(next, encode(next)), HasSubstr("goes on from are gone from"));
  EXPECT_THAT(numbers(), ElementsAre("1", "3.after-2"));
}

TEST_F(ChainTest, WhatIsDamagedGoesBeforeWhatCanBeUsed) {
  for (const bool whole : {true, false, true, false, false}) go_on(whole);
  dir_.write("deep/store/orders.task-0.checkpoint-3", "damaged");
  EXPECT_THAT(layers(), ElementsAre("held at 1", "held at 2"));
  go_on(true);
  EXPECT_THAT(numbers(), ElementsAre("1", "2.after-1", "6"));
}

TEST_F(ChainTest, OneWithTheNameOfAnotherIsDamaged) {
  for (const bool whole : {true, false}) go_on(whole);
  fs::copy(dir_ / "deep/store/orders.task-0.checkpoint-1", dir_ / "deep/store/orders.task-0.checkpoint-9");
  EXPECT_THAT(layers(), ElementsAre("held at 1", "held at 2"));
  EXPECT_THAT(damaged(), ElementsAre(HasSubstr("checkpoint-9: it has the name of another one")));
}

TEST_F(CheckpointFolderTest, WhatACrashLeftHalfWrittenGoesWithTheNextClaim) {
  ASSERT_EQ(store_.claim(), "");
  dir_.write("deep/store/orders.task-0.checkpoint-2.after-1.new", "half");
  dir_.write("deep/store/other.task-0.checkpoint-2.new", "half");
  CheckpointFolder(folder_, "else").claim();
  EXPECT_TRUE(fs::exists(dir_ / "deep/store/orders.task-0.checkpoint-2.after-1.new"));
  CheckpointFolder(folder_, "other").claim();
  EXPECT_FALSE(fs::exists(dir_ / "deep/store/other.task-0.checkpoint-2.new"));
}

TEST_F(ChainTest, NumbersGoOnBehindADamagedOne) {
  go_on(true);
  dir_.write("deep/store/orders.task-0.checkpoint-2.after-1", "damaged");
  auto loaded = store_.load(origins_);
  EXPECT_EQ(std::get<0>(loaded).last, 2u);
}

TEST_F(CheckpointFolderTest, WithoutAFolderThereIsNothingToRestore) {
  EXPECT_THAT(load(store_), IsEmpty());
}

TEST_F(CheckpointFolderTest, WhatWasSavedComesBack) {
  EXPECT_EQ(save(store_, 0, {at("/data/a b.txt", 7), at("topic", 1'000'000'000'000, 3)}), "");
  EXPECT_THAT(load(store_),
              ElementsAre(Pair("in//data/a b.txt/-1", 7), Pair("in/topic/3", 1'000'000'000'000)));
  EXPECT_EQ(save(store_, 0, {at("topic", 12, 3)}), "") << "the second file replaces the first";
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/topic/3", 12)));
}

TEST_F(CheckpointFolderTest, EachGroupOfTasksHasItsOwn) {
  EXPECT_EQ(save(store_, 0, {at("a", 7), at("b", 1)}), "");
  EXPECT_EQ(save(store_, 11, {at("a", 5), at("b", 2)}), "");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 7), Pair("in/b/-1", 2)));
}

TEST_F(CheckpointFolderTest, PipelinesThatShareAFolderDoNotMix) {
  CheckpointFolder other(folder_, "orders2"), odd(folder_, "orders.task-5");
  EXPECT_EQ(save(store_, 0, {at("a", 7)}), "");
  EXPECT_EQ(save(other, 0, {at("a", 8)}), "");
  EXPECT_EQ(save(odd, 0, {at("a", 9)}), "");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 7)));
}

TEST_F(CheckpointFolderTest, ANameThatIsNotUtf8BreaksNothing) {
  EXPECT_EQ(save(store_, 0, {at("caf\xE9", 7), at("a", 3)}), "");
  EXPECT_EQ(load(store_).size(), 2u);
}

TEST_F(CheckpointFolderTest, WhatACrashLeftHalfWrittenDoesNotMatter) {
  EXPECT_EQ(save(store_, 0, {at("a", 7)}), "");
  dir_.write("deep/store/orders.task-0.checkpoint-2.new", "weir ch");
  dir_.write("deep/store/README", "notes of the operator");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 7)));
}

TEST_F(CheckpointFolderTest, AFileThatCannotBeReadIsNotCalledDamaged) {
  fs::create_directories(fs::path(folder_) / "orders.task-0.checkpoint-1");
  EXPECT_EQ(problem(store_),
            "cannot read the checkpoint file " + folder_ + "/orders.task-0.checkpoint-1: Is a directory");
}

TEST_F(CheckpointFolderTest, AFolderThatIsNoneIsAProblem) {
  dir_.write("deep/store", "");
  EXPECT_THAT(problem(store_), StartsWith("cannot read the checkpoint folder " + folder_ + ": "));
  EXPECT_THAT(save(store_, 0, {at("a", 7)}), AllOf(HasSubstr(folder_), HasSubstr("Not a directory")));
}

TEST_F(CheckpointFolderTest, AFolderThatCannotBeLookedIntoIsNotTakenForEmpty) {
  const std::string too_long = (dir_ / std::string(300, 'x')).string();
  EXPECT_EQ(problem(CheckpointFolder(too_long, "orders")),
            "cannot read the checkpoint folder " + too_long + ": File name too long");
}

TEST_F(CheckpointFolderTest, ASecondClaimIsRefusedWithFolderAndProcess) {
  EXPECT_EQ(store_.claim(), "");
  CheckpointFolder second(folder_, "orders");
  EXPECT_THAT(second.claim(), AllOf(StartsWith("pipeline 'orders' runs already with the checkpoint folder " +
                                               folder_ + ", in process " + std::to_string(::getpid()) + ";"),
                                    HasSubstr("stop that one first")));
  EXPECT_EQ(save(store_, 0, {at("a", 7)}), "") << "the first is not disturbed";
}

TEST_F(CheckpointFolderTest, APipelineOfAnotherNameIsNotRefused) {
  EXPECT_EQ(store_.claim(), "");
  EXPECT_EQ(CheckpointFolder(folder_, "orders2").claim(), "");
}

TEST_F(CheckpointFolderTest, AClaimEndsWithItsStore) {
  EXPECT_EQ(CheckpointFolder(folder_, "orders").claim(), "");
  EXPECT_EQ(store_.claim(), "");
  EXPECT_THAT(load(store_), IsEmpty()) << "the lock file is no checkpoint";
}

TEST_F(CheckpointFolderTest, AClaimEndsWithAProcessThatIsKilled) {
  int claimed[2];
  ASSERT_EQ(::pipe(claimed), 0);
  const pid_t other = ::fork();
  ASSERT_GE(other, 0);
  if (other == 0) {
    CheckpointFolder store(folder_, "orders");
    const char answer = store.claim().empty() ? 'y' : 'n';
    if (::write(claimed[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 0;
  ASSERT_EQ(::read(claimed[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_THAT(store_.claim(), HasSubstr("in process " + std::to_string(other)));
  ::kill(other, SIGKILL);
  EXPECT_EQ(::waitpid(other, nullptr, 0), other);
  EXPECT_EQ(store_.claim(), "");
  ::close(claimed[0]);
  ::close(claimed[1]);
}

TEST_F(CheckpointFolderTest, AFolderThatCannotBeMadeCannotBeClaimed) {
  dir_.write("deep", "");
  EXPECT_THAT(store_.claim(), StartsWith("cannot make the checkpoint folder " + folder_ + ": "));
}

TEST_F(CheckpointFolderTest, OnAFullDiskTheOldCheckpointStays) {
  WEIR_REQUIRE_SMALL_DISK();
  const support::SmallDisk disk(folder_, "size=64k");
  EXPECT_EQ(save(store_, 0, {at("a", 7)}), "");
  std::vector<weir_position> many;
  for (int i = 0; i < 2000; ++i) many.push_back(at("a", i, i));
  EXPECT_EQ(save(store_, 0, many),
            "cannot write " + folder_ + "/orders.task-0.checkpoint-2.new: No space left on device");
  EXPECT_THAT(load(store_), ElementsAre(Pair("in/a/-1", 7)));
}

TEST_F(CheckpointFolderTest, WithoutWritePermissionTheTextNamesTheFile) {
  WEIR_REQUIRE_SMALL_DISK();
  support::SmallDisk disk(folder_, "size=64k");
  disk.make_read_only();
  EXPECT_EQ(save(store_, 0, {at("a", 7)}),
            "cannot create " + folder_ + "/orders.task-0.checkpoint-1.new: Read-only file system");
}

}  // namespace
}  // namespace weir
