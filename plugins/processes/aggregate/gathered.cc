// SPDX-License-Identifier: Apache-2.0
#include "gathered.h"

#include <algorithm>

#include "aggregates/accumulator.h"

namespace weir::aggregate {

Gathered::Gathered(const aggregates::Value& value)
    : value_(value), accumulator_(aggregates::size_of(value.function)) {}

void Gathered::add(const aggregates::Taken& value) {
  if (aggregates::grows(value_.function)) return aggregates::add(value_.function, grown_, value);
  aggregates::add(value_.function, accumulator_.data(), value.number);
}

bool Gathered::append_result(std::string& json) const {
  if (!aggregates::grows(value_.function))
    return aggregates::append_result(value_.function, accumulator_.data(), json);
  aggregates::append_result(value_, grown_.bytes(), json);
  return true;
}

void Gathered::clear() {
  std::fill(accumulator_.begin(), accumulator_.end(), '\0');
  grown_.resize(0);
}

}  // namespace weir::aggregate
