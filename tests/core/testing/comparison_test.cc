// SPDX-License-Identifier: Apache-2.0
#include "testing/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using nlohmann::json;

SampleRecord came(const std::string& value) {
  SampleRecord record;
  record.value = value;
  return record;
}

std::vector<Sample> all_of(const std::vector<std::string>& values) {
  std::vector<Sample> samples;
  for (const auto& value : values) samples.emplace_back(came(value));
  return samples;
}

WrittenRecord written(const json& value) {
  WrittenRecord record;
  record.value = value;
  return record;
}

ExpectStep values(const std::vector<json>& wanted) {
  ExpectStep step;
  step.items.values_only = true;
  for (const auto& value : wanted) step.items.records.push_back(written(value));
  return step;
}

ExpectStep record(WrittenRecord wanted, bool partial = false) {
  ExpectStep step;
  step.partial = partial;
  step.items.records.push_back(std::move(wanted));
  return step;
}

TEST(Comparison, EqualListsDoNotDiffer) {
  EXPECT_EQ(difference(values({"a", "b"}), all_of({"a", "b"})), "");
  EXPECT_EQ(difference(values({}), {}), "");
}

TEST(Comparison, OfLongRecordsItIsSaidWhatDiffers) {
  const std::string text(80, 'x');
  const json want{{"text", text}, {"count", 4}, {"all", {1, 2}}, {"gone", true}};
  const auto got = R"({"text":")" + text + R"(","count":5,"all":[1,3],"new":null})";
  EXPECT_THAT(difference(values({want}), all_of({got})),
              ::testing::HasSubstr(
                  "\n      /all/1 is 3, expected 2; /count is 5, expected 4; /gone is missing, expected "
                  "true; /new is null, expected nothing\n"));
  auto partly = values({want});
  partly.partial = true;
  EXPECT_THAT(difference(partly, all_of({got})), ::testing::Not(::testing::HasSubstr("/new")));
}

TEST(Comparison, RecordsThatAllTasksSeeCountOnce) {
  SampleRecord seen = came("a");
  seen.source = "rules";
  SampleRecord later = seen;
  later.position = 7;
  const std::vector<Sample> all{seen, came("b"), later, seen, came("b"), seen};
  EXPECT_EQ(difference(values({"a", "b", "a", "b"}), without_repeats(all, {"rules"})), "");
  EXPECT_EQ(without_repeats(all, {}).size(), all.size());
}

TEST(Comparison, AMissingRecordDoesNotMakeThoseBehindItDiffer) {
  EXPECT_EQ(difference(values({"a", "b", "c"}), all_of({"a", "c"})), "    'a'\n  - 'b'\n    'c'\n");
  EXPECT_EQ(difference(values({"a", "c"}), all_of({"a", "b", "c"})), "    'a'\n  + 'b'\n    'c'\n");
}

TEST(Comparison, AnotherOrderDiffersUnlessAnyWillDo) {
  auto step = values({"a", "b", "a"});
  EXPECT_NE(difference(step, all_of({"a", "a", "b"})), "");
  step.any_order = true;
  EXPECT_EQ(difference(step, all_of({"a", "a", "b"})), "");
  EXPECT_EQ(difference(step, all_of({"c", "b", "a"})), "  - 'a'\n  + 'c'\n");
}

TEST(Comparison, JsonIsComparedAsJsonAndTextAsBytes) {
  EXPECT_EQ(difference(values({json{{"a", 1}, {"b", 2}}}), all_of({R"({"b": 2, "a": 1})"})), "");
  EXPECT_EQ(difference(values({json(5)}), all_of({"5"})), "");
  EXPECT_NE(difference(values({json{{"a", 1}}}), all_of({R"({"a": 1, "b": 2})"})), "");
  EXPECT_NE(difference(values({json{{"a", 1}}}), all_of({"{broken"})), "");
  EXPECT_NE(difference(values({R"({"a":1})"}), all_of({R"({"a": 1})"})), "");
}

TEST(Comparison, PartialMeansMembersOfValuesTooHoweverTheyAreWritten) {
  auto step = values({json{{"a", 1}}});
  step.partial = true;
  EXPECT_EQ(difference(step, all_of({R"({"a": 1, "b": 2})"})), "");
  EXPECT_NE(difference(step, all_of({R"({"a": 2, "b": 2})"})), "");
  EXPECT_NE(difference(step, all_of({R"({"a": 1})", R"({"a": 1})"})), "") << "one more is one too many";
}

TEST(Comparison, NoValueIsNotTheEmptyOne) {
  EXPECT_EQ(difference(values({nullptr}), {SampleRecord{}}), "");
  EXPECT_NE(difference(values({nullptr}), all_of({""})), "");
  EXPECT_NE(difference(values({""}), {SampleRecord{}}), "");
}

TEST(Comparison, WhatIsNotWrittenMustNotBeThere) {
  const auto step = record(written("a"));
  for (const auto& change : std::vector<void (*)(SampleRecord&)>{[](SampleRecord& r) { r.key = "k"; },
                                                                 [](SampleRecord& r) {
                                                                   r.headers = {{"h", "v"}};
                                                                 },
                                                                 [](SampleRecord& r) { r.time = 1; },
                                                                 [](SampleRecord& r) { r.code = "c"; }}) {
    auto got = came("a");
    EXPECT_EQ(difference(step, {got}), "");
    change(got);
    EXPECT_NE(difference(step, {got}), "");
    EXPECT_EQ(difference(record(written("a"), true), {got}), "") << "partial";
  }
}

TEST(Comparison, PositionMessageAndAttemptsCountOnlyWhenWritten) {
  auto got = came("a");
  got.position = 7;
  got.partition = 1;
  got.code = "c";
  got.message = "m";
  got.attempts = 2;
  auto wanted = written("a");
  wanted.code = "c";
  EXPECT_EQ(difference(record(wanted), {got}), "");
  wanted.position = 7;
  wanted.message = "m";
  wanted.attempts = 2;
  EXPECT_EQ(difference(record(wanted), {got}), "");
  wanted.attempts = 1;
  EXPECT_NE(difference(record(wanted), {got}), "");
}

TEST(Comparison, PartialComparesOnlyTheMembersThatAreWritten) {
  const auto got = came(R"({"a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}]})");
  EXPECT_EQ(difference(record(written(json::parse(R"({"a": {"c": 2}, "list": [{"x": 1}]})")), true), {got}),
            "");
  EXPECT_NE(difference(record(written(json::parse(R"({"a": {"c": 3}})")), true), {got}), "");
  EXPECT_NE(difference(record(written(json::parse(R"({"list": []})")), true), {got}), "");
}

TEST(Comparison, GroupsAreComparedInKeyBoundsAndRecords) {
  ExpectStep step;
  step.items.grouped = true;
  auto& group = step.items.groups.emplace_back();
  group.values_only = true;
  group.records = {written("a"), written("b")};
  SampleGroup got{std::nullopt, 1000, 2000, {came("a"), came("b")}};
  EXPECT_EQ(difference(step, {got}), "");
  group.start = 1000;
  group.end = 2000;
  EXPECT_EQ(difference(step, {got}), "");
  got.end = 2001;
  EXPECT_EQ(difference(step, {got}),
            "  - {values: ['a', 'b'], start: 1970-01-01T00:00:01.000Z, end: 1970-01-01T00:00:02.000Z}\n"
            "  + {records: ['a', 'b'], start: 1970-01-01T00:00:01.000Z, end: 1970-01-01T00:00:02.001Z}\n"
            "      end is 1970-01-01T00:00:02.001Z, expected 1970-01-01T00:00:02.000Z\n");
  got.end = 2000;
  got.key = "k";
  EXPECT_NE(difference(step, {got}), "");
}

TEST(Comparison, LongDifferencesAreCut) {
  const std::vector<std::string> many(1000, std::string(1000, 'x'));
  const std::string text = difference(values({}), all_of(many));
  EXPECT_LT(text.size(), 20'000u);
  EXPECT_THAT(text, ::testing::HasSubstr("... and 960 more\n"));
}

}  // namespace
}  // namespace weir
