// SPDX-License-Identifier: Apache-2.0
#include "base/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace weir {
namespace {

TEST(Integer, IsDecimalWithAnOptionalSign) {
  EXPECT_EQ(parse_integer("0").value(), 0);
  EXPECT_EQ(parse_integer("+5").value(), 5);
  EXPECT_EQ(parse_integer("-5").value(), -5);
  EXPECT_EQ(parse_integer("9223372036854775807").value(), std::numeric_limits<std::int64_t>::max());
}

TEST(Integer, RefusesEverythingElse) {
  for (const char* text : {"", "ten", "1.5", "1e3", "0x10", "1 ", " 1", "+-1", "1,000", "-"}) {
    ASSERT_FALSE(parse_integer(text).ok()) << text;
    EXPECT_EQ(parse_integer(text).message(), "expected a whole number");
  }
  EXPECT_EQ(parse_integer("9223372036854775808").message(), "expected a whole number of at most 64 bits");
}

TEST(Number, IsDecimalAndFinite) {
  EXPECT_EQ(parse_number("1").value(), 1.0);
  EXPECT_EQ(parse_number("-0.5").value(), -0.5);
  EXPECT_EQ(parse_number("1e6").value(), 1e6);
  for (const char* text : {"", "x", "1.2.3", "0,5"}) {
    EXPECT_EQ(parse_number(text).message(), "expected a number") << text;
  }
  EXPECT_EQ(parse_number("inf").message(), "expected a finite number");
  EXPECT_EQ(parse_number("nan").message(), "expected a finite number");
  EXPECT_EQ(parse_number("1e999").message(), "expected a number within the range of a double");
}

TEST(Bool, IsTrueOrFalse) {
  EXPECT_TRUE(parse_bool("true").value());
  EXPECT_FALSE(parse_bool("False").value());
  for (const char* text : {"", "yes", "1", "tRuE"}) {
    EXPECT_EQ(parse_bool(text).message(), "expected true or false") << text;
  }
}

}  // namespace
}  // namespace weir
