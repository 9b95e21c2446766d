// SPDX-License-Identifier: Apache-2.0
#include "spec/yaml_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

Node read(const std::string& text) {
  Diagnostics diagnostics;
  auto node = read_yaml(text, "f.yaml", diagnostics);
  EXPECT_EQ(diagnostics.text(), "") << text;
  return node ? *node : Node{};
}

std::string errors(const std::string& text) {
  Diagnostics diagnostics;
  read_yaml(text, "f.yaml", diagnostics);
  return diagnostics.text();
}

// The tree in one line: a{k: v}, lists in [], quoted scalars in '', null as ~.
std::string shape(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "~";
    case Node::Kind::kScalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case Node::Kind::kList:
      for (const auto& item : node.items) text += (text.empty() ? "" : ", ") + shape(item);
      return "[" + text + "]";
    case Node::Kind::kMap:
      for (const auto& entry : node.entries)
        text += (text.empty() ? "" : ", ") + entry.key + ": " + shape(entry.value);
      return "{" + text + "}";
  }
  return text;
}

TEST(YamlReader, BuildsTheTreeInTheOrderOfTheFile) {
  EXPECT_EQ(shape(read("b: 1\na: [x, \"2\", '3']\nc:\n  - {d: ~}\n  - |\n    text\ne:\n")),
            "{b: 1, a: [x, '2', '3'], c: [{d: ~}, 'text\n'], e: ~}");
}

TEST(YamlReader, EachKeyAndValueKnowsItsPlace) {
  const Node root = read("a: 1\nlong:\n  - x\n  - {k: \"v\"}\n");
  EXPECT_EQ(to_string(root.entries[0].mark), "f.yaml:1:1");
  EXPECT_EQ(to_string(root.entries[0].value.mark), "f.yaml:1:4");
  EXPECT_EQ(to_string(root.entries[1].mark), "f.yaml:2:1");
  const Node& map = root.entries[1].value.items[1];
  EXPECT_EQ(to_string(map.mark), "f.yaml:4:5");
  EXPECT_EQ(to_string(map.entries[0].mark), "f.yaml:4:6");
  EXPECT_EQ(to_string(map.entries[0].value.mark), "f.yaml:4:9");
}

TEST(YamlReader, ColumnsCountBytesAndIgnoreAByteOrderMark) {
  EXPECT_EQ(to_string(read("\u5fae: x\n").entries[0].value.mark), "f.yaml:1:6");
  EXPECT_EQ(to_string(read("\xEF\xBB\xBF"
                           "a: x\n")
                          .entries[0]
                          .value.mark),
            "f.yaml:1:4");
}

TEST(YamlReader, WindowsLineEndsAreLineEnds) {
  EXPECT_EQ(shape(read("a: 1\r\nb: 2\r\n")), "{a: 1, b: 2}");
}

TEST(YamlReader, AnEmptyTextIsNull) {
  EXPECT_EQ(shape(read("")), "~");
  EXPECT_EQ(shape(read("# nothing yet\n")), "~");
}

TEST(YamlReader, AliasesBringWhatTheirAnchorsName) {
  const Node root = read("a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]\n");
  EXPECT_EQ(shape(root), "{a: {k: [1, 2]}, b: {k: [1, 2]}, c: [{k: [1, 2]}, {k: [1, 2]}]}");
  EXPECT_EQ(to_string(root.find("b")->entries[0].mark), "f.yaml:1:8") << "where it is written";
}

TEST(YamlReader, MergeKeysFillInWhatTheMapItselfDoesNotSay) {
  EXPECT_EQ(shape(read("base: &b {x: 1, y: 2}\nuse: {<<: *b, x: 9, z: 3}\n")),
            "{base: {x: 1, y: 2}, use: {x: 9, z: 3, y: 2}}");
}

TEST(YamlReader, OfSeveralMergedMapsTheFirstWins) {
  EXPECT_EQ(shape(read("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nuse:\n  <<: [*a, *b]\n")),
            "{a: {x: 1}, b: {x: 2, y: 2}, use: {x: 1, y: 2}}");
}

TEST(YamlReader, AQuotedMergeKeyIsAKey) {
  EXPECT_EQ(shape(read("\"<<\": 1\n")), "{<<: 1}");
}

TEST(YamlReader, ADuplicateKeyNamesBothPlacesAndTheFirstStays) {
  Diagnostics diagnostics;
  const auto root = read_yaml("a: 1\nb: 2\na: {c: 3}\n", "f.yaml", diagnostics);
  EXPECT_EQ(
      diagnostics.text(),
      "f.yaml:3:1: key 'a' stands here for the second time, first at f.yaml:1:1; expected each key once\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(shape(*root), "{a: 1, b: 2}");
}

TEST(YamlReader, AliasesCannotFillTheMemory) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j == 0 ? "" : ", ") + before;
    text += "]\n";
  }
  EXPECT_NE(errors(text).find("the aliases of this file stand for more than 100,000 values"),
            std::string::npos);
}

TEST(YamlReader, DeepNestingIsAnErrorAndNoCrash) {
  EXPECT_NE(errors("a: " + std::string(100'000, '[')), "");
  EXPECT_NE(errors("a: " + std::string(100'000, '{')), "");
}

struct BadYaml {
  const char* text;
  const char* place;
  const char* message;
};

class YamlErrors : public ::testing::TestWithParam<BadYaml> {};

TEST_P(YamlErrors, SayWhereAndWhatWasExpected) {
  const auto& [text, place, message] = GetParam();
  EXPECT_EQ(errors(text), std::string(place) + ": " + message + "\n") << text;
}

INSTANTIATE_TEST_SUITE_P(
    Malformed, YamlErrors,
    ::testing::Values(
        BadYaml{"a: b: c\n", "f.yaml:1:5",
                "found ':' where no value can begin; expected 'key: value' lines of one indentation, a space "
                "behind "
                "each ':', and quotes around a text that contains ': '"},
        BadYaml{"a: 1\n  b: 2\n", "f.yaml:2:4",
                "found ':' where no value can begin; expected 'key: value' lines of one indentation, a space "
                "behind "
                "each ':', and quotes around a text that contains ': '"},
        BadYaml{"a:\n\tb: 1\n", "f.yaml:2:1", "found a tab in the indentation, expected spaces"},
        BadYaml{"a:\n  b: 1\n c: 2\n", "f.yaml:3:2",
                "expected the end of the line, or a key with the indentation of the keys before it"},
        BadYaml{"a: \"x\" y\n", "f.yaml:1:8",
                "expected the end of the line, or a key with the indentation of the keys before it"},
        BadYaml{"a: {x: 1\nb: 2\n", "f.yaml:2:2",
                "expected ',' or '}' to go on with or close what begins at f.yaml:1:4"},
        BadYaml{"a: [1, 2\nb: 3\n", "f.yaml:2:2",
                "expected ',' or ']' to go on with or close what begins at f.yaml:1:4"},
        BadYaml{"a: {x: ${FOO}, y: 1}\n", "f.yaml:1:9",
                "expected ',' or '}' to go on with or close what begins at f.yaml:1:4; inside of {} and [] a "
                "value "
                "with ${...} wants quotes"},
        BadYaml{"a: ]\n", "f.yaml:1:4",
                "found a bracket that closes nothing; expected one that matches the last open bracket"},
        BadYaml{"a: {b: [1, 2}\n", "f.yaml:1:13",
                "found a bracket that closes nothing; expected one that matches the last open bracket"},
        BadYaml{"a: \"x\nb: 1\n", "f.yaml:1:4",
                "the quote that begins here is never closed, expected another \""},
        BadYaml{"a: 'it''s\n", "f.yaml:1:4",
                "the quote that begins here is never closed, expected another '"},
        BadYaml{"a: @x\n", "f.yaml:1:4",
                "no value can begin with this character; expected quotes around a text that begins with it"},
        BadYaml{"a: *x\n", "f.yaml:1:4",
                "no anchor of that name stands before this alias; expected '&name' above, or quotes around a "
                "text "
                "that begins with '*'"},
        BadYaml{"a: &x [*x]\n", "f.yaml:1:8",
                "this alias stands inside of what it names, expected one to something before it"},
        BadYaml{"a: 1\nb: - x\n", "f.yaml:2:4",
                "found '-' where no list can begin; expected it on a line of its own below the key"},
        BadYaml{"a: \"\\q\"\n", "f.yaml:1:7", "unknown escape character: q"},
        BadYaml{"a: >x\n  y\n", "f.yaml:1:5", "expected nothing but the end of the line behind '|' or '>'"},
        BadYaml{"a: 1\n---\nb: 2\n", "f.yaml:2:1",
                "the document ends before this line, expected the end of the file"},
        BadYaml{"- a\nb: 1\n", "f.yaml:2:1",
                "the document ends before this line, expected the end of the file"},
        BadYaml{"a: !secret x\n", "f.yaml:1:4",
                "tag '!secret' is not known here, expected a value without a tag"},
        BadYaml{"[a]: b\n", "f.yaml:1:1", "the key is a list, expected a text"},
        BadYaml{"~: b\n", "f.yaml:1:1", "the key is empty, expected a text"},
        BadYaml{"a: {<<: 5}\n", "f.yaml:1:5",
                "the value of '<<' is '5', expected a map, or a list of maps, to merge"},
        BadYaml{"a: {<<: [{b: 1}, c]}\n", "f.yaml:1:5",
                "the value of '<<' is 'c', expected a map, or a list of maps, to merge"},
        BadYaml{"a: {<<: {}, <<: {}}\n", "f.yaml:1:13",
                "key '<<' stands here for the second time, first at f.yaml:1:5; expected each key once"},
        BadYaml{"a: 1\nb: \xff\n", "f.yaml:2:4",
                "found bytes that are not UTF-8, expected a text file in UTF-8"},
        BadYaml{"a: 1\x04\nb: 2\n", "f.yaml:1:5",
                "found the control character \\x04, expected a text file in UTF-8"}));

}  // namespace
}  // namespace weir
