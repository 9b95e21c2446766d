// SPDX-License-Identifier: Apache-2.0
#include "graph/schema_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sample_stages.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

std::string conflict(const std::string& given, const std::string& taken) {
  return schema_conflict(given, taken).value_or("may match");
}

TEST(SchemaMatch, TypesThatHaveNoneInCommonNeverMatch) {
  EXPECT_EQ(conflict(R"({"type": "string"})", R"({"type": ["integer", "null"]})"),
            "the value is a string, but null or an integer is taken");
  EXPECT_EQ(conflict(R"({"type": "integer"})", R"({"type": "number"})"), "may match");
  EXPECT_EQ(conflict(R"({"type": "number"})", R"({"type": "integer"})"), "may match");
  EXPECT_EQ(conflict(R"({"type": ["string", "null"]})", R"({"type": "null"})"), "may match");
  EXPECT_EQ(conflict("{}", R"({"type": "null"})"), "may match");
  EXPECT_EQ(conflict("true", R"({"type": "null"})"), "may match");
  EXPECT_EQ(conflict("{}", "false"), "the value is there, but nothing is taken");
}

TEST(SchemaMatch, AFieldThatMustBeThereMustBeAbleToFit) {
  const std::string taken =
      R"({"type": "object", "required": ["user"], "properties": {"user": {"type": "object",
          "required": ["id"], "properties": {"id": {"type": "integer"}}}}})";
  EXPECT_EQ(conflict(R"({"type": "object", "properties": {"user": {"type": "object",
                         "properties": {"id": {"type": "string"}}}}})",
                     taken),
            "'user.id' is a string, but an integer is taken");
  EXPECT_EQ(
      conflict(R"({"type": "object", "properties": {"name": {}}, "additionalProperties": false})", taken),
      "'user' is never there, but required");
  EXPECT_EQ(conflict(R"({"type": "object", "additionalProperties": {"type": "string"}})", taken),
            "'user' is a string, but an object is taken");
  EXPECT_EQ(conflict(R"({"type": "object", "required": ["x"]})",
                     R"({"type": "object", "properties": {"x": false}})"),
            "'x' is always there, but not taken");
  EXPECT_EQ(conflict(R"({"type": "object", "properties": {"name": {}}})", taken), "may match");
}

TEST(SchemaMatch, AFieldThatMayBeMissingIsNoReason) {
  EXPECT_EQ(conflict(R"({"type": "object", "properties": {"x": {"type": "string"}}})",
                     R"({"type": "object", "properties": {"x": {"type": "integer"}}})"),
            "may match");
  EXPECT_EQ(conflict(R"({"required": ["x"], "properties": {"x": {"type": "string"}}})",
                     R"({"required": ["x"], "properties": {"x": {"type": "integer"}}})"),
            "may match")
      << "a value that is no object fits both";
  EXPECT_EQ(conflict(R"({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": false})",
                     R"({"type": "object", "required": ["x"]})"),
            "may match");
}

TEST(SchemaMatch, ListedValuesAndRangesCount) {
  EXPECT_EQ(conflict(R"({"enum": ["a", "b"]})", R"({"const": "c"})"),
            R"(the value is one of ["a","b"], but one of ["c"] is taken)");
  EXPECT_EQ(conflict(R"({"enum": ["a", 1]})", R"({"enum": [1.0]})"), "may match");
  EXPECT_EQ(conflict(R"({"const": "a"})", R"({"type": "integer"})"),
            "the value is a string, but an integer is taken");
  EXPECT_EQ(conflict(R"({"type": "integer", "minimum": 10})", R"({"type": "number", "maximum": 9.5})"),
            "the value is outside of the range that is taken");
  EXPECT_EQ(conflict(R"({"minimum": 10})", R"({"maximum": 9})"), "may match") << "a text fits both";
}

TEST(SchemaMatch, CombinationsCountAsFarAsTheyAreSure) {
  EXPECT_EQ(conflict(R"({"allOf": [{}, {"type": "string"}]})", R"({"type": "integer"})"),
            "the value is a string, but an integer is taken");
  EXPECT_EQ(conflict(R"({"type": "integer"})", R"({"anyOf": [{"type": "string"}, {"type": "null"}]})"),
            "the value is an integer, but a string is taken");
  EXPECT_EQ(conflict(R"({"type": "integer"})", R"({"oneOf": [{"type": "string"}, {"type": "number"}]})"),
            "may match");
  EXPECT_EQ(conflict(R"({"not": {"type": "string"}})", R"({"type": "string"})"), "may match")
      << "what is not looked at is never a reason";
  EXPECT_EQ(conflict(R"({"$ref": "#/definitions/a", "type": "string"})", R"({"type": "integer"})"),
            "may match");
}

std::string problems(const std::string& yaml) {
  Diagnostics diagnostics;
  return test::check(yaml, diagnostics) ? "accepted" : diagnostics.text();
}

TEST(SchemaMatch, TheFileIsRefusedWhereAPortCanNeverFitItsReader) {
  const std::string file = R"(sources: {in: {plugin: numbers}}
processes:
  ages: {plugin: typed, from: in, schema: '{"type": "object", "properties": {"age": {"type": "string"}}}'}
sinks:
  all:
    plugin: strict
    from: ages
    takes: ')";
  EXPECT_THAT(
      problems(file + R"({"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}'
)"),
      HasSubstr(
          "7:11: nothing that port 'ages.out' gives can be taken by stage 'all' (sink 'strict'): by their "
          "declared schemas 'age' is a string, but an integer is taken"));
  EXPECT_EQ(problems(file + R"({"type": "object", "required": ["age"]}'
)"),
            "accepted");
  EXPECT_EQ(problems(file + "'\n"), "accepted");
  EXPECT_THAT(problems(file + R"({"type": "strnig"}'
)"),
              HasSubstr("stage 'all' (sink 'strict'): the declared JSON Schema cannot be used: "));
}

TEST(SchemaMatch, NamedInputsTakeEachTheirOwn) {
  EXPECT_THAT(
      problems(R"(sources: {in: {plugin: numbers}}
processes:
  ages: {plugin: typed, from: in, schema: '{"type": "string"}'}
  both: {plugin: fussy, from: {left: ages, right: ages}, left: '{"type": "string"}', right: '{"type": "object"}'}
sinks: {all: {plugin: collect, from: both}}
)"),
      HasSubstr("'ages.out' gives can be taken by stage 'both' (process 'fussy'), input 'right': by their "
                "declared schemas the value is a string, but an object is taken"));
}

}  // namespace
}  // namespace weir
