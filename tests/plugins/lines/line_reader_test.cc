// SPDX-License-Identifier: Apache-2.0
#include "lines/line_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <random>
#include <string>
#include <system_error>
#include <vector>

#include "lines/file_descriptor.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

struct Read {
  std::vector<std::string> lines;
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> too_long;  // numbers
};

struct LineReaderTest : ::testing::Test {
  /// Reads a file of these bytes. With `keep`, the lines' blocks stay referred to, as by a slow consumer, and
  /// the lines are looked at only at the end.
  Read read(std::string_view bytes, std::size_t max_line = 1000, std::size_t block_size = 64,
            std::int64_t first = 1, bool keep = false) {
    const FileDescriptor file(::open(dir.write("file", bytes).c_str(), O_RDONLY));
    BlockPool pool(block_size);
    LineReader reader(file.get(), pool, max_line, first);
    std::vector<std::pair<Line, std::string>> kept;
    Read read;
    for (bool more = true; more;) {
      more = reader.fill(context) != LineReader::Fill::kEnd;
      for (Line line; reader.next(line);) {
        read.lines.emplace_back(line.text);
        read.numbers.push_back(line.number);
        if (line.too_long) read.too_long.push_back(line.number);
        if (!keep) continue;
        testing::host().block_retain(line.block);
        kept.emplace_back(line, line.text);
      }
    }
    for (const auto& [line, text] : kept) {
      EXPECT_EQ(line.text, text) << "the bytes of a line that is kept have changed";
      testing::host().block_release(line.block);
    }
    return read;
  }

  support::TempDir dir;
  weir_context state;
  Context context{&testing::host(), &state};
};

using Lines = std::vector<std::string>;

TEST_F(LineReaderTest, LinesAreSplitAtNewlines) {
  EXPECT_EQ(read("a\nbc\n\nd\n").lines, (Lines{"a", "bc", "", "d"}));
  EXPECT_EQ(read("a\nbc\n\nd\n").numbers, (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(read("").lines, Lines{});
  EXPECT_EQ(read("\n").lines, Lines{""});
}

TEST_F(LineReaderTest, ALastLineWithoutNewlineIsALine) {
  EXPECT_EQ(read("a\nb").lines, (Lines{"a", "b"}));
}

TEST_F(LineReaderTest, ACarriageReturnBeforeTheNewlineIsNoPartOfTheLine) {
  EXPECT_EQ(read("a\r\nb\rc\r\n\r\nd\r").lines, (Lines{"a", "b\rc", "", "d"}));
}

TEST_F(LineReaderTest, AByteOrderMarkIsSkippedAtTheBeginningOnly) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\n\xEF\xBB\xBF"
                 "b\n")
                .lines,
            (Lines{"a",
                   "\xEF\xBB\xBF"
                   "b"}));
  EXPECT_EQ(read("\xEF\xBB\xBF").lines, Lines{""});
}

TEST_F(LineReaderTest, ALineOverTheLimitIsCutAndTheNextIsWhole) {
  for (const std::size_t size : {11u, 12u, 13u, 60u, 64u, 65u, 200u, 5000u}) {
    const auto got = read("a\n" + std::string(size, 'x') + "\nb\n", 10);
    EXPECT_EQ(got.lines, (Lines{"a", std::string(10, 'x'), "b"})) << size;
    EXPECT_EQ(got.too_long, std::vector<std::int64_t>{2}) << size;
    EXPECT_EQ(got.numbers, (std::vector<std::int64_t>{1, 2, 3})) << size;
  }
}

TEST_F(LineReaderTest, ALastLineOverTheLimitIsCutToo) {
  for (const std::size_t size : {11u, 12u, 64u, 5000u}) {
    const auto got = read(std::string(size, 'x'), 10);
    EXPECT_EQ(got.lines, Lines{std::string(10, 'x')}) << size;
    EXPECT_EQ(got.too_long, std::vector<std::int64_t>{1}) << size;
  }
}

TEST_F(LineReaderTest, ALineOfTheLimitIsWhole) {
  const std::string line(10, 'x');
  for (const std::string end : {"\n", "\r\n", ""}) {
    const auto got = read(line + end, 10);
    EXPECT_EQ(got.lines, Lines{line});
    EXPECT_TRUE(got.too_long.empty());
  }
}

TEST_F(LineReaderTest, LinesBeforeTheFirstWantedAreSkipped) {
  EXPECT_EQ(read("a\nb\nc\n", 1000, 64, 3).lines, Lines{"c"});
  EXPECT_EQ(read("a\nb\nc\n", 1000, 64, 3).numbers, std::vector<std::int64_t>{3});
  EXPECT_EQ(read("a\nb\n", 1000, 64, 9).lines, Lines{});
  EXPECT_EQ(read(std::string(500, 'x') + "\nb\n", 10, 64, 2).lines, Lines{"b"});
}

TEST_F(LineReaderTest, LinesOfAllLengthsAreReadThroughBlocksOfAllSizes) {
  std::mt19937 random(7);
  Lines lines;
  std::string bytes;
  for (int i = 0; i < 2000; ++i) {
    const std::size_t size = random() % 20 == 0 ? random() % 900 : random() % 30;
    lines.emplace_back(size, static_cast<char>('a' + i % 26));
    bytes += lines.back() + (random() % 3 == 0 ? "\r\n" : "\n");
  }
  for (const std::size_t block : {64u, 100u, 512u, 4096u}) {
    for (const bool keep : {false, true}) {
      const auto got = read(bytes, 1000, block, 1, keep);
      EXPECT_EQ(got.lines, lines) << block;
      EXPECT_TRUE(got.too_long.empty());
    }
  }
}

TEST_F(LineReaderTest, AFailedReadIsAnError) {
  const FileDescriptor folder(::open(dir.path().c_str(), O_RDONLY));
  BlockPool pool(64);
  LineReader reader(folder.get(), pool, 10);
  EXPECT_THROW(reader.fill(context), std::system_error);
}

}  // namespace
}  // namespace weir
