// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace weir {

/// Why there is no value, for people.
struct Problem {
  std::string message;
};

/// A value, or the problem that stands in its way.
template <class T>
class Result {
 public:
  // Both are implicit, so that a function can `return value;` and `return Problem{"..."};`.
  Result(T value) : content_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Problem problem) : content_(std::move(problem)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return content_.index() == 0; }
  /// Only when ok().
  const T& value() const { return std::get<0>(content_); }
  /// Only when not ok().
  const std::string& message() const { return std::get<1>(content_).message; }

 private:
  std::variant<T, Problem> content_;
};

}  // namespace weir
