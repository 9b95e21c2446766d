// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "aggregates/grown.h"
#include "aggregates/value.h"

namespace weir::aggregate {

/// One value of one group's result, in the making.
class Gathered {
 public:
  explicit Gathered(const aggregates::Value& value);

  /// A value that aggregates::takes() accepts.
  void add(const aggregates::Taken& value);
  /// Appends the result as JSON; false, with nothing appended, when a number is too large for one.
  bool append_result(std::string& json) const;
  /// As if nothing had been added.
  void clear();

 private:
  const aggregates::Value value_;
  std::vector<char> accumulator_;  // of functions that have one of fixed size
  aggregates::OwnBytes grown_;     // of the others
};

}  // namespace weir::aggregate
