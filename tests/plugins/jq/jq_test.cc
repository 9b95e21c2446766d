// SPDX-License-Identifier: Apache-2.0
#include "jq_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>
#include <vector>

#include "plugins/stage_checks.h"

namespace weir::jq {
namespace {

using ::testing::ElementsAre;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::Not;

std::string options(const std::string& program, const std::string& more = "") {
  return R"({"program": )" + nlohmann::json(program).dump() + more + "}";
}

/// What the program makes of one value.
std::vector<std::string> results(const std::string& program, const std::string& value,
                                 const std::string& more = "") {
  Harness<JqProcess> stage(options(program, more));
  stage.process({value});
  EXPECT_THAT(stage.errors(), IsEmpty()) << program;
  return stage.values();
}

/// "code: message" of the one record that a run over one value sends to the error port, and nothing else.
std::string error(const std::string& program, const std::string& value, const std::string& more = "") {
  Harness<JqProcess> stage(options(program, more));
  stage.process({value});
  EXPECT_THAT(stage.values(), IsEmpty()) << program;
  const auto errors = stage.errors();
  if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
  EXPECT_EQ(errors[0].value, value);
  return errors[0].code + ": " + errors[0].message;
}

TEST(Jq, EachResultIsARecordPrintedCompactly) {
  EXPECT_THAT(results(".a[]", R"({"a": [ {"x" : 1.50}, "s\u00e9", null ]})"),
              ElementsAre(R"({"x":1.5})", "\"s\u00e9\"", "null"));
  EXPECT_THAT(results("def twice: . * 2; # doubles\n.n | twice,\n. as $x | $x + 1", R"({"n":3})"),
              ElementsAre("6", "4"));
}

TEST(Jq, RawGivesStringsBare) {
  EXPECT_THAT(results(".[]", R"(["a\nb", 1, "", "\u0000"])", R"(, "raw": true)"),
              ElementsAre("a\nb", "1", "", std::string(1, '\0')));
}

TEST(Jq, ResultsAreLikeTheRecordTheyWereMadeOf) {
  Harness<JqProcess> stage(options(".[]"));
  const Item item = test::whole_item("[1,2]");
  stage.process({item});
  const auto out = stage.out();
  ASSERT_EQ(out.size(), 2u);
  for (const auto& record : out) {
    EXPECT_EQ(record.key, "k");
    test::expect_rest_kept(record, item);
  }
}

TEST(Jq, NoResultIsCounted) {
  Harness<JqProcess> stage(options("select(.n > 1)"));
  stage.process({R"({"n":1})", R"({"n":2})", R"({"n":0})"});
  EXPECT_THAT(stage.values(), ElementsAre(R"({"n":2})"));
  EXPECT_EQ(stage.counter("empty"), 2u);
  EXPECT_THAT(stage.errors(), IsEmpty());
}

TEST(Jq, ArgsAreStrings) {
  EXPECT_THAT(results("[$site, $_n2]", "{}", R"(, "args": {"site": "eu \"x\"", "_n2": "7"})"),
              ElementsAre(R"(["eu \"x\"","7"])"));
}

TEST(Jq, AnErrorSendsTheRecordToTheErrorPortWithJqsWords) {
  EXPECT_EQ(error(".a.b", R"({"a":[1]})"), "jq: Cannot index array with string \"b\"");
  EXPECT_EQ(error("error(\"two\nlines\")", "1"), "jq: two lines");
  EXPECT_EQ(error("error({a: 1})", "1"), "jq: {\"a\":1}");
  EXPECT_LT(error("error([range(1000)] | tojson)", "1").size(), 600u);
}

TEST(Jq, ARecordWhoseProgramFailsHalfWayGivesNoResults) {
  EXPECT_EQ(error("1, 2, error(\"late\")", "0"), "jq: late");
}

TEST(Jq, AfterAFailureTheNextRecordIsTakenAsEver) {
  Harness<JqProcess> stage(options("if . == 1 then error(\"one\") elif . == 2 then halt else . + 1 end"));
  stage.process({"0", "1", "5", "2", "{broken", "6"});
  EXPECT_THAT(stage.values(), ElementsAre("1", "6", "7"));
  EXPECT_EQ(stage.errors().size(), 3u);
}

TEST(Jq, HaltIsAnErrorOfTheRecordAndNotTheEndOfTheProcess) {
  EXPECT_THAT(error("halt", "1"), HasSubstr("jq: the program has called halt"));
  EXPECT_EQ(error("\"bye\n\" | halt_error", "1"), "jq: bye");
  EXPECT_EQ(error("{a: 1} | halt_error(0)", "1"), "jq: {\"a\":1}");
}

TEST(Jq, WhatIsNotJsonGoesToErrorWithTheReason) {
  EXPECT_THAT(error(".", R"({"a":1)"), HasSubstr("bad_json: the value is not JSON: Unfinished JSON term"));
  EXPECT_THAT(error(".", "o6_b"), HasSubstr("bad_json: the value is not JSON: Invalid"));
  EXPECT_THAT(error(".", "1 2"), HasSubstr("bad_json: "));
  EXPECT_THAT(error(".", ""), HasSubstr("bad_json: the value is empty"));
  EXPECT_THAT(error(".", "  "), HasSubstr("bad_json: "));
  EXPECT_THAT(error(".", "nan"), HasSubstr("bad_json: "));
  EXPECT_THAT(error(".", "\"\xff\""), HasSubstr("bad_json: "));
  EXPECT_THAT(error(".", std::string(2000, '[')), HasSubstr("bad_json: "));
  Harness<JqProcess> stage(options("."));
  stage.process({Item{}});
  EXPECT_THAT(stage.errors().at(0).message, HasSubstr("tombstone"));
}

TEST(Jq, IntegersThatJqWouldChangeAreRefusedUnlessTheyMayBeRounded) {
  EXPECT_THAT(results(".", "[9007199254740992,-9007199254740992,0.12345678901]"),
              ElementsAre("[9007199254740992,-9007199254740992,0.12345678901]"));
  for (const char* large : {"9007199254740993", "-9007199254740993", "12345678901234567890123"}) {
    const std::string value = R"({"id":)" + std::string(large) + "}";
    EXPECT_THAT(error(".", value), HasSubstr("large_integer: the integer " + std::string(large)));
    EXPECT_EQ(results(".", value, R"(, "large_integers": "round")").size(), 1u);
  }
}

TEST(Jq, TheEnvironmentIsEmpty) {
  EXPECT_THAT(results("[env, $ENV, $ENV.PATH, env.HOME, (def f: $ENV; f)]", "1"),
              ElementsAre("[{},{},null,null,{}]"));
}

TEST(Jq, NothingElseOfTheOutsideCanBeRead) {
  EXPECT_THAT(error("input", "1"), HasSubstr("jq: input:"));
  EXPECT_THAT(error("[inputs]", "1"), HasSubstr("jq: input:"));
  EXPECT_THAT(error("\"m\" | modulemeta", "1"), HasSubstr("jq: modulemeta:"));
  EXPECT_THAT(results("get_search_list, input_filename, input_line_number", "1"),
              ElementsAre("[]", "null", "null"));
}

TEST(Jq, DebugAndStderrWriteToTheLog) {
  Harness<JqProcess> stage(options("debug | .a | stderr"));
  stage.process({R"({"a":"x"})"});
  EXPECT_THAT(stage.values(), ElementsAre("\"x\""));
  EXPECT_THAT(stage.log_lines(), ElementsAre(R"({"a":"x"})", "\"x\""));
}

TEST(Jq, TimesThatAreNoneAreErrors) {
  EXPECT_THAT(results("todate, date, strftime(\"%Y\"), (gmtime | strftime(\"%j\"))", "0"),
              ElementsAre("\"1970-01-01T00:00:00Z\"", "\"1970-01-01T00:00:00Z\"", "\"1970\"", "\"001\""));
  for (const char* program : {"todate", "date", "strftime(\"%Y\")", "strflocaltime(\"%Y\")"}) {
    EXPECT_THAT(error(program, "1e300"), HasSubstr("jq: ")) << program;
  }
}

/// The pointer and message that the options are refused with.
std::string refusal(const std::string& text) {
  try {
    Harness<JqProcess> stage(text);
    return "accepted";
  } catch (const testing::PluginError& e) {
    return e.pointer + ": " + e.what();
  }
}

TEST(Jq, AProgramThatDoesNotCompileIsRefusedWithJqsWords) {
  EXPECT_EQ(refusal(options(".a | foo")),
            "/program: jq cannot compile the program: foo/0 is not defined, line 1");
  EXPECT_THAT(refusal(options(".a |\n .b | | .c")),
              HasSubstr("jq cannot compile the program: syntax error, unexpected '|'"));
  EXPECT_THAT(refusal(options(".a |\n .b | | .c")), HasSubstr("line 2"));
  EXPECT_THAT(refusal(options("foo, $bar")), HasSubstr("foo/0 is not defined"));
  EXPECT_THAT(refusal(options("{")), Not(HasSubstr("def env")));
  EXPECT_THAT(refusal(options("")), HasSubstr("/program: jq cannot compile"));
  EXPECT_THAT(refusal(options("import \"a\" as a; a::f")), HasSubstr("/program: jq cannot compile"));
  EXPECT_THAT(refusal(options("include \"a\"; f")), HasSubstr("/program: jq cannot compile"));
}

TEST(Jq, ArgsThatNoProgramCouldNameAreRefused) {
  EXPECT_THAT(refusal(options(".", R"(, "args": {"a-b": "1"})")), HasSubstr("/args/a-b: 'a-b' is no name"));
  EXPECT_THAT(refusal(options(".", R"(, "args": {"ENV": "1"})")), HasSubstr("/args/ENV: jq has a variable"));
}

}  // namespace
}  // namespace weir::jq
