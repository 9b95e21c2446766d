// SPDX-License-Identifier: Apache-2.0
#include "lines/durable_files.h"

#include <gtest/gtest.h>

#include <system_error>

#include "support/temp_dir.h"

namespace weir {
namespace {

TEST(DurableFiles, TheFolderOfAPath) {
  EXPECT_EQ(folder_of("name"), ".");
  EXPECT_EQ(folder_of("/name"), "/");
  EXPECT_EQ(folder_of("a/b/name"), "a/b");
}

TEST(DurableFiles, RenamingNeverOverwrites) {
  const support::TempDir dir;
  dir.write("done", "first");
  dir.write("done.1", "second");
  const auto file = dir.write("file", "third");
  EXPECT_EQ(rename_to_free(file, dir / "done", 0), dir / "done.2");
  EXPECT_EQ(dir.read("done"), "first");
  EXPECT_EQ(dir.read("done.1"), "second");
  EXPECT_EQ(dir.read("done.2"), "third");
}

TEST(DurableFiles, RenamingSaysWhyItCannot) {
  const support::TempDir dir;
  EXPECT_THROW(rename_to_free(dir / "missing", dir / "done", 0), std::system_error);
}

TEST(DurableFiles, AFolderThatIsMissingCannotBeSynced) {
  const support::TempDir dir;
  EXPECT_NO_THROW(sync_folder(dir.path()));
  EXPECT_THROW(sync_folder(dir / "missing"), std::system_error);
}

}  // namespace
}  // namespace weir
