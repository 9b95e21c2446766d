// SPDX-License-Identifier: Apache-2.0
#include "plugin/options_binding.h"

#include <gtest/gtest.h>
#include <weir/descriptor.h>

#include <deque>
#include <string>

#include "spec/interpolation.h"
#include "spec/yaml_reader.h"

namespace weir {
namespace {

using nlohmann::json;

// A stage `s` whose plugin declares options, and what the file gives them.
class OptionsBinding : public ::testing::Test {
 protected:
  OptionDeclaration& option(std::string_view name, Type type) {
    return declarations_.emplace_back(name, type, "What it is for.");
  }

  // `options`: YAML that stands below line 1 of the file.
  std::optional<json> bind(const std::string& options) {
    Diagnostics problems;
    auto root = read_yaml("# options of s\n" + options + "\n", "p.yaml", problems);
    EXPECT_TRUE(root && problems.empty()) << problems.text();
    if (!root) return std::nullopt;
    root->kind = Node::Kind::kMap;  // an empty text too
    root->mark = {"p.yaml", 1, 3};
    interpolate(
        *root,
        [](const std::string& name) {
          return name == "SECRET" ? std::optional<std::string>("hunter2") : std::nullopt;
        },
        problems);
    std::vector<const weir_option*> pointers;
    for (auto& declaration : declarations_) pointers.push_back(declaration.freeze());
    pointers.push_back(nullptr);
    errors_ = {};
    auto bound = bind_options(*root, pointers.data(), "sink 'sql'", errors_, hint_);
    EXPECT_EQ(bound.has_value(), errors_.empty() && problems.empty());
    tree_ = *std::move(root);
    return bound;
  }

  // What the file gives, bound without errors.
  json values(const std::string& options) {
    auto bound = bind(options);
    EXPECT_EQ(errors_.text(), "");
    return bound ? *bound : json();
  }

  std::string errors(const std::string& options) {
    bind(options);
    return errors_.text();
  }

  std::deque<OptionDeclaration> declarations_;
  OptionHint hint_;
  Diagnostics errors_;
  Node tree_;
};

TEST_F(OptionsBinding, EachTypeComesInItsJsonForm) {
  option("text", Type::kString);
  option("flag", Type::kBool);
  option("count", Type::kInteger);
  option("ratio", Type::kNumber);
  option("time", Type::kDuration);
  option("size", Type::kSize);
  option("mode", Type::kChoice).choices({"insert", "upsert"});
  option("topics", Type::kStringList);
  option("properties", Type::kStringMap);
  EXPECT_EQ(
      values(
          "{text: 5, flag: true, count: -3, ratio: 0.5, time: 5s, size: 64KiB, mode: upsert, topics: [a, 1], "
          "properties: {a: x, b: 1, c: true}}"),
      json::parse(R"({"text": "5", "flag": true, "count": -3, "ratio": 0.5, "time": 5000, "size": 65536,
                            "mode": "upsert", "topics": ["a", "1"], "properties": {"a": "x", "b": "1", "c": "true"}})"));
}

TEST_F(OptionsBinding, ASingleTextCountsAsAListOfOne) {
  option("topics", Type::kStringList);
  EXPECT_EQ(values("topics: ids"), json::parse(R"({"topics": ["ids"]})"));
  EXPECT_EQ(values("topics: []"), json::parse(R"({"topics": []})"));
}

TEST_F(OptionsBinding, AValueFromTheEnvironmentNeedsQuotesInFlowStyleAndIsStillTyped) {
  option("count", Type::kInteger);
  option("ratio", Type::kNumber);
  option("time", Type::kDuration);
  option("size", Type::kSize);
  auto& tls = option("tls", Type::kObject);
  tls.field("verify", Type::kBool, "");
  EXPECT_EQ(
      values("{count: \"${N:16}\", ratio: '${R:0.5}', time: \"${T:5}s\", size: \"${S:64KiB}\", "
             "tls: {verify: \"${V:false}\"}}"),
      json::parse(R"({"count": 16, "ratio": 0.5, "time": 5000, "size": 65536, "tls": {"verify": false}})"));
}

TEST_F(OptionsBinding, WhereTheTypeIsOpenQuotesMakeAVariableAText) {
  option("where", Type::kAny);
  EXPECT_EQ(values("where:\n  - ${N:16}\n  - \"${N:16}\"\n  - ${F:true}\n  - '${F:true}'\n"),
            json::parse(R"({"where": [16, "16", true, "true"]})"));
}

TEST_F(OptionsBinding, WhatIsNotGivenHasItsDefaultOrIsLeftOut) {
  option("time", Type::kDuration).default_value("5s");
  option("quote", Type::kString).default_value("*");
  option("codes", Type::kStringList).default_value("[400, 404]");
  option("headers", Type::kStringMap).default_value("{}");
  option("mode", Type::kChoice).choices({"a", "b"}).default_value("a");
  option("key", Type::kString);
  EXPECT_EQ(
      values(""),
      json::parse(R"({"time": 5000, "quote": "*", "codes": ["400", "404"], "headers": {}, "mode": "a"})"));
}

TEST_F(OptionsBinding, ObjectsHaveFieldsOfTheirOwn) {
  auto& tls = option("tls", Type::kObject);
  tls.field("ca", Type::kString, "").required();
  tls.field("verify", Type::kBool, "").default_value("true");
  auto& routes = option("routes", Type::kObjectList);
  routes.field("name", Type::kString, "").required();
  routes.field("where", Type::kAny, "");
  EXPECT_EQ(values("tls: {ca: /x}\nroutes:\n  - name: a\n    where: {equals: 1}\n  - name: b\n"),
            json::parse(R"({"tls": {"ca": "/x", "verify": true},
                            "routes": [{"name": "a", "where": {"equals": 1}}, {"name": "b"}]})"));
  EXPECT_EQ(values(""), json::parse("{}")) << "an object that is not given has no fields";
}

TEST_F(OptionsBinding, AnyTreeHasTheTypesOfJson) {
  option("where", Type::kAny);
  EXPECT_EQ(values("where: [~, true, 5, -5, 1.5, 1e3, \"5\", 'true', x, 007, 1_000, 18446744073709551616, "
                   "2026-11-22, not blank, {a: [1]}, +5, 0, 0.5, -0.5]"),
            json::parse(R"({"where": [null, true, 5, -5, 1.5, 1000.0, "5", "true", "x", "007", "1_000",
                            "18446744073709551616", "2026-11-22", "not blank", {"a": [1]}, 5, 0, 0.5, -0.5]})"));
  EXPECT_EQ(values("where: not blank"), json::parse(R"({"where": "not blank"})"));
}

TEST_F(OptionsBinding, AnUnknownOptionIsToldAtItsKeyWithTheNearestName) {
  option("table", Type::kString);
  option("url", Type::kString);
  EXPECT_EQ(errors("tabel: x"), "p.yaml:2:1: unknown option 'tabel' of sink 'sql'; did you mean 'table'?\n");
  EXPECT_EQ(errors("colour: x"), "p.yaml:2:1: unknown option 'colour' of sink 'sql'; known: table, url\n");
  EXPECT_EQ(errors("concurency: 4"),
            "p.yaml:2:1: unknown option 'concurency' of sink 'sql'; did you mean 'concurrency'?\n");
}

TEST_F(OptionsBinding, AMissingOptionIsToldAtTheStage) {
  option("table", Type::kString).required();
  option("every", Type::kDuration).required();
  EXPECT_EQ(errors(""),
            "p.yaml:1:3: required option 'table' of sink 'sql' is missing, expected a text\n"
            "p.yaml:1:3: required option 'every' of sink 'sql' is missing, expected a duration such as 5s\n");
}

TEST_F(OptionsBinding, AMisspeltRequiredOptionIsOneErrorNotTwo) {
  option("table", Type::kString).required();
  EXPECT_EQ(errors("tabel: x"), "p.yaml:2:1: unknown option 'tabel' of sink 'sql'; did you mean 'table'?\n");
}

TEST_F(OptionsBinding, AMistypedOptionSaysWhatWasFoundAndExpected) {
  option("text", Type::kString);
  option("flag", Type::kBool);
  option("count", Type::kInteger);
  option("ratio", Type::kNumber);
  option("time", Type::kDuration);
  option("size", Type::kSize);
  option("topics", Type::kStringList);
  option("properties", Type::kStringMap);
  option("tls", Type::kObject);
  option("routes", Type::kObjectList);
  option("where", Type::kAny);
  EXPECT_EQ(errors("text: [a]"), "p.yaml:2:1: 'text' is a list, expected a text\n");
  EXPECT_EQ(errors("text:"), "p.yaml:2:1: 'text' is empty, expected a text; write \"\" for an empty one\n");
  EXPECT_EQ(errors("flag: yes"), "p.yaml:2:7: 'flag' is 'yes', expected true or false\n");
  EXPECT_EQ(errors("count: ten"), "p.yaml:2:8: 'count' is 'ten', expected a whole number\n");
  EXPECT_EQ(errors("count: {a: 1}"), "p.yaml:2:1: 'count' is a map, expected a whole number\n");
  EXPECT_EQ(errors("ratio: half"), "p.yaml:2:8: 'ratio' is 'half', expected a number\n");
  EXPECT_EQ(errors("time: five"), "p.yaml:2:7: 'time' is 'five', expected a duration such as 5s\n");
  EXPECT_EQ(errors("size: big"), "p.yaml:2:7: 'size' is 'big', expected a size such as 64MiB\n");
  EXPECT_EQ(errors("topics: {a: b}"), "p.yaml:2:1: 'topics' is a map, expected a text or a list of texts\n");
  EXPECT_EQ(errors("topics: [a, [b]]"), "p.yaml:2:13: 'topics[1]' is a list, expected a text\n");
  EXPECT_EQ(errors("properties: x"), "p.yaml:2:13: 'properties' is 'x', expected a map of names to texts\n");
  EXPECT_EQ(errors("properties: {a: {}}"), "p.yaml:2:14: 'properties.a' is a map, expected a text\n");
  EXPECT_EQ(errors("tls: x"), "p.yaml:2:6: 'tls' is 'x', expected a map\n");
  EXPECT_EQ(errors("tls:"), "p.yaml:2:1: 'tls' is empty, expected a map\n");
  EXPECT_EQ(errors("routes: {a: b}"), "p.yaml:2:1: 'routes' is a map, expected a list of maps\n");
  EXPECT_EQ(errors("routes: [x]"), "p.yaml:2:10: 'routes[0]' is 'x', expected a map\n");
  EXPECT_EQ(errors("where:"), "p.yaml:2:1: 'where' is empty, expected a value of any form\n");
}

TEST_F(OptionsBinding, RangesAreToldInTheUnitsOfTheFile) {
  option("count", Type::kInteger).at_least(1).at_most(100);
  option("share", Type::kNumber).at_least(0).at_most(0.5);
  option("time", Type::kDuration).at_least(1);
  option("pause", Type::kDuration).at_most(60'000);
  option("block", Type::kSize).at_least(4096).at_most(64 << 20);
  EXPECT_EQ(values("{count: 100, share: 0.5, time: 1ms, pause: 1m, block: 4KiB}").size(), 5u);
  EXPECT_EQ(errors("count: 0"), "p.yaml:2:8: 'count' is '0', expected 1 to 100\n");
  EXPECT_EQ(errors("count: 101"), "p.yaml:2:8: 'count' is '101', expected 1 to 100\n");
  EXPECT_EQ(errors("share: 0.6"), "p.yaml:2:8: 'share' is '0.6', expected 0 to 0.5\n");
  EXPECT_EQ(errors("time: 0s"), "p.yaml:2:7: 'time' is '0s', expected at least 1ms\n");
  EXPECT_EQ(errors("pause: 2m"), "p.yaml:2:8: 'pause' is '2m', expected at most 1m\n");
  EXPECT_EQ(errors("block: 1GiB"), "p.yaml:2:8: 'block' is '1GiB', expected 4KiB to 64MiB\n");
}

TEST_F(OptionsBinding, ADurationIsNegativeOnlyWhereTheDeclarationSaysSo) {
  option("offset", Type::kDuration).at_least(-86'400'000);
  option("time", Type::kDuration).default_value("5s");
  EXPECT_EQ(values("offset: -8h")["offset"], -8 * 3'600'000);
  EXPECT_EQ(values("offset: 8h")["offset"], 8 * 3'600'000);
  EXPECT_EQ(errors("offset: -25h"), "p.yaml:2:9: 'offset' is '-25h', expected at least -1d\n");
  EXPECT_EQ(errors("offset: --1h"),
            "p.yaml:2:9: 'offset' is '--1h', expected a duration that is not negative, such as 5s\n");
  EXPECT_EQ(errors("time: -1s"),
            "p.yaml:2:7: 'time' is '-1s', expected a duration that is not negative, such as 5s\n");
}

TEST_F(OptionsBinding, AChoiceNamesTheOthersAndTheNearest) {
  option("format", Type::kChoice).choices({"value", "ndjson", "envelope"});
  EXPECT_EQ(
      errors("format: ndjsn"),
      "p.yaml:2:9: 'format' is 'ndjsn', expected one of value, ndjson, envelope; did you mean 'ndjson'?\n");
  EXPECT_EQ(errors("format: xml"),
            "p.yaml:2:9: 'format' is 'xml', expected one of value, ndjson, envelope\n");
  EXPECT_EQ(errors("format: []"),
            "p.yaml:2:1: 'format' is a list, expected one of value, ndjson, envelope\n");
}

TEST_F(OptionsBinding, FieldsOfObjectsAreNamedByTheirPath) {
  auto& routes = option("routes", Type::kObjectList);
  routes.field("name", Type::kString, "").required();
  auto& retry = routes.field("retry", Type::kObject, "");
  retry.field("times", Type::kInteger, "").at_least(0);
  EXPECT_EQ(errors("routes:\n  - {nam: a}\n  - name: b\n    retry: {times: -1, pause: 5s}\n"),
            "p.yaml:3:6: unknown option 'routes[0].nam' of sink 'sql'; did you mean 'name'?\n"
            "p.yaml:5:20: 'routes[1].retry.times' is '-1', expected at least 0\n"
            "p.yaml:5:24: unknown option 'routes[1].retry.pause' of sink 'sql'; known: times\n");
}

TEST_F(OptionsBinding, AllErrorsOfAStageAreToldAtOnce) {
  option("table", Type::kString).required();
  option("time", Type::kDuration);
  option("count", Type::kInteger);
  errors("{tme: 5s, time: five, count: x}");
  EXPECT_EQ(errors_.all().size(), 4u);
}

TEST_F(OptionsBinding, SecretsAreNeverShown) {
  option("token", Type::kInteger).secret();
  option("pin", Type::kChoice).choices({"hunter1", "hunter3"}).secret();
  option("login", Type::kObject).secret().field("code", Type::kDuration, "");
  option("time", Type::kDuration);
  option("size", Type::kSize);
  option("mode", Type::kChoice).choices({"hunter1", "hunter3"});
  const std::string text = errors(
      "{token: hunter2, pin: hunter2, login: {code: hunter2}, time: \"5${SECRET}\", "
      "size: \"5${SECRET}\", mode: \"${SECRET}\"}");
  EXPECT_EQ(errors_.all().size(), 6u);
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_EQ(text.find("did you mean"), std::string::npos) << text;
  EXPECT_NE(text.find("'token' has a value of another form, expected a whole number"), std::string::npos)
      << text;
  EXPECT_NE(text.find("'time' is '5${SECRET}', expected a duration"), std::string::npos) << text;
}

TEST_F(OptionsBinding, WhatInterpolationHasReportedIsNotReportedAgain) {
  option("count", Type::kInteger).required();
  option("topics", Type::kStringList);
  Diagnostics problems;
  auto root = read_yaml("{count: \"${NONE}\", topics: [\"${NONE}\"]}", "p.yaml", problems);
  interpolate(
      *root, [](const std::string&) { return std::nullopt; }, problems);
  const weir_option* const declared[] = {declarations_[0].freeze(), declarations_[1].freeze(), nullptr};
  Diagnostics found;
  EXPECT_FALSE(bind_options(*root, declared, "sink 'sql'", found));
  EXPECT_EQ(found.text(), "");
}

TEST_F(OptionsBinding, ADefaultThatDoesNotFitIsThePluginsFault) {
  option("time", Type::kDuration).default_value("5");
  EXPECT_EQ(errors(""),
            "p.yaml:1:3: sink 'sql' declares a default that is not valid: 'time' is '5', expected a "
            "duration with its unit, such as 5s\n");
}

TEST_F(OptionsBinding, AJsonPointerLeadsToItsPlaceOrTheNearestAbove) {
  option("where", Type::kAny);
  option("topics", Type::kStringList);
  values("topics: a\nwhere:\n  all:\n    - {equals: 1}\n    - {a/b: x, c~d: y}\n");
  const auto place = [&](std::string_view pointer) { return to_string(find_mark(tree_, pointer)); };
  EXPECT_EQ(place(""), "p.yaml:1:3");
  EXPECT_EQ(place("/topics"), "p.yaml:2:9");
  EXPECT_EQ(place("/topics/0"), "p.yaml:2:9");
  EXPECT_EQ(place("/where"), "p.yaml:3:1");
  EXPECT_EQ(place("/where/all"), "p.yaml:4:3");
  EXPECT_EQ(place("/where/all/0/equals"), "p.yaml:5:16");
  EXPECT_EQ(place("/where/all/1"), "p.yaml:6:7");
  EXPECT_EQ(place("/where/all/1/a~1b"), "p.yaml:6:13");
  EXPECT_EQ(place("/where/all/1/c~0d"), "p.yaml:6:21");
  EXPECT_EQ(place("/where/all/7"), "p.yaml:4:3");
  EXPECT_EQ(place("/where/all/x"), "p.yaml:4:3");
  EXPECT_EQ(place("/none/of/this"), "p.yaml:1:3");
  EXPECT_EQ(place("no pointer"), "p.yaml:1:3");
}

TEST_F(OptionsBinding, AHintStandsBehindOptionsThatAreUnknownOrOfAnotherForm) {
  option("time", Type::kDuration).at_least(1);
  option("token", Type::kDuration).secret();
  option("retry", Type::kObject).field("times", Type::kInteger, "How often.");
  hint_ = [](const Node::Entry& entry) { return "; others take " + entry.key; };
  EXPECT_EQ(
      errors("colour: x"),
      "p.yaml:2:1: unknown option 'colour' of sink 'sql'; known: time, token, retry; others take colour\n");
  EXPECT_EQ(errors("time: event"),
            "p.yaml:2:7: 'time' is 'event', expected a duration such as 5s; others take time\n");
  // Where it is clear what was meant, and of what is secret, nothing is added.
  EXPECT_EQ(errors("tim: 5s"), "p.yaml:2:1: unknown option 'tim' of sink 'sql'; did you mean 'time'?\n");
  EXPECT_EQ(errors("retry: {colour: x}"),
            "p.yaml:2:9: unknown option 'retry.colour' of sink 'sql'; known: times\n");
  EXPECT_EQ(errors("token: x").find("others"), std::string::npos);
}

TEST_F(OptionsBinding, AnOptionIsTakenWhereItsNameAndItsFormFit) {
  option("time", Type::kDuration).at_least(1000);
  values("{time: 5s}");
  const weir_option* const declared[] = {declarations_.front().freeze(), nullptr};
  const auto takes = [&](const std::string& name, const std::string& value) {
    Node::Entry entry = tree_.entries.front();
    entry.key = name;
    entry.value.text = value;
    return takes_option(entry, declared);
  };
  EXPECT_TRUE(takes("time", "5s"));
  EXPECT_FALSE(takes("time", "5ms"));
  EXPECT_FALSE(takes("time", "event"));
  EXPECT_FALSE(takes("size", "5s"));
}

}  // namespace
}  // namespace weir
