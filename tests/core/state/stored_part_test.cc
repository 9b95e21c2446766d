// SPDX-License-Identifier: Apache-2.0
#include "state/store/stored_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "state/store/state_home.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(StoredPart, AFileThatIsMissingOrHasChangedIsNamed) {
  const support::TempDir dir("weir-part");
  fs::create_directories(dir / "p.state");
  dir.write("p.state/000007.sst", std::string(3'000'001, 'x'));
  dir.write("p.state/CURRENT", "MANIFEST-000004\n");
  StoredPart part{"p.state", make_durable((dir / "p.state").string(), {})};
  const auto found = [&] { return part.check(dir.path().string()); };
  EXPECT_TRUE(found().is_good());

  std::string bytes = dir.read("p.state/000007.sst");
  bytes[2'999'999] ^= 1;
  dir.write("p.state/000007.sst", bytes);
  EXPECT_THAT(found().damaged, HasSubstr("p.state/000007.sst is damaged"));
  fs::remove(dir / "p.state/000007.sst");
  EXPECT_THAT(found().damaged, HasSubstr("p.state/000007.sst is missing"));
  fs::create_directory(dir / "p.state/000007.sst");
  EXPECT_THAT(found().damaged, IsEmpty()) << "what cannot be read may be good";
  EXPECT_THAT(found().unreadable, HasSubstr("p.state/000007.sst: Is a directory"));
}

TEST(StoredPart, ASnapshotIsDividedAsItWasPutTogether) {
  const StoredPart part{"p.state/0.sum", {{"CURRENT", {16, 7}}, {"1.sst", {1, 2}}}, 2};
  SnapshotWriter to;
  part.save(to);
  to.number(1);
  to.text("the stage's own");
  const DividedSnapshot divided = divide_snapshot(to.bytes());
  ASSERT_TRUE(divided.stored);
  EXPECT_EQ(divided.stored->folder, part.folder);
  EXPECT_EQ(divided.stored->files, part.files);
  EXPECT_EQ(divided.stored->split, 2u);
  SnapshotReader text(divided.text);
  EXPECT_EQ(text.number(), 1u);
  EXPECT_EQ(text.text(), "the stage's own");
  EXPECT_FALSE(divide_snapshot(divided.text).stored) << "one without such a part is its own text";
}

TEST(StateHome, WhatIsInUseStaysAndWhatWasLeftGoes) {
  const support::TempDir dir("weir-home");
  const std::string working = (dir / "working").string();
  dir.write("working/p.working-left/in-use", "");
  dir.write("working/p.working-left/3/CURRENT", "");
  dir.write("working/other.working-left/in-use", "");
  {
    StateHome first(working, "p", "", 8u << 20);
    const auto store = first.make();
    EXPECT_FALSE(fs::exists(dir / "working/p.working-left"));
    EXPECT_TRUE(fs::exists(dir / "working/other.working-left")) << "it is of another pipeline";
    StateHome second(working, "p", "", 8u << 20);
    store->put("k", "v");
    std::string value;
    EXPECT_TRUE(store->get("k", value)) << "two that run at once leave each other alone";
    EXPECT_EQ(entries_in(working), 3u);
  }
  EXPECT_EQ(entries_in(working), 1u);
}

TEST(StateHome, WhatCannotBeRemovedNowGoesWithTheNext) {
  WEIR_REQUIRE_SMALL_DISK();
  const support::TempDir dir("weir-home");
  const std::string working = (dir / "working").string();
  dir.write("working/p.working-left/in-use", "");
  {
    const support::SmallDisk in_the_way(dir / "working/p.working-left/3", "size=64k");
    StateHome home(working, "p", "", 8u << 20);
    EXPECT_TRUE(fs::exists(dir / "working/p.working-left/in-use")) << "without it nobody may remove the rest";
  }
  StateHome home(working, "p", "", 8u << 20);
  EXPECT_FALSE(fs::exists(dir / "working/p.working-left"));
}

TEST(StateHome, AFolderThatIsEmptyWasLeftByARunThatWasRemovingIt) {
  const support::TempDir dir("weir-home");
  fs::create_directories(dir / "working/p.working-left");
  StateHome home((dir / "working").string(), "p", "", 8u << 20);
  EXPECT_FALSE(fs::exists(dir / "working/p.working-left"));
}

TEST(StateHome, ADiskThatIsAtFaultIsNotTakenForABadSnapshot) {
  const support::TempDir dir("weir-home");
  StateHome home((dir / "working").string(), "p", dir.path().string(), 8u << 20);
  EXPECT_THROW(home.make_from((dir / "none").string()), DiskError);
  EXPECT_THROW(home.read((dir / "none").string()), DiskError) << "thrown in the library that is loaded";
  home.make()->snapshot((dir / "snapshot").string());
  for (const auto& entry : fs::directory_iterator(dir / "working")) {
    for (int next = 2; next < 8; ++next) dir.write(entry.path() / std::to_string(next), "in the way");
  }
  EXPECT_THROW(home.make_from((dir / "snapshot").string()), DiskError);
}

TEST(StateHome, AFolderThatCannotBeMadeIsNamed) {
  const support::TempDir dir("weir-home");
  dir.write("file", "");
  const std::string working = (dir / "file" / "working").string();
  EXPECT_THAT([&] { StateHome(working, "p", "", 8u << 20); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("cannot make a folder in " + working)));
}

}  // namespace
}  // namespace weir::test
