// SPDX-License-Identifier: Apache-2.0
#include "conditions/condition.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace weir::conditions {
namespace {

// Holds the bytes of a record as a host does, with WEIR_PADDING behind them.
class Sample {
 public:
  explicit Sample(std::string_view value, std::optional<std::string> key = {})
      : value_(value), key_(std::move(key)) {
    value_.append(WEIR_PADDING, '\0');
    record_.value = {value_.data(), value.size()};
    if (key_) record_.key = slice(*key_);
    record_.headers = &header_;
    record_.header_count = 1;
  }
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;
  const Record& record() const { return record_; }

 private:
  std::string value_;
  std::optional<std::string> key_;
  weir_header header_{slice("lang"), slice("zh")};
  Record record_;
};

Verdict test(std::string_view condition, const Record& record) {
  const Condition compiled(nlohmann::json::parse(condition), "/where");
  JsonReader reader;
  reader.read(record);
  return compiled.test(record, reader);
}

// Whether the value meets the condition; a condition's answer is never "not JSON" here.
bool meets(std::string_view value, std::string_view condition) {
  const Sample sample(value);
  const Verdict verdict = test(condition, sample.record());
  EXPECT_NE(verdict, Verdict::kNotJson) << value << " " << condition;
  return verdict == Verdict::kYes;
}

TEST(Condition, BlankOfTheWholeValueLooksAtItsBytes) {
  EXPECT_TRUE(meets("", "\"blank\""));
  EXPECT_TRUE(meets(" \r", "\"blank\""));
  EXPECT_FALSE(meets("{broken", "\"blank\""));
  EXPECT_TRUE(meets("{broken", "\"not blank\""));
  EXPECT_TRUE(meets("\"\"", "\"not blank\""));
  EXPECT_TRUE(meets("x", R"({"blank":false})"));
}

TEST(Condition, BlankOfAFieldIsMissingNullOrWhiteSpace) {
  const char* const blank = R"({"field":"a","blank":true})";
  for (const char* value : {"{}", R"({"a":null})", R"({"a":""})", R"({"a":" \t"})", R"({"a":"\u3000"})"}) {
    EXPECT_TRUE(meets(value, blank)) << value;
  }
  for (const char* value : {R"({"a":0})", R"({"a":false})", R"({"a":"x"})", R"({"a":[]})", R"({"a":{}})"}) {
    EXPECT_FALSE(meets(value, blank)) << value;
  }
}

TEST(Condition, ExistsIsTrueOfNullToo) {
  EXPECT_TRUE(meets(R"({"a":null})", R"({"field":"a","exists":true})"));
  EXPECT_FALSE(meets("{}", R"({"field":"a","exists":true})"));
  EXPECT_TRUE(meets("{}", R"({"field":"a","exists":false})"));
  EXPECT_TRUE(meets("", "\"exists\""));
  EXPECT_EQ(test("\"exists\"", Record{}), Verdict::kNo);
  EXPECT_EQ(test("\"blank\"", Record{}), Verdict::kYes);
}

TEST(Condition, EqualsDistinguishesTypes) {
  EXPECT_TRUE(meets(R"({"a":1})", R"({"field":"a","equals":1})"));
  EXPECT_TRUE(meets(R"({"a":1.0})", R"({"field":"a","equals":1})"));
  EXPECT_TRUE(meets(R"({"a":1})", R"({"field":"a","equals":1.0})"));
  EXPECT_FALSE(meets(R"({"a":"1"})", R"({"field":"a","equals":1})"));
  EXPECT_FALSE(meets(R"({"a":1})", R"({"field":"a","equals":"1"})"));
  EXPECT_TRUE(meets(R"({"a":"eu"})", R"({"field":"a","equals":"eu"})"));
  EXPECT_TRUE(meets(R"({"a":"\u0065u"})", R"({"field":"a","equals":"eu"})"));
  EXPECT_TRUE(meets(R"({"a":true})", R"({"field":"a","equals":true})"));
  EXPECT_FALSE(meets(R"({"a":false})", R"({"field":"a","equals":true})"));
  EXPECT_TRUE(meets(R"({"a":null})", R"({"field":"a","equals":null})"));
  EXPECT_FALSE(meets("{}", R"({"field":"a","equals":null})"));
  EXPECT_FALSE(meets(R"({"a":[1]})", R"({"field":"a","equals":1})"));
}

TEST(Condition, LargeIntegersAreEqualOnlyToThemselves) {
  EXPECT_TRUE(meets(R"({"a":9007199254740993})", R"({"field":"a","equals":9007199254740993})"));
  EXPECT_FALSE(meets(R"({"a":9007199254740992})", R"({"field":"a","equals":9007199254740993})"));
  EXPECT_TRUE(meets(R"({"a":18446744073709551615})", R"({"field":"a","greater_than":18446744073709551614})"));
}

TEST(Condition, InTakesOneOfSeveral) {
  const char* const in = R"({"field":"kind","in":["b","a",7,null]})";
  for (const char* value : {R"({"kind":"a"})", R"({"kind":"b"})", R"({"kind":7})", R"({"kind":null})"}) {
    EXPECT_TRUE(meets(value, in)) << value;
  }
  for (const char* value :
       {R"({"kind":"c"})", R"({"kind":"7"})", R"({"kind":8})", "{}", R"({"kind":true})"}) {
    EXPECT_FALSE(meets(value, in)) << value;
  }
}

TEST(Condition, ComparisonsAreFalseOfOtherTypesAndOfMissingFields) {
  const char* const above = R"({"field":"age","greater_than":18})";
  const char* const below = R"({"field":"age","less_than":18})";
  EXPECT_TRUE(meets(R"({"age":18.5})", above));
  EXPECT_FALSE(meets(R"({"age":18})", above));
  EXPECT_FALSE(meets(R"({"age":18})", below));
  EXPECT_TRUE(meets(R"({"age":-3})", below));
  for (const char* value : {"{}", R"({"age":"20"})", R"({"age":null})", R"({"age":[20]})"}) {
    EXPECT_FALSE(meets(value, above)) << value;
    EXPECT_FALSE(meets(value, below)) << value;
  }
}

TEST(Condition, StringsCompareByteByByte) {
  const char* const since = R"({"field":"day","greater_than":"2026-01-01"})";
  EXPECT_TRUE(meets(R"({"day":"2026-11-22"})", since));
  EXPECT_FALSE(meets(R"({"day":"2025-12-31"})", since));
  EXPECT_FALSE(meets(R"({"day":2027})", since));
}

TEST(Condition, MatchesFindsTheExpressionAnywhereInAString) {
  EXPECT_TRUE(meets(R"({"name":"Anna"})", R"({"field":"name","matches":"^A"})"));
  EXPECT_FALSE(meets(R"({"name":"BA"})", R"({"field":"name","matches":"^A"})"));
  EXPECT_TRUE(meets(R"({"name":"BA"})", R"({"field":"name","matches":"A"})"));
  EXPECT_FALSE(meets(R"({"name":12})", R"({"field":"name","matches":"1"})"));
  EXPECT_TRUE(meets("o6_bmjrPTlm6", R"({"matches":"^o[0-9A-Za-z_-]+$"})"));
  EXPECT_TRUE(meets("中文", R"({"matches":"^..$"})"));
}

TEST(Condition, LongTextsAndNestedRepeatsAreMatchedInLinearTime) {
  EXPECT_FALSE(meets(std::string(1u << 20, 'a'), R"({"matches":"^(a+)+$b"})"));
}

TEST(Condition, PlainTextComparesAsTheNumberThatItSpells) {
  EXPECT_TRUE(meets("21\n", R"({"greater_than":18})"));
  EXPECT_FALSE(meets("x21", R"({"greater_than":18})"));
  EXPECT_TRUE(meets(" 5 ", R"({"equals":5})"));
  EXPECT_TRUE(meets("5", R"({"equals":"5"})"));
  EXPECT_TRUE(meets("true", R"({"equals":true})"));
  EXPECT_FALSE(meets("", R"({"equals":5})"));
}

TEST(Condition, KeyAndHeadersCanBeTested) {
  const Sample sample("no json", "42");
  EXPECT_EQ(test(R"({"field":"$key","equals":"42"})", sample.record()), Verdict::kYes);
  EXPECT_EQ(test(R"({"field":"$key","greater_than":41})", sample.record()), Verdict::kYes);
  EXPECT_EQ(test(R"({"field":"$header.lang","in":["zh"]})", sample.record()), Verdict::kYes);
  EXPECT_EQ(test(R"({"field":"$header.other","exists":true})", sample.record()), Verdict::kNo);
}

TEST(Condition, DollarReadsTheWholeValueAsJson) {
  EXPECT_TRUE(meets("\"eu\"", R"({"field":"$","equals":"eu"})"));
  EXPECT_FALSE(meets("\"eu\"", R"({"equals":"eu"})"));
  EXPECT_TRUE(meets("\"\"", R"({"field":"$","blank":true})"));
}

TEST(Condition, SeveralTestsInOneMapAreAllRequired) {
  const char* const range = R"({"field":"n","greater_than":1,"less_than":5})";
  EXPECT_TRUE(meets(R"({"n":3})", range));
  EXPECT_FALSE(meets(R"({"n":1})", range));
  EXPECT_FALSE(meets(R"({"n":5})", range));
}

TEST(Condition, AllAnyAndNotCombine) {
  const char* const condition =
      R"({"all":[{"field":"a","exists":true},{"any":[{"field":"b","equals":1},{"not":{"field":"c","blank":true}}]}]})";
  EXPECT_TRUE(meets(R"({"a":0,"b":1})", condition));
  EXPECT_TRUE(meets(R"({"a":0,"c":"x"})", condition));
  EXPECT_FALSE(meets(R"({"a":0,"b":2})", condition));
  EXPECT_FALSE(meets(R"({"b":1})", condition));
  EXPECT_TRUE(meets("x", R"({"not":"blank"})"));
}

TEST(Condition, InnerConditionsLookAtTheOuterFieldUnlessTheyNameOne) {
  const char* const condition =
      R"({"field":"a","any":["blank",{"equals":1},{"field":"b","equals":2},{"not":{"less_than":100}}]})";
  for (const char* value : {"{}", R"({"a":1})", R"({"a":5,"b":2})", R"({"a":100})"}) {
    EXPECT_TRUE(meets(value, condition)) << value;
  }
  EXPECT_FALSE(meets(R"({"a":5})", condition));
  EXPECT_FALSE(meets(R"({"a":5,"b":1})", condition));
}

TEST(Condition, AValueThatIsNotJsonHasNoVerdictOnceAFieldIsAskedFor) {
  const Sample broken("{\"a\":1");
  EXPECT_EQ(test(R"({"field":"a","equals":1})", broken.record()), Verdict::kNotJson);
  EXPECT_EQ(test(R"({"not":{"field":"a","equals":1}})", broken.record()), Verdict::kNotJson);
  EXPECT_EQ(test(R"({"all":["not blank",{"field":"a","exists":true}]})", broken.record()), Verdict::kNotJson);
  EXPECT_EQ(test(R"({"any":["not blank",{"field":"a","exists":true}]})", broken.record()), Verdict::kYes);
  EXPECT_EQ(test(R"({"all":["blank",{"field":"a","exists":true}]})", broken.record()), Verdict::kNo);
}

TEST(Condition, ATombstoneHasNoFields) {
  EXPECT_EQ(test(R"({"field":"a","exists":true})", Record{}), Verdict::kNo);
  EXPECT_EQ(test(R"({"equals":""})", Record{}), Verdict::kNo);
}

}  // namespace
}  // namespace weir::conditions
