// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/field_path.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conditions/condition.h"

namespace re2 {
class RE2;
}

namespace weir::conditions {

inline constexpr std::array<std::string_view, 7> kTestNames = {"blank", "equals",    "exists", "greater_than",
                                                               "in",    "less_than", "matches"};

/// A value that a pipeline file gives to compare with: null, a boolean, a number or a string.
class Literal {
 public:
  Literal(const nlohmann::json& tree, const std::string& pointer);

  const JsonValue& value() const { return value_; }
  const std::string& text() const { return text_; }
  bool is_string() const { return value_.kind == JsonValue::Kind::kString; }

 private:
  JsonValue value_;   // its `text` is not used: it would point into text_ of a moved object
  std::string text_;  // of a string
};

/// Tests on one place in a record, all required. Without a place: on the value's bytes, as text.
class PlaceTests final : public Node {
 public:
  explicit PlaceTests(std::optional<FieldPath> place);
  ~PlaceTests() override;

  /// Adds the test of that name, one of kTestNames. Throws OptionError at `pointer`.
  void add(std::string_view name, const nlohmann::json& operand, const std::string& pointer);

  Verdict test(const Record& record, JsonReader& reader) const override;

 private:
  struct Found;
  struct Test;
  static bool holds(const Test& test, const Found& found);

  std::optional<FieldPath> place_;
  std::vector<Test> tests_;
};

}  // namespace weir::conditions
