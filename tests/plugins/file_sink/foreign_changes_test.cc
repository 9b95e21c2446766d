// SPDX-License-Identifier: Apache-2.0
//
// Exactly once, and others who touch the same files: nothing of theirs is cut off, and nothing is guessed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <weir/testing.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "lines/file_descriptor.h"
#include "sinks/file/file_sink.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Harness = testing::Harness<FileSink>;

struct ForeignChanges : ::testing::Test {
  std::string options(nlohmann::json more = nlohmann::json::object()) const {
    more["path"] = (dir / "out").string();
    return more.dump();
  }
  /// What is committed is "a", and "b" is written behind it.
  std::string crashed() const {
    Harness h(options());
    h.work_in(WEIR_IN_TRANSACTIONS);
    h.write({"a"});
    h.flush();
    const auto prepared = h.prepare(1);
    h.commit_prepared();
    h.write({"b"});
    h.flush();
    return prepared;
  }
  std::string recovery_error(const std::string& saved) const {
    Harness h(options());
    h.work_in(WEIR_IN_TRANSACTIONS);
    try {
      h.recover({saved});
    } catch (const testing::PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      return e.what();
    }
    return "no error";
  }
  void append(const std::string& text) const { dir.write("out", dir.read("out") + text); }
  std::filesystem::path journal() const { return dir / ".test.stage.0-0.weir"; }

  support::TempDir dir;
};

TEST_F(ForeignChanges, LinesOfOthersAreNotCutOff) {
  const auto saved = crashed();
  append("theirs\n");
  EXPECT_THAT(recovery_error(saved),
              AllOf(HasSubstr("has 11 bytes, of which this pipeline has written no more than 5"),
                    HasSubstr("remove the journal '" + journal().string() + "'")));
  EXPECT_EQ(dir.read("out"), "a\nb\ntheirs\n");
  std::filesystem::remove(journal());
  EXPECT_EQ(recovery_error(saved), "no error") << "as the message says";
}

TEST_F(ForeignChanges, AFileThatIsShorterThanItWasIsNotGuessed) {
  const auto saved = crashed();
  std::filesystem::resize_file(dir / "out", 1);
  EXPECT_THAT(recovery_error(saved), HasSubstr("has 1 bytes, and had 2 bytes at the last checkpoint"));
  EXPECT_EQ(dir.read("out"), "a");
}

TEST_F(ForeignChanges, AFileThatIsGoneIsAskedFor) {
  const auto saved = crashed();
  std::filesystem::rename(dir / "out", dir / "elsewhere");
  EXPECT_THAT(recovery_error(saved), HasSubstr("is gone, and had 2 bytes at the last checkpoint"));
  dir.write("out", "another");
  EXPECT_THAT(recovery_error(saved), HasSubstr("is another file than the one that was written"));
  std::filesystem::rename(dir / "elsewhere", dir / "out");
  EXPECT_EQ(recovery_error(saved), "no error");
  EXPECT_EQ(dir.read("out"), "a\n");
}

TEST_F(ForeignChanges, ARecoveryThatWasBrokenOffGoesOnWhereItStopped) {
  std::string saved;
  {
    Harness h(options({{"rotate", {{"size", 4}}}}));
    h.work_in(WEIR_IN_TRANSACTIONS);
    h.write({"aaa"});
    h.flush();
    saved = h.prepare(1);
    h.commit_prepared();
    for (const char* value : {"bbb", "ccc", "ddd"}) h.write({value});
  }
  EXPECT_EQ(dir.read("out.3"), "ccc\n");
  std::filesystem::rename(dir / "out.1", dir / "elsewhere");
  EXPECT_THAT(recovery_error(saved), HasSubstr("out.1' is gone or another file"));
  EXPECT_FALSE(std::filesystem::exists(dir / "out.2")) << "what was later has been undone";
  std::filesystem::rename(dir / "elsewhere", dir / "out.1");
  EXPECT_EQ(recovery_error(saved), "no error");
  EXPECT_EQ(dir.read("out"), "aaa\n");
  EXPECT_FALSE(std::filesystem::exists(dir / "out.1"));
}

TEST_F(ForeignChanges, AFinishedFileKeepsItsNameWhereTheFirstIsInUseAgain) {
  std::string saved;
  {
    Harness h(options({{"rotate", {{"every", 3'600'000}}}}));
    h.work_in(WEIR_IN_TRANSACTIONS);
    h.write({"a"});
    h.flush();
    saved = h.prepare(1);
    h.commit_prepared();
    h.write({"b"});
    h.flush();
    h.advance(std::chrono::hours(2));
    h.flush();
  }
  ASSERT_EQ(dir.read("out.1"), "a\nb\n");
  dir.write("out", "theirs\n");
  EXPECT_EQ(recovery_error(saved), "no error");
  EXPECT_EQ(dir.read("out.1"), "a\n");
  EXPECT_EQ(dir.read("out"), "theirs\n");
}

TEST_F(ForeignChanges, AnotherWriterWaitsUntilThePeriodIsOver) {
  Harness h(options());
  h.work_in(WEIR_IN_TRANSACTIONS);
  h.write({"a"});
  h.flush();
  std::atomic<bool> committing{false}, too_early{false};
  std::thread other([&] {
    Harness at_least_once(options());
    at_least_once.write({"theirs"});
    at_least_once.flush();
    too_early = !committing;
  });
  h.prepare(1);
  committing = true;
  h.commit_prepared();
  other.join();
  EXPECT_FALSE(too_early);
  EXPECT_EQ(dir.read("out"), "a\ntheirs\n");
}

TEST_F(ForeignChanges, TwoSinksOfOnePipelineOnOneFileAreToldSo) {
  Harness one(options()), two(options());
  for (auto* h : {&one, &two}) h->work_in(WEIR_IN_TRANSACTIONS);
  two.as_task(0, 1);
  one.write({"a"});
  one.flush();
  two.write({"b"});
  try {
    two.flush();
    FAIL();
  } catch (const testing::PluginError& e) {
    EXPECT_EQ(e.code, "written_twice");
  }
}

TEST_F(ForeignChanges, ASecondProcessOfThePipelineIsRefused) {
  const auto saved = crashed();
  const FileDescriptor other(::open(journal().c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  EXPECT_THAT(recovery_error(saved), HasSubstr("another process runs this pipeline"));
  EXPECT_EQ(dir.read("out"), "a\nb\n");
}

TEST_F(ForeignChanges, AtLeastOnceTheJournalOfAnEarlierRunIsForgotten) {
  const auto saved = crashed();
  Harness h(options());
  h.write({"c"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "a\nb\nc\n");
  EXPECT_FALSE(std::filesystem::exists(journal()));
  EXPECT_THAT(h.log_lines(), ::testing::ElementsAre(HasSubstr("stays in the files")));
  EXPECT_EQ(recovery_error(saved), "no error");
  EXPECT_EQ(dir.read("out"), "a\nb\nc\n") << "what counts by now is not cut off later";
}

TEST_F(ForeignChanges, AJournalThatIsDamagedIsNamed) {
  const auto saved = crashed();
  std::filesystem::resize_file(journal(), 5);
  EXPECT_EQ(recovery_error(saved), "no error") << "half a line was never relied on";
  dir.write(journal().filename(), "what is this\n");
  EXPECT_THAT(recovery_error(saved), HasSubstr("is damaged: found the line 'what is this'"));
}

TEST_F(ForeignChanges, AFullDiskStopsThePipelineAndIsTakenBack) {
  WEIR_REQUIRE_SMALL_DISK();
  support::SmallDisk disk(dir / "disk", "size=64k");
  const auto full = nlohmann::json({{"path", (dir / "disk/out").string()}}).dump();
  std::string saved;
  {
    Harness h(full);
    h.work_in(WEIR_IN_TRANSACTIONS);
    h.write({"a"});
    h.flush();
    saved = h.prepare(1);
    h.commit_prepared();
    h.write({"b"});
    h.flush();
    h.write({std::string(100'000, 'x')});
    EXPECT_THROW(h.flush(), testing::PluginError);
    EXPECT_EQ(dir.read("disk/out"), "a\nb\n");
  }
  Harness h(full);
  h.work_in(WEIR_IN_TRANSACTIONS);
  h.recover({saved});
  EXPECT_EQ(dir.read("disk/out"), "a\n");
}

}  // namespace
}  // namespace weir::file
