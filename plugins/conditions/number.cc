// SPDX-License-Identifier: Apache-2.0
#include "conditions/number.h"

#include <cmath>
#include <cstdint>
#include <utility>

namespace weir::conditions {

namespace {

using Kind = JsonValue::Kind;
using Order = std::strong_ordering;

// JSON has no NaN, so doubles are ordered.
Order compare_reals(double a, double b) {
  if (a < b) return Order::less;
  return a > b ? Order::greater : Order::equal;
}

template <class A, class B>
Order compare_integers(A a, B b) {
  if (std::cmp_less(a, b)) return Order::less;
  return std::cmp_equal(a, b) ? Order::equal : Order::greater;
}

// Splits the double into an integer, which is exact within 64 bits, and what remains behind the point.
template <class Integer>
Order compare_with_real(Integer a, double b) {
  if (b >= 0x1p64) return Order::less;
  if (b < -0x1p63) return Order::greater;
  const double whole = std::trunc(b);
  const Order order = whole < 0 ? compare_integers(a, static_cast<std::int64_t>(whole))
                                : compare_integers(a, static_cast<std::uint64_t>(whole));
  return order != Order::equal ? order : compare_reals(0, b - whole);
}

Order reversed(Order order) {
  if (order == Order::equal) return order;
  return order == Order::less ? Order::greater : Order::less;
}

}  // namespace

std::strong_ordering compare_numbers(const JsonValue& a, const JsonValue& b) {
  if (a.kind == Kind::kReal) {
    return b.kind == Kind::kReal ? compare_reals(a.real, b.real) : reversed(compare_numbers(b, a));
  }
  if (a.kind == Kind::kNatural) {
    if (b.kind == Kind::kReal) return compare_with_real(a.natural, b.real);
    return b.kind == Kind::kNatural ? compare_integers(a.natural, b.natural)
                                    : compare_integers(a.natural, b.integer);
  }
  if (b.kind == Kind::kReal) return compare_with_real(a.integer, b.real);
  return b.kind == Kind::kNatural ? compare_integers(a.integer, b.natural)
                                  : compare_integers(a.integer, b.integer);
}

}  // namespace weir::conditions
