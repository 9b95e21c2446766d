// SPDX-License-Identifier: Apache-2.0
#include "conditions/number.h"

#include <gtest/gtest.h>

#include <compare>
#include <string_view>

namespace weir::conditions {
namespace {

// '<', '=' or '>'; also checks that the other way round gives the opposite.
char order(std::string_view a, std::string_view b) {
  const JsonValue x = read_json_scalar(a), y = read_json_scalar(b);
  EXPECT_TRUE(x.is_number() && y.is_number()) << a << " " << b;
  const auto forth = compare_numbers(x, y), back = compare_numbers(y, x);
  EXPECT_TRUE(std::is_lt(forth) == std::is_gt(back) && std::is_eq(forth) == std::is_eq(back))
      << a << " " << b;
  if (std::is_eq(forth)) return '=';
  return std::is_lt(forth) ? '<' : '>';
}

TEST(Number, KindsOfNumbersCompareByTheirValues) {
  EXPECT_EQ(order("1", "1.0"), '=');
  EXPECT_EQ(order("1", "1.5"), '<');
  EXPECT_EQ(order("-1", "-1.5"), '>');
  EXPECT_EQ(order("-2", "-1.5"), '<');
  EXPECT_EQ(order("0", "-0.0"), '=');
  EXPECT_EQ(order("0", "-0.5"), '>');
  EXPECT_EQ(order("-5", "18446744073709551615"), '<');
  EXPECT_EQ(order("1e300", "18446744073709551615"), '>');
  EXPECT_EQ(order("-1e300", "-9223372036854775808"), '<');
  EXPECT_EQ(order("2.5", "2.25"), '>');
}

TEST(Number, IntegersBeyondADoublesPrecisionAreExact) {
  EXPECT_EQ(order("9007199254740993", "9007199254740992"), '>');
  EXPECT_EQ(order("9007199254740993", "9007199254740992.0"), '>');
  EXPECT_EQ(order("9223372036854775807", "9223372036854775808.0"), '<');
  EXPECT_EQ(order("9223372036854775807", "9223372036854775808"), '<');
  EXPECT_EQ(order("-9223372036854775808", "-9223372036854775808.0"), '=');
  EXPECT_EQ(order("18446744073709551615", "18446744073709551616.0"), '<');
  EXPECT_EQ(order("18446744073709551614", "18446744073709551615"), '<');
}

}  // namespace
}  // namespace weir::conditions
