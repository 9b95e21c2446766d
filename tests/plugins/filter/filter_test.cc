// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

namespace weir::filter {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;

TEST(Filter, SplitsInOrderByTheCondition) {
  Harness<Filter> filter(R"({"where": {"field": "kind", "equals": "eu"}})");
  const std::string eu1 = R"({"kind":"eu","n":1})", eu2 = R"({"kind":"eu","n":2})", us = R"({"kind":"us"})";
  filter.process({eu1, eu2, us, us, eu1});
  EXPECT_THAT(filter.values("out"), ElementsAre(eu1, eu2, eu1));
  EXPECT_THAT(filter.values("unmatched"), ElementsAre(us, us));
  EXPECT_THAT(filter.errors(), IsEmpty());
}

TEST(Filter, BlankLinesLeaveByUnmatched) {
  Harness<Filter> filter(R"({"where": "not blank"})");
  filter.process({"o6_b", "", " \r", "{broken", "\u3000"});
  EXPECT_THAT(filter.values("out"), ElementsAre("o6_b", "{broken"));
  EXPECT_THAT(filter.values("unmatched"), ElementsAre("", " \r", "\u3000"));
}

TEST(Filter, RecordsKeepKeyHeadersAndTime) {
  Harness<Filter> filter(R"({"where": {"field": "a", "exists": true}})");
  Item item(R"({"a":1})");
  item.key = "k";
  item.headers = {{"h", "v"}};
  item.event_time = 5;
  filter.process({item});
  const auto out = filter.out("out");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].key, "k");
  EXPECT_THAT(out[0].headers, ElementsAre(std::pair<std::string, std::string>("h", "v")));
  EXPECT_EQ(out[0].event_time, 5);
}

TEST(Filter, ValuesThatAreNotJsonGoToErrorWhereAFieldIsAskedFor) {
  Harness<Filter> filter(R"({"where": {"field": "a", "exists": true}})");
  filter.process({R"({"a":1})", R"({"a":1)", "o6_b", "", R"({"b":1})", R"({"a":2})"});
  EXPECT_THAT(filter.values("out"), ElementsAre(R"({"a":1})", R"({"a":2})"));
  EXPECT_THAT(filter.values("unmatched"), ElementsAre(R"({"b":1})"));
  const auto errors = filter.errors();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].value, R"({"a":1)");
  for (const auto& error : errors) EXPECT_EQ(error.code, "bad_json");
  EXPECT_THAT(errors[2].message, HasSubstr("the value is empty"));
}

TEST(Filter, ATombstoneHasNoFields) {
  Harness<Filter> filter(R"({"where": {"field": "a", "exists": true}})");
  filter.process({Item{}});
  EXPECT_THAT(filter.values("unmatched"), ElementsAre("(none)"));
}

TEST(Filter, AWrongConditionIsRefusedWithItsPlace) {
  try {
    Harness<Filter> filter(R"({"where": {"all": [{"field": "a", "equal": 1}]}})");
    FAIL() << "accepted";
  } catch (const testing::PluginError& e) {
    EXPECT_EQ(e.pointer, "/where/all/0/equal");
    EXPECT_THAT(e.what(), HasSubstr("did you mean 'equals'?"));
  }
}

}  // namespace
}  // namespace weir::filter
