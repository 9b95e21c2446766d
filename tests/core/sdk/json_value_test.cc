// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <weir/json_value.h>

#include <string>

namespace weir {
namespace {

using Kind = JsonValue::Kind;

TEST(JsonNumber, FollowsTheGrammarOfJson) {
  for (const char* number : {"0", "-0", "12", "-7", "0.5", "-0.25", "1e5", "1E+5", "1e-5", "10.01e10",
                             "123456789012345678901234567890", "1e999"}) {
    EXPECT_TRUE(is_json_number(number)) << number;
  }
  for (const char* other : {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e5", "0x1", "1a", "1 ",
                            " 1", "NaN", "Infinity", "1,0", "--1"}) {
    EXPECT_FALSE(is_json_number(other)) << other;
  }
}

TEST(JsonScalar, IntegersKeepAllTheirDigits) {
  EXPECT_EQ(read_json_scalar("9223372036854775807").integer, INT64_MAX);
  EXPECT_EQ(read_json_scalar("-9223372036854775808").integer, INT64_MIN);
  EXPECT_EQ(read_json_scalar("-9223372036854775808").kind, Kind::kInteger);
  EXPECT_EQ(read_json_scalar("18446744073709551615").natural, UINT64_MAX);
  EXPECT_EQ(read_json_scalar("18446744073709551615").kind, Kind::kNatural);
}

TEST(JsonScalar, OtherNumbersAreTheNearestDouble) {
  EXPECT_EQ(read_json_scalar("1.5").real, 1.5);
  EXPECT_EQ(read_json_scalar("18446744073709551616").kind, Kind::kReal);
  EXPECT_EQ(read_json_scalar("18446744073709551616").real, 18446744073709551616.0);
  EXPECT_EQ(read_json_scalar("1e2").kind, Kind::kReal);
  EXPECT_EQ(read_json_scalar("1e999").kind, Kind::kNotJson);
}

TEST(JsonScalar, WordsAreSpelledExactly) {
  EXPECT_EQ(read_json_scalar("null").kind, Kind::kNull);
  EXPECT_TRUE(read_json_scalar("true").boolean);
  EXPECT_FALSE(read_json_scalar("false").boolean);
  for (const char* other : {"True", "nul", "nulll", "tru", "yes", "nan", "inf", ""}) {
    EXPECT_EQ(read_json_scalar(other).kind, Kind::kNotJson) << other;
  }
}

}  // namespace
}  // namespace weir
