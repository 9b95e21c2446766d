// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <weir/json_string.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace weir {
namespace {

TEST(JsonString, EveryAsciiCharacterIsReadBackByAnotherParser) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "ä€😀";
  EXPECT_EQ(nlohmann::json::parse(json_string(text)).get<std::string>(), text);
}

TEST(JsonString, WhatIsNoUtf8BecomesReadable) {
  const auto readable = [](std::string_view text) {
    std::string json;
    append_readable_json_string(text, json);
    return nlohmann::json::parse(json).get<std::string>();
  };
  EXPECT_EQ(readable("a\xff"
                     "b"),
            "a\uFFFDb");
  EXPECT_EQ(readable("😀\xf0\x9f"), "😀\uFFFD\uFFFD");
}

}  // namespace
}  // namespace weir
