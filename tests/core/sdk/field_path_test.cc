// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/field_path.h>

#include <string>
#include <utility>

namespace weir {
namespace {

using ::testing::HasSubstr;

// The steps in a form of their own: names in angle brackets, so that escapes show.
std::string steps(std::string_view text) {
  std::string all;
  const FieldPath path = FieldPath::parse(text, "");
  for (const auto& step : path.steps()) {
    all += step.by_index ? "#" + std::to_string(step.index) : "<" + step.name + ">";
  }
  return all;
}

std::string refusal(std::string_view text) {
  try {
    FieldPath::parse(text, "/where/field");
  } catch (const OptionError& e) {
    EXPECT_EQ(e.pointer(), "/where/field");
    return e.what();
  }
  return "accepted";
}

TEST(FieldPath, NamesAndNumbersLeadInwards) {
  EXPECT_EQ(steps("user"), "<user>");
  EXPECT_EQ(steps("user.address.city"), "<user><address><city>");
  EXPECT_EQ(steps("items[0].id"), "<items>#0<id>");
  EXPECT_EQ(steps("[2][13]"), "#2#13");
  EXPECT_EQ(steps("名字.first-name"), "<名字><first-name>");
}

TEST(FieldPath, DollarIsTheWholeValue) {
  EXPECT_EQ(steps(""), "");
  EXPECT_EQ(steps("$"), "");
  EXPECT_EQ(steps("$.user"), "<user>");
  EXPECT_EQ(steps("$[1]"), "#1");
  EXPECT_EQ(FieldPath::parse("$", "").place(), FieldPath::Place::kValue);
}

TEST(FieldPath, BackslashTakesTheNextCharacterAsItIs) {
  EXPECT_EQ(steps(R"(a\.b.c)"), "<a.b><c>");
  EXPECT_EQ(steps(R"(a\[0\])"), "<a[0]>");
  EXPECT_EQ(steps(R"(\$key)"), "<$key>");
  EXPECT_EQ(steps(R"(a\\b)"), R"(<a\b>)");
  EXPECT_EQ(steps("a$b"), "<a$b>");
}

TEST(FieldPath, KeyAndHeadersArePlacesOfTheirOwn) {
  EXPECT_EQ(FieldPath::parse("$key", "").place(), FieldPath::Place::kKey);
  const FieldPath header = FieldPath::parse("$header.trace.id", "");
  EXPECT_EQ(header.place(), FieldPath::Place::kHeader);
  EXPECT_EQ(header.header(), "trace.id");
  EXPECT_EQ(header.text(), "$header.trace.id");
}

TEST(FieldPath, MistakesAreNamedWithTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"a..b", "'a..b' is no field path: expected the name of a field at character 3"},
      {".a", "expected the name of a field at character 1"},
      {"a.", "expected the name of a field at its end"},
      {"$.", "expected the name of a field at its end"},
      {"a[", "expected the number of an element, counted from 0 at its end"},
      {"a[x]", "expected the number of an element, counted from 0 at character 3"},
      {"a[-1]", "expected the number of an element, counted from 0 at character 3"},
      {"a[99999999999999999999]", "expected the number of an element"},
      {"a[1", "expected ']' at its end"},
      {"a[1]b", "expected '.' or '[' at character 5"},
      {"a]", "expected a name, or '\\]' where it belongs to the name at character 2"},
      {R"(a\n)", "expected one of . [ ] \\ $ after a backslash at character 3"},
      {R"(a\)", "after a backslash at its end"},
      {"$keys", "'$keys' is no place in a record: expected $key, $header.NAME, $"},
      {"$header.", "is no place in a record"},
  };
  for (const auto& [text, expected] : cases) EXPECT_THAT(refusal(text), HasSubstr(expected)) << text;
}

}  // namespace
}  // namespace weir
