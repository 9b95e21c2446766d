// SPDX-License-Identifier: Apache-2.0
#include "aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

#include "plugins/stage_checks.h"

namespace weir::aggregate {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::SizeIs;

/// The results over one group, without its bounds: what stands in these `values`, of these records.
std::string result(const std::string& values, const std::vector<Item>& records) {
  Harness<Aggregate> aggregate(R"({"values": [)" + values + "]}");
  aggregate.group(records, 0, 10);
  const auto out = aggregate.values();
  if (out.size() != 1) return "results: " + std::to_string(out.size());
  const std::string bounds = R"({"start":0,"end":10,)";
  EXPECT_EQ(out[0].substr(0, bounds.size()), bounds);
  return out[0].substr(bounds.size(), out[0].size() - bounds.size() - 1);
}

TEST(Aggregate, OneRecordForEachGroupWithBoundsAndTheWindowsLastMillisecond) {
  Harness<Aggregate> aggregate(
      R"({"values": [{"function": "count"}, {"function": "sum", "field": "a.n", "as": "total"}]})");
  aggregate.group({R"({"a":{"n":1}})", R"({"a":{"n":2}})"}, 1000, 2000);
  aggregate.group({R"({"a":{"n":5}})"}, 2000, 3000);
  const auto out = aggregate.out();
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[0].value, R"({"start":1000,"end":2000,"count":2,"total":3})");
  EXPECT_EQ(out[0].event_time, 1999);
  EXPECT_EQ(out[1].value, R"({"start":2000,"end":3000,"count":1,"total":5})");
}

TEST(Aggregate, FirstLastAndListTakeValuesOfAnyKind) {
  const std::vector<Item> records = {R"({"v":null})", R"({"v":"a\n\"b\""})", R"({"v":[1, 2]})", R"({})",
                                     R"({"v":1.50})"};
  EXPECT_EQ(result(R"({"function": "first", "field": "v"})", records), R"("first_v":"a\n\"b\"")");
  EXPECT_EQ(result(R"({"function": "last", "field": "v"})", records), R"("last_v":1.50)");
  EXPECT_EQ(result(R"({"function": "list", "field": "v"})", records), R"("list_v":["a\n\"b\"",[1, 2],1.50])");
}

TEST(Aggregate, CountWithAFieldCountsTheRecordsThatHaveIt) {
  EXPECT_EQ(result(R"({"function": "count", "field": "v"}, {"function": "count"})",
                   {R"({"v":1})", R"({"v":null})", R"({"w":1})", R"({"v":"x"})"}),
            R"("count_v":2,"count":4)");
}

TEST(Aggregate, DistinctComparesNumbersByValue) {
  EXPECT_EQ(result(R"({"function": "distinct", "field": "v"})",
                   {R"({"v":1})", R"({"v":1.0})", R"({"v":10e-1})", R"({"v":"1"})", R"({"v":true})",
                    R"({"v":-0.0})", R"({"v":0})", R"({"v":"\u0031"})", R"({"v":[1]})"}),
            R"("distinct_v":5)");
}

TEST(Aggregate, QuantilesAreExact) {
  const std::vector<Item> records = {R"({"v":4})", R"({"v":1})", R"({"v":3})", R"({"v":2})"};
  EXPECT_EQ(result(R"({"function": "quantile", "field": "v"},
                      {"function": "quantile", "field": "v", "q": 0, "as": "least"},
                      {"function": "quantile", "field": "v", "q": 1, "as": "most"},
                      {"function": "quantile", "field": "v", "q": 0.25, "as": "quarter"})",
                   records),
            R"("quantile_v":2.5,"least":1,"most":4,"quarter":1.75)");
  EXPECT_EQ(result(R"({"function": "quantile", "field": "v"})", {R"({"v":9007199254740993})"}),
            R"("quantile_v":9007199254740993)");
}

TEST(Aggregate, NothingToAggregateIsZeroEmptyOrNull) {
  EXPECT_EQ(result(R"({"function": "sum", "field": "v"}, {"function": "list", "field": "v"},
                      {"function": "distinct", "field": "v"}, {"function": "first", "field": "v"},
                      {"function": "quantile", "field": "v"}, {"function": "mean", "field": "v"})",
                   {"{}"}),
            R"("sum_v":null,"list_v":[],"distinct_v":0,"first_v":null,"quantile_v":null,"mean_v":null)");
}

TEST(Aggregate, WhatIsNoNumberIsLeftOutAndCounted) {
  Harness<Aggregate> aggregate(R"({"values": [{"function": "sum", "field": "v"}, {"function": "count"}]})");
  aggregate.group({R"({"v":1})", R"({"v":"2"})", R"({})", R"({"v":null})", R"({"v":4})"}, 0, 10);
  EXPECT_THAT(aggregate.values(), ElementsAre(R"({"start":0,"end":10,"sum_v":5,"count":5})"));
  EXPECT_EQ(aggregate.counter("left_out"), 3u);
  EXPECT_THAT(aggregate.errors(), IsEmpty());
}

TEST(Aggregate, WithMissingFailSuchARecordFailsAndIsLeftOutOfAll) {
  Harness<Aggregate> aggregate(
      R"({"missing": "fail", "values": [{"function": "count"}, {"function": "sum", "field": "v"}]})");
  aggregate.group({R"({"v":1})", R"({"v":"2"})", R"({"w":1})"}, 0, 10);
  aggregate.group({"{}"}, 10, 20);
  EXPECT_THAT(aggregate.values(), ElementsAre(R"({"start":0,"end":10,"count":1,"sum_v":1})"));
  const auto errors = aggregate.errors();
  ASSERT_THAT(errors, SizeIs(3));
  EXPECT_EQ(errors[0].code, "not_a_number");
  EXPECT_EQ(errors[0].message, "the field 'v' is a string, but 'sum_v' needs a number");
  EXPECT_EQ(errors[1].code, "missing_field");
}

TEST(Aggregate, ABrokenRecordFailsAndTheOthersAreAggregated) {
  Harness<Aggregate> aggregate(R"({"values": [{"function": "sum", "field": "v"}]})");
  aggregate.group({R"({"v":1})", R"({"v":2)", R"({"v":4})"}, 0, 10);
  EXPECT_THAT(aggregate.values(), ElementsAre(R"({"start":0,"end":10,"sum_v":5})"));
  const auto errors = aggregate.errors();
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].code, "bad_json");
}

TEST(Aggregate, ASumThatDoesNotFitFailsTheGroupAndNothingIsLost) {
  Harness<Aggregate> aggregate(R"({"values": [{"function": "sum", "field": "v"}]})");
  aggregate.group({R"({"v":18446744073709551615})", R"({"v":1})"}, 0, 10);
  EXPECT_THAT(aggregate.values(), IsEmpty());
  const auto errors = aggregate.errors();
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].code, "overflow");
  aggregate.group({R"({"v":1})"}, 10, 20);
  EXPECT_THAT(aggregate.values(), ElementsAre(R"({"start":10,"end":20,"sum_v":1})"));
}

TEST(Aggregate, OptionsThatMakeNoSenseAreRefusedWithTheirPlace) {
  test::expect_refused<Aggregate>({
      {R"({"values": []})", "/values", "the list is empty"},
      {R"({"values": [{"function": "sum"}]})", "/values/0", "needs a `field`"},
      {R"({"values": [{"function": "count"}, {"function": "count"}]})", "/values/1",
       "two values are named 'count'"},
      {R"({"values": [{"function": "count", "as": "key"}]})", "/values/0", "choose another `as`"},
      {R"({"values": [{"function": "sum", "field": "v", "q": 0.5}]})", "/values/0/q",
       "belongs to `quantile`"},
      {R"({"values": [{"function": "sum", "field": "v["}]})", "/values/0/field", "is no field path"},
  });
}

}  // namespace
}  // namespace weir::aggregate
