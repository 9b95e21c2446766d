// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

#include "plugins/stage_checks.h"

namespace weir::json {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::SizeIs;

TEST(Json, ValidObjectsPassByteForByte) {
  Harness<Json> json;
  json.process({R"({"openid":"o6_b"})", "  { \"a\" : [1, {\"b\":null}] }\r", "{}"});
  EXPECT_THAT(json.values("out"),
              ElementsAre(R"({"openid":"o6_b"})", "  { \"a\" : [1, {\"b\":null}] }\r", "{}"));
  EXPECT_THAT(json.out("invalid"), IsEmpty());
}

TEST(Json, BrokenValuesLeaveByInvalidUnchangedWithPlaceAndReason) {
  Harness<Json> json;
  const std::vector<Item> broken = {R"({"openid":"o6_b")", R"({"a":tru})", R"({"a":1,})", "", " ",
                                    "{\"a\":\"\xff\"}"};
  json.process(broken);
  EXPECT_THAT(json.values("out"), IsEmpty());
  const auto invalid = json.out("invalid");
  ASSERT_THAT(invalid, SizeIs(broken.size()));
  for (std::size_t i = 0; i < broken.size(); ++i) {
    EXPECT_EQ(invalid[i].value, broken[i].value);
    EXPECT_EQ(invalid[i].code, "bad_json");
  }
  EXPECT_THAT(invalid[0].message, HasSubstr("byte 17"));
  EXPECT_THAT(invalid[0].message, HasSubstr("expected '}'"));
  EXPECT_THAT(invalid[1].message, HasSubstr("byte 9"));
  EXPECT_THAT(invalid[2].message, HasSubstr("byte 8"));
  EXPECT_EQ(invalid[3].message, "the value is empty");
  EXPECT_TRUE(simdjson::validate_utf8(invalid[5].message));
}

TEST(Json, OtherJsonThanObjectsIsRefusedUnlessAllowed) {
  const std::vector<Item> values = {"[1]", "\"o6_b\"", "12", "true", "null"};
  Harness<Json> objects;
  objects.process(values);
  EXPECT_THAT(
      test::reasons(objects, "invalid"),
      ElementsAre("not_an_object: found an array, expected an object",
                  "not_an_object: found a string, expected an object (wrap_as would make it a field of one)",
                  "not_an_object: found a number, expected an object (wrap_as would make it a field of one)",
                  "not_an_object: found a boolean, expected an object",
                  "not_an_object: found null, expected an object"));
  Harness<Json> any(R"({"allow": "any"})");
  any.process(values);
  EXPECT_THAT(any.values("out"), ElementsAre("[1]", "\"o6_b\"", "12", "true", "null"));
}

TEST(Json, BareStringsAndNumbersAreWrapped) {
  Harness<Json> json(R"({"wrap_as": "openid"})");
  json.process(
      {"\"o6_b\"", R"({"openid":"o6_c"})", " 12 ", "\"a\\\"b\\u00e9\"", "1e999", "true", "null", "[1]"});
  EXPECT_THAT(json.values("out"),
              ElementsAre(R"({"openid":"o6_b"})", R"({"openid":"o6_c"})", R"({"openid":12})",
                          R"({"openid":"a\"b\u00e9"})", R"({"openid":1e999})"));
  EXPECT_THAT(test::reasons(json, "invalid"), SizeIs(3));
}

TEST(Json, AnIdWithoutQuotesIsRefusedWithAHint) {
  Harness<Json> json(R"({"wrap_as": "openid"})");
  json.process({"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"});
  const auto invalid = test::reasons(json, "invalid");
  ASSERT_THAT(invalid, SizeIs(1));
  EXPECT_THAT(invalid[0], HasSubstr("bad_json: byte 1"));
  EXPECT_THAT(invalid[0], HasSubstr("plain_text: true would take text without quotes"));
}

TEST(Json, PlainTextBecomesAString) {
  Harness<Json> json(R"({"wrap_as": "openid", "plain_text": true})");
  json.process(
      {"o6_b", "  o6_c\r", "12", "null", "say \"hi\"\\", "\"quoted\"", R"({"openid":"x"})", "中\t文"});
  EXPECT_THAT(json.values("out"),
              ElementsAre(R"({"openid":"o6_b"})", R"({"openid":"o6_c"})", R"({"openid":"12"})",
                          R"({"openid":"null"})", R"({"openid":"say \"hi\"\\"})", R"({"openid":"quoted"})",
                          R"({"openid":"x"})", R"({"openid":"中\t文"})"));
  json.process({R"({"openid":"x")", "\"unclosed", "\xff\xfe", "  "});
  EXPECT_THAT(test::reasons(json, "invalid"), SizeIs(4));
}

TEST(Json, PlainTextAloneBecomesABareString) {
  Harness<Json> json(R"({"allow": "any", "plain_text": true})");
  json.process({"o6_b", "[1]"});
  EXPECT_THAT(json.values("out"), ElementsAre("\"o6_b\"", "[1]"));
}

TEST(Json, RequiredFieldsMustBeThereAndNotNull) {
  Harness<Json> json(R"({"require": ["openid", "a.b"]})");
  json.process({R"({"openid":1,"a.b":false})", R"({"openid":1})", R"({"a.b":1,"openid":null})",
                R"({"\u006fpenid":"","a.b":[]})"});
  EXPECT_THAT(json.values("out"),
              ElementsAre(R"({"openid":1,"a.b":false})", R"({"\u006fpenid":"","a.b":[]})"));
  EXPECT_THAT(test::reasons(json, "invalid"),
              ElementsAre("missing_field: there is no field 'a.b', which is required",
                          "missing_field: the field 'openid' is null, but required"));
}

TEST(Json, SelectedFieldsKeepTheirBytesAndOrder) {
  Harness<Json> json(R"({"select": ["name", "id"]})");
  json.process({R"({ "id" : 1.50 , "x":{"y":[1,2]}, "name":"\u00e9" })", R"({"x":1})",
                R"({"name":{"first": "A" , "b":[ ]} ,"id":null})"});
  EXPECT_THAT(json.values("out"), ElementsAre(R"({"id":1.50,"name":"\u00e9"})", "{}",
                                              R"({"name":{"first": "A" , "b":[ ]},"id":null})"));
}

TEST(Json, FieldsAreRenamed) {
  Harness<Json> json(R"({"rename": {"id": "openid", "n": "a\"b"}})");
  json.process({R"({"x":1,"id":"o","y\n":[2]})", R"({"n":0})"});
  EXPECT_THAT(json.values("out"), ElementsAre(R"({"x":1,"openid":"o","y\n":[2]})", R"({"a\"b":0})"));
}

TEST(Json, SelectNamesFieldsAsTheyComeInAndRenameAsTheyLeave) {
  Harness<Json> json(R"({"select": ["id", "lang"], "rename": {"id": "openid"}})");
  json.process({R"({"id":"o","lang":"zh","openid":"old"})"});
  EXPECT_THAT(json.values("out"), ElementsAre(R"({"openid":"o","lang":"zh"})"));
}

TEST(Json, TwoFieldsCanSwapNames) {
  Harness<Json> json(R"({"rename": {"a": "b", "b": "a"}})");
  json.process({R"({"a":1,"b":2})"});
  EXPECT_THAT(json.values("out"), ElementsAre(R"({"b":1,"a":2})"));
}

TEST(Json, ARenamedFieldDoesNotHideAnother) {
  Harness<Json> json(R"({"rename": {"id": "openid"}})");
  json.process({R"({"id":1,"openid":2})", R"({"openid":2,"id":1})", R"({"openid":2})"});
  EXPECT_THAT(json.values("out"), ElementsAre(R"({"openid":2})"));
  const auto invalid = json.out("invalid");
  ASSERT_THAT(invalid, SizeIs(2));
  EXPECT_EQ(invalid[0].code, "duplicate_field");
}

TEST(Json, WrappedValuesAreRenamedAndCheckedToo) {
  Harness<Json> renamed(R"({"wrap_as": "id", "rename": {"id": "openid"}, "require": ["id"]})");
  renamed.process({"\"o\"", R"({"id":"p"})"});
  EXPECT_THAT(renamed.values("out"), ElementsAre(R"({"openid":"o"})", R"({"openid":"p"})"));
  Harness<Json> lacking(R"({"wrap_as": "id", "require": ["id", "lang"]})");
  lacking.process({"\"o\""});
  EXPECT_THAT(test::reasons(lacking, "invalid"),
              ElementsAre("missing_field: the bare value is no field 'lang', which is required"));
}

TEST(Json, ChangedRecordsKeepKeyHeadersTimeAndOrder) {
  Harness<Json> json(R"({"wrap_as": "openid"})");
  const Item item = test::whole_item("\"o\"");
  json.process({R"({"n":1})", item, R"({"n":2})"});
  const auto out = json.out("out");
  ASSERT_THAT(out, SizeIs(3));
  EXPECT_EQ(out[0].value, R"({"n":1})");
  EXPECT_EQ(out[1].value, R"({"openid":"o"})");
  EXPECT_EQ(out[2].value, R"({"n":2})");
  EXPECT_EQ(out[1].key, "k");
  test::expect_rest_kept(out[1], item);
}

TEST(Json, ATombstoneIsInvalid) {
  Harness<Json> json;
  json.process({Item{}});
  EXPECT_THAT(test::reasons(json, "invalid"), ElementsAre("bad_json: the record has no value (a tombstone)"));
}

TEST(Json, OptionsThatCannotGoTogetherAreRefusedWithTheirPlace) {
  test::expect_refused<Json>({
      {R"({"wrap_as": ""})", "/wrap_as", "expected the name of a field"},
      {R"({"plain_text": true})", "/plain_text", "set wrap_as"},
      {R"({"allow": "any", "require": ["a"]})", "/allow", "need objects"},
      {R"({"allow": "any", "select": ["a"]})", "/allow", "need objects"},
      {R"({"select": []})", "/select", "at least one field"},
      {R"({"select": ["a"], "wrap_as": "id"})", "/select", "'id', the field of wrap_as, is not among"},
      {R"({"select": ["a"], "rename": {"b/c": "d"}})", "/rename/b~1c", "'b/c' is renamed, but not among"},
      {R"({"rename": {"a": "c", "b": "c"}})", "/rename", "two fields would be named 'c'"},
      {R"({"select": ["a", "b"], "rename": {"a": "b"}})", "/rename", "two fields would be named 'b'"},
  });
}

}  // namespace
}  // namespace weir::json
