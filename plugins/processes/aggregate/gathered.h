// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_value.h>

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "aggregates/accumulator.h"
#include "aggregates/value.h"

namespace weir::aggregate {

/// One value of one group's result, in the making. It holds no more than the group's values of that field.
class Gathered {
 public:
  explicit Gathered(const aggregates::Value& value);

  /// A value that aggregates::takes() accepts.
  void add(const JsonValue& value);
  /// Appends the result as JSON; false, with nothing appended, when a number is too large for one.
  bool append_result(std::string& json);
  /// As if nothing had been added.
  void clear();

 private:
  void append_quantile(std::string& json);

  const aggregates::Function function_;
  const double q_;
  std::vector<char> accumulator_;  // of functions that have one
  std::string text_;               // kFirst, kLast: the value; kList: the values, with commas
  bool any_ = false;
  std::unordered_set<std::string> distinct_;
  std::vector<aggregates::Extreme> numbers_;  // kQuantile
};

}  // namespace weir::aggregate
