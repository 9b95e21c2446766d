// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/json_field.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "padded.h"

namespace weir {
namespace {

using Kind = JsonValue::Kind;
using test::Padded;

// What a field reads as, in one string: its kind and its text.
std::string read(std::string_view json, std::string_view path, char filler = '\0') {
  const Padded padded(json, filler);
  JsonReader reader;
  reader.read(padded.record());
  const JsonValue& v = reader.find(FieldPath::parse(path, ""));
  static constexpr const char* kKinds[] = {"missing", "null",   "bool",  "integer", "natural",
                                           "real",    "string", "array", "object",  "error"};
  std::string found = kKinds[static_cast<int>(v.kind)];
  if (v.kind != Kind::kMissing && v.kind != Kind::kNotJson) found.append(" ").append(v.text);
  return found;
}

constexpr std::string_view kUser =
    R"({"openid": "o6_b", "age":34, "tags":[128,{"id":7}], "address" : {"city":"深圳", "zip": null },)"
    R"( "ok":true, "score":1.5, "note":"a\"b\u00e9\n", "a.b":"dot", "":"unnamed"})";

TEST(JsonReader, FindsScalarsByName) {
  EXPECT_EQ(read(kUser, "openid"), "string o6_b");
  EXPECT_EQ(read(kUser, "age"), "integer 34");
  EXPECT_EQ(read(kUser, "ok"), "bool true");
  EXPECT_EQ(read(kUser, "score"), "real 1.5");
  EXPECT_EQ(read(kUser, "address.zip"), "null null");
  EXPECT_EQ(read(kUser, R"(a\.b)"), "string dot");
}

TEST(JsonReader, GoesIntoObjectsAndArrays) {
  EXPECT_EQ(read(kUser, "address.city"), "string 深圳");
  EXPECT_EQ(read(kUser, "tags[0]"), "integer 128");
  EXPECT_EQ(read(kUser, "tags[1].id"), "integer 7");
  EXPECT_EQ(read("[[1,2],[3]]", "[1][0]"), "integer 3");
}

TEST(JsonReader, WhatIsNotThereIsMissing) {
  for (const char* path : {"name", "address.street", "tags[2]", "tags.id", "address[0]", "age.x", "openid[0]",
                           "address.zip.x", "OPENID", "openi", "openidx"}) {
    EXPECT_EQ(read(kUser, path), "missing") << path;
  }
  EXPECT_EQ(read("{}", "a"), "missing");
  EXPECT_EQ(read("[]", "[0]"), "missing");
  EXPECT_EQ(read("12", "a"), "missing");
  EXPECT_EQ(read("\"openid\"", "openid"), "missing");
  EXPECT_EQ(read("null", "a.b"), "missing");
}

TEST(JsonReader, ObjectsAndArraysComeAsTheirText) {
  EXPECT_EQ(read(kUser, "address"), R"(object {"city":"深圳", "zip": null })");
  EXPECT_EQ(read(kUser, "tags"), R"(array [128,{"id":7}])");
  EXPECT_EQ(read(" {\"a\":1}\r\n", ""), "object {\"a\":1}");
  EXPECT_EQ(read(" [ 1, 2 ] ", "$"), "array [ 1, 2 ]");
}

TEST(JsonReader, TheWholeValueMayBeAScalar) {
  EXPECT_EQ(read(" \"o6_b\" ", "$"), "string o6_b");
  EXPECT_EQ(read("12\n", "$"), "integer 12");
  EXPECT_EQ(read("true          \t   ", "$"), "bool true");
  EXPECT_EQ(read("null", "$"), "null null");
}

TEST(JsonReader, EscapesAreResolvedInValuesAndNames) {
  EXPECT_EQ(read(kUser, "note"), "string a\"b\u00e9\n");
  EXPECT_EQ(read(R"({"\u006fpenid":"x"})", "openid"), "string x");
  EXPECT_EQ(read(R"({"a\/b":"x"})", "a/b"), "string x");
  EXPECT_EQ(read(R"({"a":"\ud83d\ude00"})", "a"), "string \U0001F600");
  EXPECT_EQ(read(R"({"a":"\u0000"})", "a"), std::string("string ") + '\0');
  EXPECT_EQ(read(R"({"a":"x\\"})", "a"), "string x\\");
}

TEST(JsonReader, LargeNumbersKeepTheirDigits) {
  EXPECT_EQ(read(R"({"a":9007199254740993})", "a"), "integer 9007199254740993");
  EXPECT_EQ(read(R"({"a":18446744073709551615})", "a"), "natural 18446744073709551615");
  EXPECT_EQ(read(R"({"a":123456789012345678901234567890})", "a"), "real 123456789012345678901234567890");
}

TEST(JsonReader, TheFirstOfEqualNamesCounts) {
  EXPECT_EQ(read(R"({"a":1,"a":2})", "a"), "integer 1");
}

TEST(JsonReader, BrokenValuesAreErrorsEvenWhereTheFieldStandsBeforeTheBreak) {
  const char* const broken[] = {
      "",
      "   ",
      R"({"a":1)",
      R"({"a":1,)",
      R"({"a":1,})",
      R"({"a":1}})",
      R"({"a":1} x)",
      R"({"a":1}{"a":2})",
      R"({"a":1 "b":2})",
      R"({"a":1,"b"})",
      R"({"a":1,"b":})",
      R"({"a":1,"b":,"c":2})",
      R"({"a":1,b:2})",
      R"({"a":1,"b":2]})",
      R"({"a":1,"b":"x)",
      R"({"a":1,"b":{"c":2})",
      R"({"a":1,"b":[1,2})",
      "{\"a\":1,\"b\":\"\xff\"}",
      "{\"a\":1,\"b\":\"\x01\"}",
      R"({"a":01})",
      R"({"a":1x})",
      R"({"a":tru})",
      R"({"a":"\x"})",
      R"({"a":"\ud800"})",
      R"({"a":"\udc00"})",
      R"({"a":"\u12g4"})",
      R"({"a":1e999})",
      R"({"a" 1})",
      R"({"a":"b":1})",
      R"({"x":"b":1,"a":1})",
      R"({"x":{"y":"b":1},"a":1}})",
      "o6_b",
      "\"a\" \"b\"",
      "1 2",
      "\xEF\xBB\xBF{\"a\":1}",
      "nullx",
  };
  for (const char* json : broken) {
    for (const char filler : {'\0', ' ', '}', ']', '"', ',', '1', '{'}) {
      EXPECT_EQ(read(json, "a", filler), "error") << json << " before " << filler;
    }
  }
}

TEST(JsonReader, KeyAndHeadersAreText) {
  Padded padded("{}");
  Record record = padded.record();
  record.key = slice("k1");
  const weir_header headers[] = {{slice("lang"), slice("zh")}, {slice("lang"), slice("en")}};
  record.headers = headers;
  record.header_count = 2;
  JsonReader reader;
  reader.read(record);
  EXPECT_EQ(reader.find(FieldPath::parse("$key", "")).text, "k1");
  EXPECT_EQ(reader.find(FieldPath::parse("$header.lang", "")).text, "en");
  EXPECT_EQ(reader.find(FieldPath::parse("$header.other", "")).kind, Kind::kMissing);
  record.key = kAbsent;
  reader.read(record);
  EXPECT_EQ(reader.find(FieldPath::parse("$key", "")).kind, Kind::kMissing);
}

TEST(JsonReader, ATombstoneHasNoFields) {
  const Record tombstone;
  JsonReader reader;
  reader.read(tombstone);
  EXPECT_EQ(reader.find(FieldPath::parse("a", "")).kind, Kind::kMissing);
}

TEST(JsonReader, OneReaderServesManyFieldsAndRecords) {
  const Padded first(R"({"a":"x\ty","b":2})"), broken("{\"a\":"), last(R"({"a":[3]})");
  const FieldPath a = FieldPath::parse("a", ""), b = FieldPath::parse("b", "");
  JsonReader reader;
  reader.read(first.record());
  EXPECT_EQ(reader.find(a).text, "x\ty");
  EXPECT_EQ(reader.find(b).integer, 2);
  EXPECT_EQ(reader.find(a).text, "x\ty");
  reader.read(broken.record());
  EXPECT_EQ(reader.find(a).kind, Kind::kNotJson);
  EXPECT_EQ(reader.find(b).kind, Kind::kNotJson);
  EXPECT_FALSE(reader.error().empty());
  reader.read(last.record());
  EXPECT_EQ(reader.find(a).text, "[3]");
}

TEST(JsonReader, LargeAndSmallValuesTakeTurns) {
  const std::string large = R"({"pad":")" + std::string(3u << 20, 'x') + R"(","a":1})";
  const Padded big(large), small(R"({"a":2})");
  const FieldPath a = FieldPath::parse("a", "");
  JsonReader reader;
  for (int i = 0; i < 3; ++i) {
    reader.read(big.record());
    EXPECT_EQ(reader.find(a).integer, 1);
    reader.read(small.record());
    EXPECT_EQ(reader.find(a).integer, 2);
  }
}

TEST(JsonReader, DeepNestingIsPassedOver) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(read(R"({"x":)" + deep + R"(,"a":1})", "a"), "integer 1");
  EXPECT_EQ(read(deep, "a"), "missing");
  EXPECT_EQ(read(std::string(100'000, '['), "[0][0]"), "error");
  EXPECT_EQ(read(std::string(100'000, '{'), "a"), "error");
}

// A value that was cut off anywhere is an error, whatever stands behind it in memory.
TEST(JsonReader, TruncatedValuesAreErrors) {
  for (std::size_t size = 0; size < kUser.size(); ++size) {
    const auto cut = kUser.substr(0, size);
    for (const char filler : {'\0', '}', '"', ']'}) {
      for (const char* path : {"openid", "age", "address.city", "tags[1].id", "none"}) {
        ASSERT_EQ(read(cut, path, filler), "error") << cut << " before " << filler;
      }
    }
  }
}

// Changed at random, a value never crashes the reader, gives the same result whatever stands behind it, and
// where the whole of it is still JSON, the right field.
TEST(JsonReader, MutatedValuesAreReadRightOrRefused) {
  std::mt19937 random(17);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same values each time
  const std::string bytes = "{}[]\":,\\ 0123456789-+.eEtrufalsn\n\t\x01\x80\xff";
  const std::vector<std::string> paths = {"openid", "age", "address.city", "tags[1].id", "note", "$"};
  int valid = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string json(kUser);
    for (unsigned n = random() % 3; n < 3; ++n) {
      const std::size_t at = random() % json.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          json[at] = byte;
          break;
        case 1:
          json.erase(at, 1 + random() % 4);
          break;
        default:
          json.insert(at, 1, byte);
      }
      if (json.empty()) json = "x";
    }
    const std::string& path = paths[random() % paths.size()];
    const std::string found = read(json, path, ' ');
    ASSERT_EQ(found, read(json, path, '}')) << json;
    ASSERT_EQ(found, read(json, path, '"')) << json;
    const auto tree = nlohmann::json::parse(json, nullptr, false);
    if (tree.is_discarded()) continue;
    ++valid;
    ASSERT_NE(found, "error") << path << " of " << json;
    if (path == "age" && tree.is_object() && tree.contains("age") && tree["age"].is_number_integer()) {
      ASSERT_EQ(found.substr(found.find(' ') + 1), tree["age"].dump()) << json;
    }
  }
  EXPECT_GT(valid, 1'000);
}

// What short objects without escapes are read by gives what the parser gives, which reads all that has white
// space in front.
TEST(JsonReader, PlainObjectsAreReadAsAllOthers) {
  constexpr std::string_view kPlain =
      R"({"openid":"o6_b","age":34,"tags":[128,{"id":7}], "address": {"city":"深圳", "zip": null ,"x":{}},)"
      R"("ok":true,"score":-1.5e3,"a.b":"dot","":"unnamed","long":"0123456789012345678901234567890123456789",)"
      R"("age":35,"last":0})";
  std::mt19937 random(5);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same values each time
  const std::string bytes = "{}[]\":,\\ 0123456789-+.eEtrufalsn\n\t\x01\x80\xff";
  const std::vector<std::string> paths = {"openid",  "age",         "address.city", "tags[1].id",
                                          "address", "address.x.y", "ok",           "score",
                                          "long",    "last",        "none",         "$"};
  for (const auto& path : paths) ASSERT_EQ(read(kPlain, path), read(' ' + std::string(kPlain), path)) << path;
  for (int round = 0; round < 60'000; ++round) {
    std::string json(kPlain);
    for (unsigned n = random() % 3; n < 3; ++n) {
      const std::size_t at = random() % json.size();
      switch (random() % 3) {
        case 0:
          json[at] = bytes[random() % bytes.size()];
          break;
        case 1:
          json.erase(at, 1 + random() % 4);
          break;
        default:
          json.insert(at, 1, bytes[random() % bytes.size()]);
      }
      if (json.empty()) json = "x";
    }
    const std::string& path = paths[random() % paths.size()];
    const std::string expected = read(' ' + json, path);
    ASSERT_EQ(read(json, path, '}'), expected) << path << " of " << json;
    ASSERT_EQ(read(json, path, '"'), expected) << path << " of " << json;
  }
}

TEST(JsonReader, ObjectsOfAnyLengthAreReadToTheirEnds) {
  for (std::size_t pad = 0; pad < 1200; ++pad) {
    const std::string json = R"({"a":1,"pad":")" + std::string(pad, '{') + R"(","b":[{"c":2}],"d":"e"})";
    ASSERT_EQ(read(json, "a", '"'), "integer 1") << pad;
    ASSERT_EQ(read(json, "d", '"'), "string e") << pad;
    ASSERT_EQ(read(json.substr(0, json.size() - 1), "a", '}'), "error") << pad;
    ASSERT_EQ(read(json.substr(0, json.size() - 2), "a", '"'), "error") << pad;
  }
}

}  // namespace
}  // namespace weir
