// SPDX-License-Identifier: Apache-2.0
#include "graph/port_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "sample_stages.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

/// What is wrong with the value; "fits" when nothing is.
std::string mismatch(const std::string& schema, const std::string& value) {
  PortSchema compiled(schema);
  const auto first = compiled.mismatch(value);
  EXPECT_EQ(first, compiled.mismatch(value)) << "the second time is like the first";
  return first.value_or("fits");
}

const std::string kUser = R"({
  "type": "object",
  "properties": {
    "age": {"type": "integer", "minimum": 0},
    "a/b": {"type": ["string", "null"]},
    "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}},
    "kind": {"$ref": "#/definitions/kind"}
  },
  "required": ["age"],
  "additionalProperties": false,
  "definitions": {"kind": {"enum": ["a", "b"]}}
})";

TEST(PortSchema, WhatFitsIsLetThrough) {
  EXPECT_EQ(mismatch(kUser, R"({"age": 3, "a/b": null, "tags": ["x"], "kind": "b"})"), "fits");
  EXPECT_EQ(mismatch("true", "1"), "fits");
  EXPECT_EQ(mismatch("{}", "[]"), "fits");
}

TEST(PortSchema, AWrongTypeIsNamedWithItsPlace) {
  EXPECT_EQ(mismatch(kUser, R"({"age": "3"})"), "/age is a string; expected an integer");
  EXPECT_EQ(mismatch(kUser, R"({"age": 3.5})"), "/age is a number; expected an integer");
  EXPECT_EQ(mismatch(kUser, R"({"age": 1, "a/b": 2})"), "/a~1b is an integer; expected a string or null");
  EXPECT_EQ(mismatch(kUser, R"({"age": 1, "tags": ["x", {}]})"), "/tags/1 is an object; expected a string");
  EXPECT_EQ(mismatch(kUser, "[]"), "the value is an array; expected an object");
}

TEST(PortSchema, WhateverElseIsWrongIsNamedWithItsPlace) {
  EXPECT_EQ(mismatch(kUser, "{}"), "the value: missing required property 'age'");
  EXPECT_THAT(mismatch(kUser, R"({"age": -1})"),
              HasSubstr("/age: expected number greater than or equal to 0"));
  EXPECT_THAT(mismatch(kUser, R"({"age": 1, "tags": ["A"]})"), HasSubstr("/tags/0: failed to match regex"));
  EXPECT_THAT(mismatch(kUser, R"({"age": 1, "kind": "c"})"), HasSubstr("/kind: failed to match"));
  EXPECT_THAT(mismatch(kUser, R"({"age": 1, "more": 1})"), HasSubstr("'more'"));
  EXPECT_EQ(mismatch("false", "1"), "the schema allows no value here");
}

TEST(PortSchema, WhatIsNotJsonFitsNoSchema) {
  EXPECT_EQ(mismatch("{}", "o6_b"), "it is not JSON");
  EXPECT_EQ(mismatch("{}", ""), "it is not JSON");
}

TEST(PortSchema, ASchemaThatIsNoneIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "it is not JSON"},
      {"[]", "it is an array; expected an object or a boolean"},
      {R"({"type": "strnig"})", "strnig"},
      {R"({"type": 5})", "is not a string"},
      {R"({"properties": {"a": {"minimum": "x"}}})", "minimum"},
      {R"({"$ref": "#/definitions/none"})", "definitions"},
      {R"({"$ref": "http://example.com/schema"})", "not enabled"},
      {R"({"properties": {"a": {"pattern": "("}}})", "the pattern '(' is no regular expression"},
      {R"({"patternProperties": {"[": {}}})", "the pattern '[' is no regular expression"},
  };
  for (const auto& [schema, message] : cases) {
    try {
      const PortSchema compiled(schema);
      ADD_FAILURE() << schema << " was accepted";
    } catch (const std::invalid_argument& e) {
      EXPECT_THAT(e.what(), HasSubstr(message)) << schema;
    }
  }
}

TEST(PortSchema, AFieldCalledPatternIsNoPattern) {
  EXPECT_EQ(mismatch(R"({"properties": {"pattern": {"const": {"pattern": "("}}}})",
                     R"({"pattern": {"pattern": "("}})"),
            "fits");
}

TEST(PortSchema, TheGraphNamesPluginAndPortOfABadSchema) {
  Diagnostics diagnostics;
  EXPECT_FALSE(test::check(R"(sources: {in: {plugin: numbers}}
processes: {ages: {plugin: typed, from: in, schema: '{"type": "strnig"}'}}
sinks: {all: {plugin: collect, from: ages}}
)",
                           diagnostics));
  EXPECT_THAT(diagnostics.text(),
              HasSubstr("process plugin 'typed', port 'out': the declared JSON Schema cannot be used: "));
}

}  // namespace
}  // namespace weir
