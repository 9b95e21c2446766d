// SPDX-License-Identifier: Apache-2.0
#include "set_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

#include "plugins/stage_checks.h"

namespace weir::set_key {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::StartsWith;

std::vector<std::string> keys_of(Harness<SetKey>& stage) {
  std::vector<std::string> keys;
  for (const auto& item : stage.out()) keys.push_back(item.key.value_or("(none)"));
  return keys;
}

TEST(SetKey, OneFieldGivesItsText) {
  Harness<SetKey> stage(R"({"field": "user.id"})");
  stage.process({R"({"user":{"id":"o6_b"}})", R"({"user":{"id":12.50}})", R"({"user":{"id":true}})",
                 R"({"user":{"id":"a\"\u00e9"}})", R"({"user":{"id":""}})"});
  EXPECT_THAT(keys_of(stage), ElementsAre("o6_b", "12.50", "true", "a\"\u00e9", ""));
  EXPECT_THAT(stage.errors(), IsEmpty());
}

TEST(SetKey, SeveralFieldsGiveAJsonArray) {
  Harness<SetKey> stage(R"({"field": ["a", "b.c", "$header.h"]})");
  Item plain(R"({ "a" : "x", "b" : {"c" : 3} })");
  Item escaped(R"({"a":"\u0078\n","b":{"c":false}})");
  plain.headers = escaped.headers = {{"h", "v"}};
  stage.process({plain, escaped});
  EXPECT_THAT(keys_of(stage), ElementsAre(R"(["x",3,"v"])", R"(["x\n",false,"v"])"));
}

TEST(SetKey, AListOfOneFieldIsOneField) {
  Harness<SetKey> stage(R"({"field": ["id"]})");
  stage.process({R"({"id":"x"})"});
  EXPECT_THAT(keys_of(stage), ElementsAre("x"));
}

TEST(SetKey, EverythingElseOfTheRecordStays) {
  for (const char* options : {R"({"field": "id"})", R"({"field": ["id", "$key"]})"}) {
    Harness<SetKey> stage(options);
    const Item item = test::whole_item(R"({"id":"new"})");
    stage.process({item});
    const auto out = stage.out();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].value, item.value);
    test::expect_rest_kept(out[0], item);
  }
}

TEST(SetKey, RemoveTakesTheKeyAway) {
  Harness<SetKey> stage(R"({"remove": true})");
  Item item("not JSON");
  item.key = "k";
  stage.process({item, "without"});
  EXPECT_THAT(keys_of(stage), ElementsAre("(none)", "(none)"));
}

TEST(SetKey, ARecordWithoutTheFieldGoesToErrorWithWhatWasFound) {
  Harness<SetKey> stage(R"({"field": ["a", "b"]})");
  stage.process({R"({"a":1})", R"({"a":1,"b":null})", R"({"a":{},"b":1})", R"({"a":1,"b":[1]})", Item{}});
  EXPECT_THAT(stage.out(), IsEmpty());
  EXPECT_THAT(test::reasons(stage), ElementsAre(StartsWith("no_key: the key's field 'b' is nothing;"),
                                                StartsWith("no_key: the key's field 'b' is null;"),
                                                StartsWith("no_key: the key's field 'a' is an object;"),
                                                StartsWith("no_key: the key's field 'b' is an array;"),
                                                StartsWith("no_key: the key's field 'a' is nothing;")));
}

TEST(SetKey, AValueThatIsNotJsonGoesToErrorAndTheOthersPass) {
  Harness<SetKey> stage(R"({"field": "id"})");
  stage.process({R"({"id":1})", R"({"id":2)", R"({"id":3})"});
  EXPECT_THAT(keys_of(stage), ElementsAre("1", "3"));
  const auto errors = stage.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "bad_json");
  EXPECT_EQ(errors[0].value, R"({"id":2)");
}

TEST(SetKey, AHeaderThatIsNoTextIsAKeyAloneButNotOneOfSeveral) {
  Item item("{}");
  item.headers = {{"h", "\xff"}};
  Harness<SetKey> alone(R"({"field": "$header.h"})");
  alone.process({item});
  EXPECT_THAT(keys_of(alone), ElementsAre("\xff"));
  Harness<SetKey> several(R"({"field": ["$header.h", "$header.h"]})");
  several.process({item});
  const auto errors = several.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("no UTF-8"));
}

TEST(SetKey, OptionsThatMakeNoSenseAreRefusedWithTheirPlace) {
  test::expect_refused<SetKey>({
      {"{}", "", "expected 'field'"},
      {R"({"field": []})", "/field", "at least one field"},
      {R"({"field": "a", "remove": true})", "/remove", "expected one of them"},
      {R"({"field": "a..b"})", "/field", "is no field path"},
      {R"({"field": ["a", "b["]})", "/field/1", "is no field path"},
  });
}

}  // namespace
}  // namespace weir::set_key
