// SPDX-License-Identifier: Apache-2.0
#include "gathered.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <weir/json_string.h>

namespace weir::aggregate {

namespace {

using aggregates::Extreme;
using aggregates::Function;
using Kind = JsonValue::Kind;

void append_json(const JsonValue& value, std::string& json) {
  if (value.kind == Kind::kString) {
    append_json_string(value.text, json);
  } else {
    json += value.text;
  }
}

double as_double(const JsonValue& number) {
  if (number.kind == Kind::kInteger) return static_cast<double>(number.integer);
  return number.kind == Kind::kNatural ? static_cast<double>(number.natural) : number.real;
}

void append_number(const JsonValue& number, std::string& json) {
  if (number.kind == Kind::kInteger) {
    json += std::to_string(number.integer);
  } else if (number.kind == Kind::kNatural) {
    json += std::to_string(number.natural);
  } else {
    aggregates::append_double(number.real, json);
  }
}

/// The same text for equal values: 1 and 1.0 are one number.
std::string identity(const JsonValue& value) {
  std::string text;
  if (value.kind == Kind::kReal && value.real == std::floor(value.real) && value.real >= -0x1p63 &&
      value.real < 0x1p64) {
    text = value.real < 0 ? std::to_string(static_cast<std::int64_t>(value.real))
                          : std::to_string(static_cast<std::uint64_t>(value.real));
  } else if (value.is_number()) {
    append_number(value, text);
  } else {
    append_json(value, text);
  }
  return text;
}

bool is_less(const Extreme& a, const Extreme& b) {
  return aggregates::compare(a.get(), b.get()) < 0;
}

}  // namespace

Gathered::Gathered(const aggregates::Value& value)
    : function_(value.function), q_(value.q), accumulator_(aggregates::size_of(value.function)) {}

void Gathered::add(const JsonValue& value) {
  switch (function_) {
    case Function::kFirst:
      if (!any_) append_json(value, text_);
      break;
    case Function::kLast:
      text_.clear();
      append_json(value, text_);
      break;
    case Function::kList:
      if (any_) text_ += ',';
      append_json(value, text_);
      break;
    case Function::kDistinct:
      distinct_.insert(identity(value));
      break;
    case Function::kQuantile:
      numbers_.emplace_back().add(value, true);
      break;
    default:
      aggregates::add(function_, accumulator_.data(), value);
  }
  any_ = true;
}

bool Gathered::append_result(std::string& json) {
  switch (function_) {
    case Function::kFirst:
    case Function::kLast:
      json += any_ ? text_ : "null";
      return true;
    case Function::kList:
      json += '[' + text_ + ']';
      return true;
    case Function::kDistinct:
      json += std::to_string(distinct_.size());
      return true;
    case Function::kQuantile:
      append_quantile(json);
      return true;
    default:
      return aggregates::append_result(function_, accumulator_.data(), json);
  }
}

// Between two numbers a line is drawn, as by percentile_cont in SQL (ISO 9075).
void Gathered::append_quantile(std::string& json) {
  if (numbers_.empty()) {
    json += "null";
    return;
  }
  const double place = q_ * static_cast<double>(numbers_.size() - 1);
  const double below = std::floor(place);
  const auto at = numbers_.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(numbers_.begin(), at, numbers_.end(), is_less);
  const double part = place - below;
  const auto next = part == 0 ? at : std::min_element(at + 1, numbers_.end(), is_less);
  if (aggregates::compare(at->get(), next->get()) == 0) return append_number(at->get(), json);
  aggregates::append_double(as_double(at->get()) * (1 - part) + as_double(next->get()) * part, json);
}

void Gathered::clear() {
  std::fill(accumulator_.begin(), accumulator_.end(), '\0');
  text_.clear();
  any_ = false;
  distinct_.clear();
  numbers_.clear();
}

}  // namespace weir::aggregate
