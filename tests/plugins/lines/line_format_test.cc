// SPDX-License-Identifier: Apache-2.0
#include "lines/line_format.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <optional>
#include <string>

namespace weir {
namespace {

/// The line of a record with this value in this format; nothing when the format cannot hold it.
std::optional<std::string> line(const std::string& format, std::optional<std::string> value) {
  LineFormat lines(Options(nlohmann::json{{"format", format}}));
  Record record;
  if (value) {
    record.value = {value->data(), value->size()};
    value->resize(value->size() + WEIR_PADDING);
    record.value.data = value->data();
  }
  std::string to = "before\n";
  const bool written = lines.append(record, to);
  EXPECT_EQ(to.substr(0, 7), "before\n");
  EXPECT_TRUE(written || to == "before\n") << to;
  return written ? std::optional(to.substr(7)) : std::nullopt;
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
