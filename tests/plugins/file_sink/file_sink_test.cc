// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/file_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <weir/testing.h>

#include <filesystem>
#include <string>

#include "support/start_error.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using ::testing::HasSubstr;
using Harness = testing::Harness<FileSink>;
using std::chrono::hours;
using std::chrono::milliseconds;

struct FileSinkTest : ::testing::Test {
  std::string options(const std::string& path, nlohmann::json more = nlohmann::json::object()) const {
    more["path"] = (dir / path).string();
    return more.dump();
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(dir / name); }

  /// What the plugin says when it is started with this path.
  std::string start_error(const std::string& path) const {
    return support::start_error<FileSink>(options(path));
  }
  testing::PluginError option_error(const nlohmann::json& values) const {
    try {
      Harness h(values.dump());
    } catch (const testing::PluginError& e) {
      return e;
    }
    return {WEIR_OK, "", "no error"};
  }

  support::TempDir dir;
};

testing::Item at(std::int64_t event_time, const char* value) {
  testing::Item item(value);
  item.event_time = event_time;
  return item;
}

TEST_F(FileSinkTest, WhatIsFlushedIsInTheFile) {
  Harness h(options("out"));
  h.write({"a", "b"});
  h.write({"c"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "a\nb\nc\n");
  h.write({"d"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "a\nb\nc\nd\n");
}

TEST_F(FileSinkTest, WithoutRecordsThereIsNoFile) {
  Harness h(options("out"));
  h.start();
  h.flush();
  EXPECT_FALSE(exists("out"));
}

TEST_F(FileSinkTest, LinesAreAddedToAFileThatIsThere) {
  dir.write("out", "old\n");
  Harness h(options("out"));
  h.write({"new"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "old\nnew\n");
}

TEST_F(FileSinkTest, HalfALineOfAKilledWriterDoesNotSwallowTheNext) {
  dir.write("out", "whole\nhal");
  Harness h(options("out"));
  h.write({"new"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "whole\nhal\nnew\n");
}

TEST_F(FileSinkTest, FoldersAreMade) {
  Harness h(options("a/b/c/out"));
  h.write({"x"});
  h.flush();
  EXPECT_EQ(dir.read("a/b/c/out"), "x\n");
}

TEST_F(FileSinkTest, TheNameFollowsTheTime) {
  Harness h(options("%Y%m%d/at-%H%M%S.%%"));
  h.clock().set(milliseconds(1'709'208'000'999));
  h.write({"noon"});
  h.clock().set(milliseconds(1'709'208'001'000));
  h.write({"later"});
  h.flush();
  EXPECT_EQ(dir.read("20240229/at-120000.%"), "noon\n");
  EXPECT_EQ(dir.read("20240229/at-120001.%"), "later\n");
}

TEST_F(FileSinkTest, TheNameFollowsTheClocksOfTheZone) {
  Harness h(options("%Y%m%d-%H%z", {{"time_zone", "Asia/Shanghai"}}));
  h.clock().set(milliseconds(1'709'208'000'000));
  h.write({"x"});
  h.flush();
  EXPECT_TRUE(exists("20240229-20+0800"));
}

TEST_F(FileSinkTest, EventTimeNamesTheFileIfAsked) {
  Harness h(options("%Y", {{"time", "event"}}));
  h.clock().set(milliseconds(1'709'208'000'000));
  h.write({at(0, "a"), at(-1, "b"), at(31'536'000'000, "c"), at(1, "d"), "without"});
  h.flush();
  EXPECT_EQ(dir.read("1970"), "a\nd\n");
  EXPECT_EQ(dir.read("1969"), "b\n");
  EXPECT_EQ(dir.read("1971"), "c\n");
  EXPECT_EQ(dir.read("2024"), "without\n");
}

TEST_F(FileSinkTest, MoreFilesThanMayBeOpenAreWritten) {
  Harness h(options("%Y%m%d%H", {{"time", "event"}, {"open_files", 2}}));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5; ++i) h.write({at(i * 3'600'000, "x")});
  }
  h.flush();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(dir.read("197001010" + std::to_string(i)), "x\nx\n");
}

TEST_F(FileSinkTest, MuchDataIsWrittenWhole) {
  Harness h(options("out"));
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string value(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    h.write({value});
    expected += value + "\n";
  }
  h.flush();
  EXPECT_EQ(dir.read("out"), expected);
}

TEST_F(FileSinkTest, AFailureStandsInItsEnvelope) {
  Harness h(options("out", {{"format", "envelope"}}));
  testing::Item item("o1");
  item.attempts = 2;
  item.code = "40003";
  item.message = "invalid";
  item.first_time = item.last_time = 0;
  item.origin = "topic";
  item.partition = 1;
  item.position = 7;
  h.write({item});
  h.flush();
  const auto json = nlohmann::json::parse(dir.read("out"));
  EXPECT_EQ(json["weir"], 1);
  EXPECT_EQ(json["value"], "o1");
  EXPECT_EQ(json["code"], "40003");
  EXPECT_EQ(json["attempts"], 2);
  EXPECT_EQ(json["origin"]["position"], 7);
}

TEST_F(FileSinkTest, WhatTheFormatCannotHoldGoesToTheErrorPort) {
  Harness h(options("out", {{"format", "ndjson"}}));
  h.write({"1", "\xff", "2"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "1\n2\n");
  const auto errors = h.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "not_text");
  EXPECT_EQ(errors[0].value, "\xff");
}

TEST_F(FileSinkTest, AFileThatIsRemovedIsBegunAnew) {
  Harness h(options("out"));
  h.write({"a"});
  h.flush();
  std::filesystem::remove(dir / "out");
  h.write({"b"});
  h.flush();
  EXPECT_EQ(dir.read("out"), "b\n");
}

TEST_F(FileSinkTest, APathThatCannotBeWrittenIsAnErrorAtTheStart) {
  std::filesystem::create_directory(dir / "folder");
  dir.write("file", "");
  EXPECT_THAT(start_error("folder"), HasSubstr("is a folder; a file is expected"));
  EXPECT_THAT(start_error("file/out"), HasSubstr("is no folder and cannot be made"));
  EXPECT_THAT(start_error("file/a/b/out"), HasSubstr("is no folder and cannot be made"));
}

TEST_F(FileSinkTest, AFolderWithoutWritePermissionIsAnErrorAtTheStart) {
  std::filesystem::create_directory(dir / "locked");
  std::filesystem::permissions(dir / "locked", std::filesystem::perms::owner_read);
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  const auto user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0) << "root may write everywhere, so somebody else has to try";
  }
  const auto error = start_error("locked/out");
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_THAT(error, HasSubstr("Permission denied"));
  EXPECT_THAT(error, HasSubstr((dir / "locked/out").string()));
}

TEST_F(FileSinkTest, OptionsThatAreWrongAreExplained) {
  const auto path = option_error({{"path", "x.%Q"}});
  EXPECT_EQ(path.pointer, "/path");
  EXPECT_THAT(path.what(), HasSubstr("'%Q' is no conversion of strftime"));
  EXPECT_THAT(option_error({{"path", "x.%"}}).what(), HasSubstr("a percent sign is written '%%'"));
  EXPECT_THAT(option_error({{"path", ""}}).what(), HasSubstr("empty"));
  EXPECT_THAT(option_error({{"path", "x/"}}).what(), HasSubstr("names a folder"));
  EXPECT_EQ(option_error({{"path", "x"}, {"rotate", nlohmann::json::object()}}).pointer, "/rotate");
  const auto zone = option_error({{"path", "x"}, {"time_zone", "Asia/Shangai"}});
  EXPECT_EQ(zone.pointer, "/time_zone");
  EXPECT_THAT(zone.what(), HasSubstr("'Asia/Shangai' is no time zone"));
  EXPECT_THAT(option_error({{"path", "x"}, {"time_zone", "../../../etc/passwd"}}).what(),
              HasSubstr("no time zone"));
}

}  // namespace
}  // namespace weir::file
