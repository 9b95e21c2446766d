// SPDX-License-Identifier: Apache-2.0
#include "checked_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/abi.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "why_not_json.h"

namespace weir::json {
namespace {

using ::testing::HasSubstr;

// Bytes with exactly WEIR_PADDING more behind them, so that a sanitizer sees each read beyond.
class Padded {
 public:
  explicit Padded(std::string_view bytes, char filler = '\0')
      : memory_(bytes.size() + WEIR_PADDING, filler), size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), memory_.begin());
  }
  std::string_view view() const { return {memory_.data(), size_}; }

 private:
  std::vector<char> memory_;
  std::size_t size_;
};

bool is_json(std::string_view text, char filler = '\0') {
  const Padded padded(text, filler);
  CheckedJson json;
  return json.read(padded.view());
}

std::string nested(int depth) {
  const auto n = static_cast<std::size_t>(depth);
  return std::string(n, '[') + std::string(n, ']');
}

TEST(CheckedJson, AcceptsAllOfJson) {
  for (const char* text :
       {"{}", "[]", "null", "true", "false", "0", "-1.5e-3", "\"\"", " { } ", "[1,[2,[]],{\"a\":{}}]",
        "\t\n1\r ", R"({"":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})", "123456789012345678901234567890", "1e999",
        "-0", R"({"a":1,"a":2})", "\"\x7f\"", "true                                        "}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(CheckedJson, RefusesAllElse) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           ",",
                           ":",
                           "{]",
                           "[}",
                           "{7}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{a:1}",
                           "{'a':1}",
                           "nul",
                           "nulll",
                           "truex",
                           "tru",
                           "True",
                           "01",
                           "1.",
                           ".1",
                           "+1",
                           "-",
                           "1e",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "\"a",
                           "a\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\t\"",
                           "\"\n\"",
                           "\"\xff\"",
                           "\xff",
                           "\"\xed\xa0\x80\"",
                           "1 2",
                           "{}{}",
                           "[] x",
                           "\"a\"b",
                           "{\"a\":{\"b\":1}",
                           "{\"a\":{7}]",
                           "[1}",
                           "{\"a\":[1}",
                           "\xEF\xBB\xBF{}",
                           "// x\n1",
                           "{\"a\":\"b\":1}",
                           "[\"a\":1]",
                           "{\"x\":{\"y\":\"b\":1},\"a\":1}}"}) {
    for (const char filler : {'\0', '}', ']', '"', ',', 'x', '1'}) {
      EXPECT_FALSE(is_json(text, filler)) << text << " before " << filler;
    }
  }
}

TEST(CheckedJson, NestingHasALimit) {
  EXPECT_TRUE(is_json(nested(CheckedJson::kMaxDepth)));
  EXPECT_FALSE(is_json(nested(CheckedJson::kMaxDepth + 1)));
  EXPECT_FALSE(is_json(nested(1'000'000)));
  EXPECT_THAT(why_not_json(nested(2'000)), HasSubstr("deeper in one another than 1024"));
}

TEST(CheckedJson, KeepsTheFieldsOfTheOutermostObjectAsSlices) {
  const Padded padded(R"( {"a" : [1, {"b":2} ] , "c\n":{"d":{}}, "e" :"x" ,"f": -1.50} )");
  CheckedJson json;
  ASSERT_TRUE(json.read(padded.view()));
  ASSERT_EQ(json.fields().size(), 4u);
  EXPECT_EQ(json.fields()[0].name, "a");
  EXPECT_EQ(json.fields()[0].value, R"([1, {"b":2} ])");
  EXPECT_EQ(json.fields()[1].name, R"(c\n)");
  EXPECT_EQ(json.plain_name(json.fields()[1]), "c\n");
  EXPECT_EQ(json.fields()[1].value, R"({"d":{}})");
  EXPECT_EQ(json.fields()[2].value, R"("x")");
  EXPECT_EQ(json.fields()[3].value, "-1.50");
}

// nlohmann_json refuses numbers beyond a double's range and takes a byte order mark; else both agree.
TEST(CheckedJson, AgreesWithAnotherParserOnMutatedTexts) {
  const std::string sample =
      R"({"openid":"o6_b","age":-3.5e1,"tags":[128,{"id":7},[],{}],"ok":true,"n":null,"note":"a\"\u00e9\ud83d\ude00深"})";
  const std::string bytes = "{}[]\":,\\ 0123456789-+.eEtrufalsnd\n\t\x01\x80\xff";
  std::mt19937 random(29);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same texts each time
  int valid = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text = sample;
    for (unsigned n = random() % 3; n < 3; ++n) {
      const std::size_t at = random() % text.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 4) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.erase(at, 1 + random() % 4);
          break;
        case 2:
          text.insert(at, 1, byte);
          break;
        default:
          text.resize(at + 1);
      }
      if (text.empty()) text = "x";
    }
    const bool expected = nlohmann::json::accept(text);
    valid += expected ? 1 : 0;
    ASSERT_EQ(is_json(text, ' '), expected) << text;
    ASSERT_EQ(is_json(text, '}'), expected) << text;
    if (expected) continue;
    ASSERT_TRUE(simdjson::validate_utf8(why_not_json(text))) << text;
  }
  EXPECT_GT(valid, 1'000);
}

}  // namespace
}  // namespace weir::json
