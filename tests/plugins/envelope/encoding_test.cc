// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "envelope/base64.h"
#include "envelope/timestamp.h"

namespace weir {
namespace {

std::string base64(std::string_view bytes) {
  std::string text;
  append_base64(bytes, text);
  return text;
}

std::string timestamp(std::int64_t milliseconds) {
  std::string text;
  append_timestamp(milliseconds, text);
  return text;
}

TEST(Base64, WritesTheExamplesOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, EveryByteAtEveryPlaceComesBack) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size < 8; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string bytes(size, 'x');
        bytes[at] = static_cast<char>(byte);
        std::string back;
        ASSERT_TRUE(parse_base64(base64(bytes), back));
        ASSERT_EQ(back, bytes);
      }
    }
  }
}

TEST(Base64, WhatIsNoneIsRefused) {
  std::string to;
  for (const char* text : {"Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Z*==", "Zm9v\n"}) {
    EXPECT_FALSE(parse_base64(text, to)) << text;
  }
}

TEST(Timestamp, IsUtcWithMilliseconds) {
  EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp(1'709'208'000'007), "2024-02-29T12:00:00.007Z");
  EXPECT_EQ(timestamp(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Timestamp, WhatIsWrittenIsReadBack) {
  for (const std::int64_t time : {-1LL, 0LL, 1'709'208'000'007LL, 253'402'300'799'999LL}) {
    EXPECT_EQ(parse_timestamp(timestamp(time)), time);
  }
}

TEST(Timestamp, OtherFractionsAreRead) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z"), 1000);
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01.5Z"), 1500);
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01.123456Z"), 1123);
}

TEST(Timestamp, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "1970-01-01", "1970-01-01T00:00:01", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+01:00", "x970-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir
