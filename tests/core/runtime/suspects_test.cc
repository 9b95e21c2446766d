// SPDX-License-Identifier: Apache-2.0
#include "runtime/suspects.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "runtime/crash_notes.h"
#include "state/snapshot.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

/// Notes of a crash, as FORMAT.md tells them.
class SuspectsTest : public ::testing::Test {
 protected:
  void note(std::int32_t partition, std::int64_t position) {
    SnapshotWriter line;
    for (const char* text : {"work", "in", "t"}) line.text(text);
    line.time(partition);
    line.time(position);
    line.number(1);
    line.number(SIGSEGV);
    std::ofstream(file_, std::ios::binary | std::ios::app) << line.bytes();
  }
  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Suspects::Verdict verdict(std::int32_t partition, std::int64_t position) {
    weir_record record{};
    record.origin = origins_.get("in", "t", partition);
    record.position = position;
    return suspects_.verdict("work", record);
  }
  /// Partition 0 has been saved up to 10.
  static std::optional<std::int64_t> saved(const weir_origin* origin) {
    return origin->partition == 0 ? std::optional<std::int64_t>(10) : std::nullopt;
  }

  support::TempDir dir_{"weir-suspects"};
  const std::string file_ = (dir_ / "p.crashes").string();
  Origins origins_;
  Suspects suspects_;
};

TEST_F(SuspectsTest, WhatWasDeliveredSinceIsNone) {
  note(0, 9);
  note(0, 10);
  note(1, 3);
  suspects_.load(file_, 3, origins_, saved);
  EXPECT_EQ(verdict(0, 9), Suspects::Verdict::kNone);
  EXPECT_EQ(verdict(0, 10), Suspects::Verdict::kAlone);
  EXPECT_EQ(verdict(1, 3), Suspects::Verdict::kAlone);
}

/// They have it open, and append to it.
TEST_F(SuspectsTest, NotesThatOtherProcessesShareStayAsTheyAre) {
  note(0, 9);
  note(0, 10);
  const std::string before = bytes();
  suspects_.load(file_, 3, origins_, saved);
  EXPECT_EQ(bytes(), before);
}

TEST_F(SuspectsTest, NotesOfOneProcessKeepWhatCountsOnly) {
  note(0, 10);
  const std::string counts = bytes();
  note(0, 9);
  EXPECT_EQ(suspects_.load_and_clear(file_, 3, origins_, saved), "");
  EXPECT_EQ(bytes(), counts);
}

TEST_F(SuspectsTest, WhileAnotherProcessMayNoteNothingIsTakenOut) {
  note(0, 9);
  const std::string before = bytes();
  {
    const CrashNotes other(file_);
    EXPECT_EQ(suspects_.load_and_clear(file_, 3, origins_, saved), "");
    EXPECT_EQ(bytes(), before);
  }
  EXPECT_EQ(suspects_.load_and_clear(file_, 3, origins_, saved), "");
  EXPECT_EQ(bytes(), "");
}

TEST_F(SuspectsTest, WithoutNotesThereAreNone) {
  suspects_.load(file_, 3, origins_, saved);
  EXPECT_TRUE(suspects_.none());
  EXPECT_EQ(suspects_.load_and_clear(file_, 3, origins_, saved), "");
}

}  // namespace
}  // namespace weir
