// SPDX-License-Identifier: Apache-2.0
#include "sources/file/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <weir/testing.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/start_error.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Harness = testing::Harness<FileSource>;

struct FileSourceTest : ::testing::Test {
  std::string options(const std::vector<std::string>& paths,
                      nlohmann::json more = nlohmann::json::object()) const {
    for (const auto& path : paths) more["path"].push_back((dir / path).string());
    return more.dump();
  }
  std::vector<std::string> values(const std::string& options) const {
    Harness h(options);
    h.poll_to_end();
    return h.values();
  }
  std::string start_error(const std::vector<std::string>& paths) const {
    return support::start_error<FileSource>(options(paths));
  }

  support::TempDir dir;
};

TEST_F(FileSourceTest, EachLineIsARecordWithItsNumber) {
  dir.write("a", "one\n\nthree");
  Harness h(options({"a"}));
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].value, "one");
  EXPECT_EQ(records[1].value, "") << "an empty line is an empty value, not none";
  EXPECT_EQ(records[2].value, "three");
  EXPECT_EQ(records[2].origin, dir / "a");
  EXPECT_EQ(records[2].position, 3);
  EXPECT_EQ(records[2].key, std::nullopt);
}

TEST_F(FileSourceTest, NdjsonSkipsBlankLinesAndCountsThem) {
  dir.write("a", "{}\n\n \t\r\n1\n");
  Harness h(options({"a"}, {{"format", "ndjson"}}));
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].position, 4);
  EXPECT_EQ(h.counter("blank_lines"), 2u);
}

TEST_F(FileSourceTest, FilesAreReadInOrderAndThoseOfAGlobByName) {
  dir.write("last", "z\n");
  dir.write("b.txt", "b\n");
  dir.write("a.txt", "a\n");
  std::filesystem::create_directory(dir / "c.txt");
  EXPECT_THAT(values(options({"last", "*.txt"})), ElementsAre("z", "a", "b"));
}

TEST_F(FileSourceTest, AFileThatIsNamedTwiceIsReadOnce) {
  dir.write("a.txt", "a\n");
  EXPECT_THAT(values(options({"a.txt", "*.txt", "a.txt"})), ElementsAre("a"));
}

TEST_F(FileSourceTest, AnExistingFileWithTheNameOfAPatternIsThatFile) {
  dir.write("[x].txt", "brackets\n");
  dir.write("x.txt", "x\n");
  EXPECT_THAT(values(options({"[x].txt"})), ElementsAre("brackets"));
}

TEST_F(FileSourceTest, AnEmptyFileHasNoRecords) {
  dir.write("a", "");
  dir.write("b", "b");
  EXPECT_THAT(values(options({"a", "b"})), ElementsAre("b"));
}

TEST_F(FileSourceTest, LinesOfFilesLargerThanManyBlocksComeWholeAndInOrder) {
  std::string bytes;
  std::vector<std::string> lines;
  for (int i = 0; i < 20'000; ++i) {
    lines.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i % 97), 'x'));
    bytes += lines.back() + "\n";
  }
  dir.write("large", bytes);
  EXPECT_EQ(values(options({"large"})), lines);
}

TEST_F(FileSourceTest, ALineOverTheLimitGoesToTheErrorPort) {
  dir.write("a", "one\n" + std::string(100, 'x') + "\nthree\n");
  Harness h(options({"a"}, {{"max_line", 10}}));
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("one", "three"));
  const auto errors = h.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "line_too_long");
  EXPECT_EQ(errors[0].value, std::string(10, 'x'));
  EXPECT_EQ(errors[0].position, 2);
  EXPECT_THAT(errors[0].message, HasSubstr("line 2 of '" + (dir / "a").string() + "'"));
}

TEST_F(FileSourceTest, ReadingGoesOnBehindTheRestoredPosition) {
  dir.write("a", "1\n2\n3\n");
  dir.write("b", "1\n2\n");
  Harness h(options({"a", "b"}));
  h.restore({{dir / "a", -1, 3}});
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].position, 3);
  EXPECT_EQ(records[0].origin, dir / "a");
  EXPECT_EQ(records[1].origin, dir / "b");
  EXPECT_TRUE(h.log_lines().empty());
}

TEST_F(FileSourceTest, AFileThatHasBecomeShorterIsToldOf) {
  dir.write("a", "1\n");
  Harness h(options({"a"}));
  h.restore({{dir / "a", -1, 5}});
  h.poll_to_end();
  EXPECT_EQ(h.out().size(), 0u);
  EXPECT_THAT(h.log_lines(),
              ElementsAre(HasSubstr("has 1 lines, but an earlier run has read it up to line 4")));
}

TEST_F(FileSourceTest, TasksDivideTheFiles) {
  std::vector<std::string> all;
  for (const char* name : {"a", "b", "c", "d", "e"}) dir.write(name, name);
  for (std::uint32_t task = 0; task < 2; ++task) {
    Harness h(options({"*"}));
    h.as_task(task, 2);
    h.poll_to_end();
    for (auto& value : h.values()) all.push_back(value);
  }
  EXPECT_THAT(all, ElementsAre("a", "c", "e", "b", "d"));
}

TEST_F(FileSourceTest, ATaskWithoutAFileEndsAtOnce) {
  dir.write("a", "a");
  Harness h(options({"a"}));
  h.as_task(1, 2);
  EXPECT_EQ(h.poll(), WEIR_END);
}

TEST_F(FileSourceTest, TellsHowFarItIs) {
  dir.write("a", std::string(1000, '\n'));
  dir.write("b", std::string(3000, '\n'));
  Harness h(options({"a", "b"}));
  h.start();
  EXPECT_EQ(h.progress(), 0);
  h.poll();
  EXPECT_EQ(h.progress(), 0.25);
  h.poll_to_end();
  EXPECT_EQ(h.progress(), 1);
}

TEST_F(FileSourceTest, NothingIsEmittedWithoutABudget) {
  dir.write("a", "a");
  Harness h(options({"a"}));
  EXPECT_EQ(h.poll(0), WEIR_OK);
  EXPECT_EQ(h.out().size(), 0u);
}

TEST_F(FileSourceTest, ManyShortLinesOfABlockComeInSeveralBatches) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + "\n";
  dir.write("a", text);
  Harness h(options({"a"}));
  std::vector<std::size_t> batches;
  std::string last;
  for (std::size_t read = 0; read < 3000 && batches.size() < 10; read += batches.back()) {
    h.poll();
    const auto records = h.out();
    batches.push_back(records.size());
    if (!records.empty()) last = records.back().value.value_or("");
  }
  EXPECT_THAT(batches, ElementsAre(1024u, 1024u, 952u)) << "a record takes more memory than a short line";
  EXPECT_EQ(last, "2999");
  h.poll_to_end();
  EXPECT_EQ(h.out().size(), 0u);
}

TEST_F(FileSourceTest, ABatchHasNotMuchMoreThanItsBudget) {
  dir.write("a", std::string(500, 'a') + "\n" + std::string(500, 'b') + "\nc\n");
  Harness h(options({"a"}));
  h.poll(400);
  EXPECT_EQ(h.out().size(), 1u);
  h.poll_to_end();
  EXPECT_EQ(h.out().size(), 2u);
}

TEST_F(FileSourceTest, WhatCannotBeReadIsAnErrorAtTheStart) {
  std::filesystem::create_directory(dir / "folder");
  EXPECT_EQ(start_error({"missing"}),
            "cannot read '" + (dir / "missing").string() + "': No such file or directory");
  EXPECT_EQ(start_error({"*.none"}), "no file matches '" + (dir / "*.none").string() + "'");
  EXPECT_THAT(start_error({"folder"}), HasSubstr("it is a folder; for the files in it write"));
}

TEST_F(FileSourceTest, AFileWithoutReadPermissionIsAnErrorAtTheStart) {
  const auto path = dir.write("secret", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  const auto user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0) << "root may read everything, so somebody else has to try";
  }
  const auto error = start_error({"secret"});
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_THAT(error, HasSubstr("Permission denied"));
}

TEST_F(FileSourceTest, AFileThatGoesAwayLaterStopsThePipeline) {
  dir.write("a", "a");
  Harness h(options({"a"}));
  h.start();
  std::filesystem::remove(dir / "a");
  EXPECT_THROW(h.poll(), testing::PluginError);
}

TEST_F(FileSourceTest, AnEmptyListOfPathsIsRefused) {
  EXPECT_THROW(Harness(R"({"path": []})"), testing::PluginError);
}

}  // namespace
}  // namespace weir::file
