// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <filesystem>
#include <string>

#include "sinks/file/file_sink.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using Harness = testing::Harness<FileSink>;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

struct RotationTest : ::testing::Test {
  std::string options(const nlohmann::json& rotate, const std::string& zone = "UTC") const {
    return nlohmann::json({{"path", (dir / "out").string()}, {"rotate", rotate}, {"time_zone", zone}}).dump();
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(dir / name); }

  support::TempDir dir;
};

constexpr milliseconds kNoon{1'709'208'000'000};  // 2024-02-29T12:00:00Z

TEST_F(RotationTest, AFileIsFinishedBeforeItGrowsBeyondTheSize) {
  Harness h(options({{"size", 10}}));
  for (const char* value : {"aaaa", "bbbb", "cccc", "a line longer than the size", "d"}) h.write({value});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "aaaa\nbbbb\n");
  EXPECT_EQ(dir.read("out.2"), "cccc\n");
  EXPECT_EQ(dir.read("out.3"), "a line longer than the size\n");
  EXPECT_EQ(dir.read("out"), "d\n");
}

TEST_F(RotationTest, FinishedFilesAreNeverOverwritten) {
  dir.write("out.1", "old\n");
  Harness h(options({{"size", 4}}));
  h.write({"aaa", "bbb"});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "old\n");
  EXPECT_EQ(dir.read("out.2"), "aaa\n");
  EXPECT_EQ(dir.read("out"), "bbb\n");
}

TEST_F(RotationTest, ASizeCountsWhatWasThereBefore) {
  dir.write("out", "12345678\n");
  Harness h(options({{"size", 10}}));
  h.write({"x"});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "12345678\n");
  EXPECT_EQ(dir.read("out"), "x\n");
}

TEST_F(RotationTest, AFileIsFinishedAtTheFullHour) {
  Harness h(options({{"every", 3'600'000}}));
  h.clock().set(kNoon + minutes(59));
  h.write({"a"});
  h.flush();
  h.clock().set(kNoon + minutes(59) + milliseconds(59'999));
  h.write({"b"});
  h.flush();
  EXPECT_FALSE(exists("out.1"));
  h.clock().set(kNoon + hours(1));
  h.write({"c"});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "a\nb\n");
  EXPECT_EQ(dir.read("out"), "c\n");
}

TEST_F(RotationTest, AFileThatGetsNothingMoreIsFinishedAtTheNextFlush) {
  Harness h(options({{"every", 3'600'000}}));
  h.clock().set(kNoon);
  h.write({"a"});
  h.flush();
  h.flush();
  EXPECT_TRUE(exists("out"));
  h.clock().set(kNoon + hours(1));
  h.flush();
  EXPECT_FALSE(exists("out"));
  EXPECT_EQ(dir.read("out.1"), "a\n");
}

TEST_F(RotationTest, ADayBeginsByTheClocksOfTheZone) {
  Harness h(options({{"every", 24 * 3'600'000}}, "Asia/Shanghai"));
  h.clock().set(kNoon + hours(3));  // 23:00 there
  h.write({"a"});
  h.flush();
  h.clock().set(kNoon + hours(4));  // midnight
  h.write({"b"});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "a\n");
  EXPECT_EQ(dir.read("out"), "b\n");
}

TEST_F(RotationTest, AFileOfAnEarlierRunIsFinishedWhenItsHourIsOver) {
  const auto path = dir.write("out", "yesterday\n");
  const auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::last_write_time(path, now - hours(24));
  Harness h(options({{"every", 3'600'000}}));
  h.clock().set(
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()));
  h.write({"today"});
  h.flush();
  EXPECT_EQ(dir.read("out.1"), "yesterday\n");
  EXPECT_EQ(dir.read("out"), "today\n");
}

}  // namespace
}  // namespace weir::file
