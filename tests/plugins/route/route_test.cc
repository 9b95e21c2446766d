// SPDX-License-Identifier: Apache-2.0
#include "route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

namespace weir::route {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kRoutes = R"("routes": [
    {"port": "young", "where": {"field": "age", "less_than": 18}},
    {"port": "eu", "where": {"field": "region", "in": ["de", "fr"]}},
    {"port": "adult", "where": {"field": "age", "greater_than": 17}}])";

std::string options(const std::string& more = "") {
  return "{" + std::string(kRoutes) + more + "}";
}

const std::string kYoungGerman = R"({"age":12,"region":"de"})", kGerman = R"({"age":30,"region":"de"})",
                  kAmerican = R"({"age":31,"region":"us"})", kUnknown = R"({"region":"us"})";

TEST(Route, TheFirstPortThatFitsTakesTheRecord) {
  Harness<Route> route(options());
  route.process({kYoungGerman, kGerman, kAmerican, kUnknown, kGerman});
  EXPECT_THAT(route.values("young"), ElementsAre(kYoungGerman));
  EXPECT_THAT(route.values("eu"), ElementsAre(kGerman, kGerman));
  EXPECT_THAT(route.values("adult"), ElementsAre(kAmerican));
  EXPECT_THAT(route.values("unmatched"), ElementsAre(kUnknown));
}

TEST(Route, WithModeAllEachPortThatFitsTakesTheRecord) {
  Harness<Route> route(options(R"(, "mode": "all")"));
  route.process({kYoungGerman, kGerman, kAmerican, kUnknown});
  EXPECT_THAT(route.values("young"), ElementsAre(kYoungGerman));
  EXPECT_THAT(route.values("eu"), ElementsAre(kYoungGerman, kGerman));
  EXPECT_THAT(route.values("adult"), ElementsAre(kGerman, kAmerican));
  EXPECT_THAT(route.values("unmatched"), ElementsAre(kUnknown));
}

TEST(Route, ValuesThatAreNotJsonGoToErrorAlone) {
  Harness<Route> route(
      R"({"mode": "all", "routes": [{"port": "some", "where": "not blank"}, {"port": "a", "where": {"field": "a", "exists": true}}]})");
  route.process({R"({"a":1})", "{broken"});
  EXPECT_THAT(route.values("some"), ElementsAre(R"({"a":1})"));
  EXPECT_THAT(route.values("a"), ElementsAre(R"({"a":1})"));
  const auto errors = route.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].value, "{broken");
  EXPECT_EQ(errors[0].code, "bad_json");
}

TEST(Route, AnEarlierRouteThatNeedsNoJsonTakesBrokenValues) {
  Harness<Route> route(
      R"({"routes": [{"port": "ids", "where": {"matches": "^o6_"}}, {"port": "a", "where": {"field": "a", "exists": true}}]})");
  route.process({"o6_b", R"({"a":1})"});
  EXPECT_THAT(route.values("ids"), ElementsAre("o6_b"));
  EXPECT_THAT(route.values("a"), ElementsAre(R"({"a":1})"));
  EXPECT_THAT(route.errors(), IsEmpty());
}

TEST(Route, MistakesAreNamedWithTheirPlace) {
  struct Case {
    const char *options, *pointer, *message;
  };
  const Case cases[] = {
      {R"({"routes": []})", "/routes", "at least one route"},
      {R"({"routes": [{"port": "a.b", "where": "blank"}]})", "/routes/0/port", "'a.b' is no name of a port"},
      {R"({"routes": [{"port": "", "where": "blank"}]})", "/routes/0/port", "is no name of a port"},
      {R"({"routes": [{"port": "error", "where": "blank"}]})", "/routes/0/port", "every route stage has"},
      {R"({"routes": [{"port": "a", "where": "blank"}, {"port": "unmatched", "where": "blank"}]})",
       "/routes/1/port", "every route stage has"},
      {R"({"routes": [{"port": "a", "where": "blank"}, {"port": "a", "where": "exists"}]})", "/routes/1/port",
       "already has a route (number 1)"},
      {R"({"routes": [{"port": "a", "where": "blank"}, {"port": "b", "where": {"field": "x", "is": 1}}]})",
       "/routes/1/where/is", "there is no test 'is'"},
  };
  for (const auto& c : cases) {
    try {
      Harness<Route> route(c.options);
      ADD_FAILURE() << c.options << " was accepted";
    } catch (const testing::PluginError& e) {
      EXPECT_EQ(e.pointer, c.pointer) << c.options;
      EXPECT_THAT(e.what(), HasSubstr(c.message)) << c.options;
    }
  }
}

}  // namespace
}  // namespace weir::route
