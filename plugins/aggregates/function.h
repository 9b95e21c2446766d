// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::aggregates {

/// What is made of the values of many records.
enum class Function : std::uint8_t {
  kCount,     ///< how many records, or how many with the field
  kSum,       ///< of numbers
  kMin,       ///< of numbers
  kMax,       ///< of numbers
  kMean,      ///< of numbers
  kFirst,     ///< the first value, of any kind
  kLast,      ///< the last value, of any kind
  kDistinct,  ///< how many different values
  kList,      ///< all values, in order
  kQuantile   ///< of numbers
};

/// Whether the function takes numbers only.
inline bool of_numbers(Function function) {
  return function == Function::kSum || function == Function::kMin || function == Function::kMax ||
         function == Function::kMean || function == Function::kQuantile;
}

}  // namespace weir::aggregates
