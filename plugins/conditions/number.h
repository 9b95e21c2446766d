// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_value.h>

#include <compare>

namespace weir::conditions {

/// Compares two numbers by their exact values, also where a double could not hold an integer (beyond 2^53).
/// Both must be numbers.
std::strong_ordering compare_numbers(const JsonValue& a, const JsonValue& b);

}  // namespace weir::conditions
