// SPDX-License-Identifier: Apache-2.0
#include "spec/interpolation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "spec/yaml_reader.h"

namespace weir {
namespace {

Environment environment() {
  const std::map<std::string, std::string> variables{
      {"HOST", "db"},    {"PORT", "3306"},
      {"EMPTY", ""},     {"EVIL", "x}\n  injected: [1, {a: b}] # ${HOST}"},
      {"BYTES", "\xff"}, {"SECRET", "hunter2"},
      {"NUMBER", "5"}};
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

// The value of the one key of a file that is `a: TEXT`.
Node value_of(const std::string& text, Diagnostics& diagnostics) {
  auto root = read_yaml("a: " + text + "\n", "f.yaml", diagnostics);
  if (!root) return {};
  interpolate(*root, environment(), diagnostics);
  return root->entries.at(0).value;
}

std::string replaced(const std::string& text) {
  Diagnostics diagnostics;
  const Node value = value_of(text, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return value.text;
}

std::string errors(const std::string& text) {
  Diagnostics diagnostics;
  const Node value = value_of(text, diagnostics);
  EXPECT_TRUE(value.broken);
  return diagnostics.text();
}

class TextFile {
 public:
  explicit TextFile(const std::string& content)
      : path_(std::filesystem::temp_directory_path() / ("weir_interpolation_" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Interpolation, PutsInVariables) {
  EXPECT_EQ(replaced("${HOST}"), "db");
  EXPECT_EQ(replaced("mysql://${HOST}:${PORT}/x"), "mysql://db:3306/x");
  EXPECT_EQ(replaced("\"${HOST}\""), "db");
  EXPECT_EQ(replaced("'${HOST}'"), "db");
}

TEST(Interpolation, ADefaultStandsInForAVariableThatIsNotSet) {
  EXPECT_EQ(replaced("${NONE:other}"), "other");
  EXPECT_EQ(replaced("${NONE:}"), "");
  EXPECT_EQ(replaced("${NONE:host:9092}"), "host:9092");
  EXPECT_EQ(replaced("${HOST:other}"), "db");
  EXPECT_EQ(replaced("x${EMPTY:other}y"), "xy") << "an empty value is a value";
}

TEST(Interpolation, DoubledDollarIsALiteral) {
  EXPECT_EQ(replaced("$${HOST}"), "${HOST}");
  EXPECT_EQ(replaced("$5 or $$"), "$5 or $$");
  EXPECT_EQ(replaced("$${${HOST}"), "${db");
}

TEST(Interpolation, AValueStaysOneTextWhateverItContains) {
  Diagnostics diagnostics;
  const Node value = value_of("${EVIL}", diagnostics);
  EXPECT_EQ(value.kind, Node::Kind::kScalar);
  EXPECT_EQ(value.text, "x}\n  injected: [1, {a: b}] # ${HOST}");
}

TEST(Interpolation, KeysAreLeftAsTheyAre) {
  Diagnostics diagnostics;
  auto root = read_yaml("\"${HOST}\": 1\n", "f.yaml", diagnostics);
  interpolate(*root, environment(), diagnostics);
  EXPECT_EQ(root->entries[0].key, "${HOST}");
}

TEST(Interpolation, PutsInAFileWithoutItsLastLineBreak) {
  const TextFile unix_file("hunter2\n");
  EXPECT_EQ(replaced("<${file:" + unix_file.path() + "}>"), "<hunter2>");
  const TextFile windows_file("hunter2\r\n");
  EXPECT_EQ(replaced("${file:" + windows_file.path() + "}"), "hunter2");
  const TextFile two_lines("a\nb\n\n");
  EXPECT_EQ(replaced("${file:" + two_lines.path() + "}"), "a\nb\n");
}

TEST(Interpolation, MessagesShowTheLeafAsWritten) {
  Diagnostics diagnostics;
  const Node value = value_of("${SECRET}", diagnostics);
  EXPECT_EQ(value.text, "hunter2");
  EXPECT_EQ(describe(value), "is '${SECRET}'");
}

TEST(Interpolation, ErrorsNameThePlaceAndTheVariable) {
  EXPECT_EQ(errors("${NONE}"),
            "f.yaml:1:4: environment variable NONE is not set, expected a value for it, or a default as in "
            "${NONE:default}\n");
  EXPECT_EQ(errors("x${HOST"), "f.yaml:1:4: '${HOST' is not closed, expected '}'\n");
  EXPECT_EQ(
      errors("${my-host}"),
      "f.yaml:1:4: '${my-host}' names no variable, expected ${NAME}, ${NAME:default} or ${file:PATH}; write "
      "$${ for the characters ${ themselves\n");
  EXPECT_EQ(errors("${HOST:${PORT}}"),
            "f.yaml:1:4: '${HOST:${PORT}' has another ${ inside, expected a plain default\n");
  EXPECT_EQ(errors("${BYTES}"), "f.yaml:1:4: the value of '${BYTES}' is not UTF-8, expected text\n");
  EXPECT_EQ(errors("${file:/no/such/file}"),
            "f.yaml:1:4: file '/no/such/file' cannot be read: No such file or directory\n");
  EXPECT_EQ(errors("${file:/}"), "f.yaml:1:4: file '/' cannot be read: Is a directory\n");
  EXPECT_EQ(errors("${file:}"), "f.yaml:1:4: ${file:} names no file, expected ${file:PATH}\n");
}

TEST(Interpolation, SeveralProblemsOfOneTextAreAllTold) {
  const std::string text = errors("${NONE}-${ALSO_NONE}");
  EXPECT_NE(text.find("variable NONE is"), std::string::npos);
  EXPECT_NE(text.find("variable ALSO_NONE is"), std::string::npos);
}

TEST(Interpolation, AnAliasedTextIsWrongOnce) {
  Diagnostics diagnostics;
  auto root = read_yaml("a: &x ${NONE}\nb: *x\n", "f.yaml", diagnostics);
  interpolate(*root, environment(), diagnostics);
  EXPECT_EQ(diagnostics.all().size(), 1u);
}

}  // namespace
}  // namespace weir
