// SPDX-License-Identifier: Apache-2.0
#include "lines/line_format.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {
namespace {

constexpr std::size_t kAll = SIZE_MAX;

LineFormat format_of(const std::string& name) {
  return LineFormat(Options(nlohmann::json{{"format", name}}));
}

/// The line of a record with this value in this format; nothing when the format cannot hold it.
std::optional<std::string> line(const std::string& format, std::optional<std::string> value) {
  Record record;
  if (value) {
    const std::size_t size = value->size();
    value->resize(size + WEIR_PADDING);
    record.value = {value->data(), size};
  }
  LineBuffer to;
  to.append_line("before");
  const std::size_t written = format_of(format).append({&record, 1}, kAll, to);
  EXPECT_EQ(to.text().substr(0, 7), "before\n");
  if (written == 1) return std::string(to.text().substr(7));
  EXPECT_EQ(to.text(), "before\n");
  return std::nullopt;
}

/// Records that stand in one piece of memory, as the lines of a file do; `gap` stands between them.
std::string lines_in_a_row(const std::vector<std::string>& values, const std::string& gap, std::size_t enough,
                           std::size_t* taken = nullptr) {
  std::string memory;
  for (const auto& value : values) memory += value + gap;
  memory.resize(memory.size() + WEIR_PADDING);
  std::vector<Record> records;
  const char* at = memory.data();
  for (const auto& value : values) {
    records.emplace_back().value = {at, value.size()};
    at += value.size() + gap.size();
  }
  LineBuffer to;
  const std::size_t n = format_of("value").append(records, enough, to);
  if (taken != nullptr) *taken = n;
  return std::string(to.text());
}

TEST(LineFormat, ValuesThatAreNeighboursBecomeTheSameLines) {
  const std::vector<std::string> values = {"a", "", "", "long", "b"};
  for (const std::string gap : {"\n", "\r\n", "x", "", "\n\n"}) {
    EXPECT_EQ(lines_in_a_row(values, gap, kAll), "a\n\n\nlong\nb\n") << "between them: '" << gap << "'";
  }
}

TEST(LineFormat, NoMoreRecordsAreTakenThanMakeEnough) {
  for (const std::string gap : {"\n", "x"}) {
    std::size_t taken = 0;
    EXPECT_EQ(lines_in_a_row({"aa", "bb", "cc"}, gap, 4, &taken), "aa\nbb\n");
    EXPECT_EQ(taken, 2u);
    EXPECT_EQ(lines_in_a_row({"aa", "bb", "cc"}, gap, 3, &taken), "aa\n");
    EXPECT_EQ(taken, 1u);
    EXPECT_EQ(lines_in_a_row({"aa", "bb", "cc"}, gap, 6, &taken), "aa\nbb\n");
  }
}

TEST(LineFormat, ARecordThatItCannotHoldIsTheNextOne) {
  const std::string padded = "1" + std::string(WEIR_PADDING, ' ');
  const std::string bad = "\xff" + std::string(WEIR_PADDING, ' ');
  Record records[3];
  records[0].value = records[2].value = {padded.data(), 1};
  records[1].value = {bad.data(), 1};
  LineBuffer to;
  EXPECT_EQ(format_of("ndjson").append(records, kAll, to), 1u);
  EXPECT_EQ(to.text(), "1\n");
}

TEST(LineFormat, ValueWritesTheBytesAsTheyAre) {
  EXPECT_EQ(line("value", "o1"), "o1\n");
  EXPECT_EQ(line("value", "\xff\n"), "\xff\n\n");
  EXPECT_EQ(line("value", ""), "\n");
  EXPECT_EQ(line("value", std::nullopt), "\n");
}

TEST(LineFormat, NdjsonKeepsJsonOnOneLine) {
  EXPECT_EQ(line("ndjson", R"({"id": 1})"), "{\"id\": 1}\n");
  EXPECT_EQ(line("ndjson", "{\r\n  \"id\": \"a b\"\n}\n"), "{\"id\":\"a b\"}\n");
  EXPECT_EQ(line("ndjson", "17"), "17\n");
  EXPECT_EQ(line("ndjson", std::nullopt), "null\n");
}

TEST(LineFormat, NdjsonKeepsNumbersOfAnyLength) {
  EXPECT_EQ(line("ndjson", "123456789012345678901234567890"), "123456789012345678901234567890\n");
}

TEST(LineFormat, NdjsonWritesOtherTextAsAString) {
  EXPECT_EQ(line("ndjson", "o1"), "\"o1\"\n");
  EXPECT_EQ(line("ndjson", "{\"id\":"), "\"{\\\"id\\\":\"\n");
  EXPECT_EQ(line("ndjson", "two\nlines"), "\"two\\nlines\"\n");
  EXPECT_EQ(line("ndjson", ""), "\"\"\n");
  EXPECT_EQ(line("ndjson", "1 2"), "\"1 2\"\n");
}

TEST(LineFormat, NdjsonRefusesBytesThatAreNoText) {
  EXPECT_EQ(line("ndjson", "\xff"), std::nullopt);
}

TEST(LineFormat, EnvelopeHoldsAnything) {
  EXPECT_EQ(line("envelope", "o1\n"), "{\"weir\":1,\"value\":\"o1\\n\"}\n");
  EXPECT_EQ(line("envelope", "\xff"), "{\"weir\":1,\"value_base64\":\"/w==\"}\n");
  EXPECT_EQ(line("envelope", std::nullopt), "{\"weir\":1,\"value\":null}\n");
}

}  // namespace
}  // namespace weir
