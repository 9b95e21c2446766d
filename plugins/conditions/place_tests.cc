// SPDX-License-Identifier: Apache-2.0
#include "conditions/place_tests.h"

#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <utility>

#include "conditions/blank.h"
#include "conditions/number.h"

namespace weir::conditions {

namespace {

using Kind = JsonValue::Kind;

bool same(const JsonValue& a, const JsonValue& b) {
  if (a.is_number()) return b.is_number() && std::is_eq(compare_numbers(a, b));
  return a.kind == b.kind && (a.kind == Kind::kNull || (a.kind == Kind::kBool && a.boolean == b.boolean));
}

/// `sorted` is mostly short, and then looking at the sizes settles it sooner than searching.
bool is_one_of(const std::vector<std::string>& sorted, std::string_view text) {
  constexpr std::size_t kFew = 8;
  if (sorted.size() > kFew) return std::binary_search(sorted.begin(), sorted.end(), text, std::less<>());
  return std::any_of(sorted.begin(), sorted.end(), [text](const std::string& one) { return one == text; });
}

bool boolean_operand(const nlohmann::json& operand, const std::string& pointer) {
  if (!operand.is_boolean()) throw OptionError(pointer, "expected true or false, found " + operand.dump());
  return operand.get<bool>();
}

std::unique_ptr<re2::RE2> expression(const nlohmann::json& operand, const std::string& pointer) {
  if (!operand.is_string()) {
    throw OptionError(pointer, "expected a regular expression in quotes, found " + operand.dump());
  }
  auto compiled = std::make_unique<re2::RE2>(operand.get_ref<const std::string&>(), re2::RE2::Quiet);
  if (!compiled->ok()) {
    throw OptionError(pointer, "'" + operand.get<std::string>() +
                                   "' is no regular expression of RE2 (which has "
                                   "no look-around and no back-references): " +
                                   compiled->error());
  }
  return compiled;
}

}  // namespace

Literal::Literal(const nlohmann::json& tree, const std::string& pointer) {
  if (tree.is_string()) {
    value_.kind = Kind::kString;
    text_ = tree.get<std::string>();
  } else if (!tree.is_structured()) {
    // By way of its text, so that there is one way from text to number.
    const std::string text = tree.dump();
    value_ = read_json_scalar(text);
    value_.text = {};
  } else {
    throw OptionError(pointer, std::string("expected a string, a number, true, false or null, found ") +
                                   (tree.is_array() ? "a list (for one of several, use 'in')" : "a map"));
  }
}

/// What stands at the place.
struct PlaceTests::Found {
  const JsonValue& value;
  bool plain;  // text that is not JSON: the bytes of the value, the key or a header

  /// The value to compare with literals that are not strings: plain text counts as the number or word that it
  /// spells.
  JsonValue as_scalar() const {
    if (!plain || value.kind != Kind::kString) return value;
    constexpr std::string_view kWhitespace = " \t\n\r";
    const auto first = value.text.find_first_not_of(kWhitespace);
    if (first == std::string_view::npos) return {};
    return read_json_scalar(value.text.substr(first, value.text.find_last_not_of(kWhitespace) - first + 1));
  }
};

struct PlaceTests::Test {
  enum class Kind : std::uint8_t { kBlank, kExists, kIn, kGreaterThan, kLessThan, kMatches };
  Kind kind;
  bool expected = true;              // kBlank, kExists
  std::vector<std::string> strings;  // kIn: sorted
  std::vector<Literal> literals;     // kIn: those that are no strings; comparisons: the bound
  std::unique_ptr<re2::RE2> expression;
};

PlaceTests::PlaceTests(std::optional<FieldPath> place) : place_(std::move(place)) {}
PlaceTests::~PlaceTests() = default;

void PlaceTests::add(std::string_view name, const nlohmann::json& operand, const std::string& pointer) {
  Test test{};
  const auto add_choice = [&test](const nlohmann::json& choice, const std::string& at) {
    Literal literal(choice, at);
    if (literal.is_string()) {
      test.strings.push_back(literal.text());
    } else {
      test.literals.push_back(std::move(literal));
    }
  };
  if (name == "blank" || name == "exists") {
    test.kind = name == "blank" ? Test::Kind::kBlank : Test::Kind::kExists;
    test.expected = boolean_operand(operand, pointer);
  } else if (name == "equals") {
    test.kind = Test::Kind::kIn;
    add_choice(operand, pointer);
  } else if (name == "in") {
    test.kind = Test::Kind::kIn;
    if (!operand.is_array() || operand.empty()) {
      throw OptionError(pointer, "expected a list such as [eu, us], found " + operand.dump());
    }
    for (std::size_t i = 0; i < operand.size(); ++i)
      add_choice(operand[i], pointer + "/" + std::to_string(i));
    std::sort(test.strings.begin(), test.strings.end());
  } else if (name == "matches") {
    test.kind = Test::Kind::kMatches;
    test.expression = expression(operand, pointer);
  } else {
    test.kind = name == "less_than" ? Test::Kind::kLessThan : Test::Kind::kGreaterThan;
    test.literals.emplace_back(operand, pointer);
    if (const Literal& bound = test.literals.front(); !bound.is_string() && !bound.value().is_number()) {
      throw OptionError(pointer, "expected a number or a string, found " + operand.dump());
    }
  }
  tests_.push_back(std::move(test));
}

Verdict PlaceTests::test(const Record& record, JsonReader& reader) const {
  JsonValue bytes;
  const JsonValue* value = &bytes;
  if (place_) {
    value = &reader.find(*place_);
    if (value->kind == Kind::kNotJson) return Verdict::kNotJson;
  } else if (record.has_value()) {
    bytes.kind = Kind::kString;
    bytes.text = record.bytes();
  }
  const Found found{*value, !place_ || place_->place() != FieldPath::Place::kValue};
  for (const Test& test : tests_) {
    if (!holds(test, found)) return Verdict::kNo;
  }
  return Verdict::kYes;
}

bool PlaceTests::holds(const Test& test, const Found& found) {
  const JsonValue& value = found.value;
  const bool is_string = value.kind == Kind::kString;
  switch (test.kind) {
    case Test::Kind::kExists:
      return (value.kind != Kind::kMissing) == test.expected;
    case Test::Kind::kBlank:
      return (value.kind == Kind::kMissing || value.kind == Kind::kNull ||
              (is_string && is_blank(value.text))) == test.expected;
    case Test::Kind::kMatches:
      return is_string &&
             re2::RE2::PartialMatch(re2::StringPiece(value.text.data(), value.text.size()), *test.expression);
    case Test::Kind::kIn: {
      if (is_string && is_one_of(test.strings, value.text)) return true;
      if (test.literals.empty()) return false;
      const JsonValue scalar = found.as_scalar();
      return std::any_of(test.literals.begin(), test.literals.end(),
                         [&scalar](const Literal& literal) { return same(literal.value(), scalar); });
    }
    case Test::Kind::kGreaterThan:
    case Test::Kind::kLessThan:
      break;
  }
  const Literal& bound = test.literals.front();
  std::strong_ordering order = std::strong_ordering::equal;
  if (bound.is_string()) {
    if (!is_string) return false;
    order = value.text <=> std::string_view(bound.text());
  } else {
    const JsonValue scalar = found.as_scalar();
    if (!scalar.is_number()) return false;
    order = compare_numbers(scalar, bound.value());
  }
  return test.kind == Test::Kind::kLessThan ? std::is_lt(order) : std::is_gt(order);
}

}  // namespace weir::conditions
