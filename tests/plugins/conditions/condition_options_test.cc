// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "conditions/condition.h"

namespace weir::conditions {
namespace {

using ::testing::HasSubstr;

struct Mistake {
  const char* condition;
  const char* pointer;
  const char* message;
};

class ConditionMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ConditionMistakes, AreNamedWithTheirPlace) {
  const Mistake& m = GetParam();
  try {
    const Condition compiled(nlohmann::json::parse(m.condition), "/where");
    FAIL() << m.condition << " was accepted";
  } catch (const OptionError& e) {
    EXPECT_EQ(e.pointer(), m.pointer) << m.condition;
    EXPECT_THAT(e.what(), HasSubstr(m.message)) << m.condition;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ConditionMistakes,
    ::testing::Values(
        Mistake{R"("blnk")", "/where",
                "'blnk' is no condition: expected blank, not blank, exists, not exists, or"},
        Mistake{R"("blnk")", "/where", "did you mean 'blank'?"},
        Mistake{"null", "/where",
                "expected a condition such as 'not blank' or {field: kind, equals: eu}, found null"},
        Mistake{"true", "/where", "found true"},
        Mistake{R"(["blank"])", "/where", "needs 'all:' or 'any:' before it"},
        Mistake{"{}", "/where", "the condition tests nothing"},
        Mistake{R"({"field":"a"})", "/where", "the condition tests nothing"},
        Mistake{R"({"field":"a","equal":1})", "/where/equal", "there is no test 'equal'"},
        Mistake{R"({"field":"a","equal":1})", "/where/equal", "did you mean 'equals'?"},
        Mistake{R"({"feild":"a","equals":1})", "/where/feild", "did you mean 'field'?"},
        Mistake{R"({"a/b~c":1})", "/where/a~1b~0c", "there is no test 'a/b~c'"},
        Mistake{R"({"field":7,"equals":1})", "/where/field",
                "expected a field path such as user.age, found 7"},
        Mistake{R"({"field":"a..b","equals":1})", "/where/field", "'a..b' is no field path"},
        Mistake{R"({"field":"a","blank":"yes"})", "/where/blank", "expected true or false, found \"yes\""},
        Mistake{R"({"exists":1})", "/where/exists", "expected true or false, found 1"},
        Mistake{R"({"field":"a","equals":[1]})", "/where/equals",
                "found a list (for one of several, use 'in')"},
        Mistake{R"({"field":"a","equals":{"b":1}})", "/where/equals", "found a map"},
        Mistake{R"({"field":"a","in":"b"})", "/where/in", "expected a list such as [eu, us], found \"b\""},
        Mistake{R"({"field":"a","in":[]})", "/where/in", "expected a list"},
        Mistake{R"({"field":"a","in":["x",{"y":1}]})", "/where/in/1", "found a map"},
        Mistake{R"({"field":"a","greater_than":true})", "/where/greater_than",
                "expected a number or a string"},
        Mistake{R"({"field":"a","less_than":[1]})", "/where/less_than", "found a list"},
        Mistake{R"({"field":"a","matches":5})", "/where/matches",
                "expected a regular expression in quotes, found 5"},
        Mistake{R"x({"field":"a","matches":"^("})x", "/where/matches", "'^(' is no regular expression"},
        Mistake{R"x({"field":"a","matches":"(?=x)"})x", "/where/matches", "no look-around"},
        Mistake{R"({"all":[]})", "/where/all", "expected a list of conditions"},
        Mistake{R"({"any":"blank"})", "/where/any", "expected a list of conditions"},
        Mistake{R"({"all":["blank",{"any":["exists",{"not":{"feld":"x"}}]}]})", "/where/all/1/any/1/not/feld",
                "did you mean 'field'?"},
        Mistake{R"({"not":"blank","any":[{"field":"x","in":[[1]]}]})", "/where/any/0/in/0", "found a list"}));

}  // namespace
}  // namespace weir::conditions
