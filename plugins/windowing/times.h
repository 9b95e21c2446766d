// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace weir::windowing {

/// A window's bounds: milliseconds since 1970 UTC, the end exclusive.
struct Bounds {
  std::int64_t start = 0;
  std::int64_t end = 0;
  /// The last millisecond that belongs to it: the time of its results (Flink's rule).
  std::int64_t last() const { return end - 1; }
  bool operator==(const Bounds&) const = default;
};

/// Times of records beyond this, before and after 1970, are refused, so that no bound of a window overflows.
inline constexpr std::int64_t kFurthestTime = std::int64_t{1} << 61;

/// a + b where b is not negative, kept at the largest number.
inline std::int64_t add_saturated(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return a > kMax - b ? kMax : a + b;
}

/// a - b where b is not negative, kept at the smallest number.
inline std::int64_t subtract_saturated(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  return a < kMin + b ? kMin : a - b;
}

/// Rounded towards the past, also before 1970.
inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return quotient - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// The first multiple of `step` behind `time`; the largest number when there is none.
inline std::int64_t next_multiple(std::int64_t step, std::int64_t time) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::int64_t steps = floor_divide(time, step);
  return steps >= kMax / step ? kMax : (steps + 1) * step;
}

}  // namespace weir::windowing
