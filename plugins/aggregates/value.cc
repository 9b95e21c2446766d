// SPDX-License-Identifier: Apache-2.0
#include "aggregates/value.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weir::aggregates {

namespace {

constexpr std::pair<std::string_view, Function> kFunctions[] = {
    {"count", Function::kCount},       {"sum", Function::kSum},   {"min", Function::kMin},
    {"max", Function::kMax},           {"mean", Function::kMean}, {"first", Function::kFirst},
    {"last", Function::kLast},         {"list", Function::kList}, {"distinct", Function::kDistinct},
    {"quantile", Function::kQuantile},
};

Function function_of(std::string_view name, const std::string& pointer) {
  for (const auto& [known, function] : kFunctions) {
    if (known == name) return function;
  }
  throw OptionError(pointer, "there is no function '" + std::string(name) + "'");
}

Value read_value(const Options& options, const std::string& pointer) {
  const std::string name = options.string("function");
  Value value;
  value.function = function_of(name, pointer + "/function");
  if (options.has("field")) {
    value.field = FieldPath::parse(options.string("field"), pointer + "/field");
  } else if (value.function != Function::kCount) {
    throw OptionError(pointer, "'" + name + "' needs a `field`: only `count` goes without one");
  }
  if (options.has("q")) {
    if (value.function != Function::kQuantile) {
      throw OptionError(pointer + "/q", "`q` belongs to `quantile`, not to '" + name + "'");
    }
    value.q = options.number("q");
  }
  value.as = options.has("as") ? options.string("as")
                               : name + (value.field ? "_" + options.string("field") : std::string());
  return value;
}

}  // namespace

void declare_values(OptionDeclaration& list, std::vector<std::string> functions) {
  const bool quantile = std::find(functions.begin(), functions.end(), "quantile") != functions.end();
  list.field("function", Type::kChoice, "What is made of the values.")
      .choices(std::move(functions))
      .required();
  list.field("field", Type::kString, "Whose values; `count` without it counts records.");
  list.field("as", Type::kString, "The name in the result; without it FUNCTION_FIELD, or `count`.");
  if (quantile) {
    list.field("q", Type::kNumber, "Of `quantile`: which one; 0.5, the median, when not given.")
        .at_least(0)
        .at_most(1);
  }
}

std::vector<Value> read_values(const Options& options, std::string_view option,
                               const std::vector<std::string>& reserved) {
  const std::string pointer = "/" + std::string(option);
  std::vector<Value> values;
  for (const Options& element : options.objects(option)) {
    const std::string place = pointer + "/" + std::to_string(values.size());
    Value value = read_value(element, place);
    const auto same = [&](const Value& other) { return other.as == value.as; };
    if (std::any_of(values.begin(), values.end(), same)) {
      throw OptionError(place, "two values are named '" + value.as + "'; give one another name by `as`");
    }
    if (std::find(reserved.begin(), reserved.end(), value.as) != reserved.end()) {
      throw OptionError(place,
                        "'" + value.as + "' is a field that the result has anyway; choose another `as`");
    }
    values.push_back(std::move(value));
  }
  if (values.empty()) {
    throw OptionError(pointer, "the list is empty; expected at least one value, such as {function: count}");
  }
  return values;
}

}  // namespace weir::aggregates
