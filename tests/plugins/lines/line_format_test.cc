// SPDX-License-Identifier: Apache-2.0
#include "lines/line_format.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <tuple>

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

TEST(LineFormat, NoMoreRecordsAreTakenThanMakeEnough) {
  Record records[3];
  records[0].value = slice("aa");
  records[1].value = slice("bb");
  records[2].value = slice("cc");
  for (const auto& [enough, taken, lines] :
       std::initializer_list<std::tuple<std::size_t, std::size_t, const char*>>{
           {0, 0, ""}, {3, 1, "aa\n"}, {4, 2, "aa\nbb\n"}, {6, 2, "aa\nbb\n"}, {kAll, 3, "aa\nbb\ncc\n"}}) {
    LineBuffer to;
    EXPECT_EQ(format_of("value").append(records, enough, to), taken) << enough;
    EXPECT_EQ(to.text(), lines) << enough;
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
