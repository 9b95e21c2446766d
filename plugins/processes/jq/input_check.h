// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::jq {

/// What stands in the way of running a program over a value.
struct InputProblem {
  std::string_view code;  ///< empty: nothing does
  std::string message;
};

/// Finds what libjq would take though it is no JSON by RFC 8259 (`nan`, bytes that are no UTF-8), and, unless
/// `round`, integers that it would change: it holds all numbers as doubles.
InputProblem check_input(std::string_view json, bool round);

}  // namespace weir::jq
