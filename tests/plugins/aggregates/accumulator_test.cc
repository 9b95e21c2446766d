// SPDX-License-Identifier: Apache-2.0
#include "aggregates/accumulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir::aggregates {
namespace {

/// An accumulator to which these were added.
std::vector<char> of(Function function, const std::vector<std::string>& numbers) {
  std::vector<char> bytes(size_of(function));
  for (const auto& text : numbers) add(function, bytes.data(), read_json_scalar(text));
  return bytes;
}

std::string result_of(Function function, const std::vector<char>& accumulator) {
  std::string json;
  return append_result(function, accumulator.data(), json) ? json : "overflow";
}

std::string result(Function function, const std::vector<std::string>& numbers) {
  return result_of(function, of(function, numbers));
}

TEST(Accumulator, NothingAddedIsZeroOrNull) {
  EXPECT_EQ(result(Function::kCount, {}), "0");
  for (const auto function : {Function::kSum, Function::kMean, Function::kMin, Function::kMax}) {
    EXPECT_EQ(result(function, {}), "null");
  }
}

TEST(Accumulator, IntegersAreSummedExactlyWhereDoublesWouldRound) {
  EXPECT_EQ(result(Function::kSum, {"9007199254740993", "1", "-3"}), "9007199254740991");
  EXPECT_EQ(result(Function::kSum, {"9223372036854775807", "1"}), "9223372036854775808");
  EXPECT_EQ(result(Function::kSum, {"-9223372036854775808", "0"}), "-9223372036854775808");
}

TEST(Accumulator, ASumMayLeave64BitsOnTheWayAndComeBack) {
  EXPECT_EQ(result(Function::kSum, {"18446744073709551615", "18446744073709551615", "-9223372036854775808",
                                    "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"}),
            "-2");
}

TEST(Accumulator, ASumBeyond64BitsHasNoResult) {
  EXPECT_EQ(result(Function::kSum, {"18446744073709551615", "1"}), "overflow");
  EXPECT_EQ(result(Function::kSum, {"-9223372036854775808", "-1"}), "overflow");
  EXPECT_EQ(result(Function::kSum, {"1e308", "1e308"}), "overflow");
  EXPECT_EQ(result(Function::kMean, {"1e308", "1e308"}), "overflow");
  EXPECT_EQ(result(Function::kMean, {"18446744073709551615", "18446744073709551615"}),
            "18446744073709551616");
}

TEST(Accumulator, SmallNumbersAreNotLostBesideLargeOnes) {
  EXPECT_EQ(result(Function::kSum, {"1e100", "1.5", "-1e100"}), "1.5");
  EXPECT_EQ(result(Function::kSum, std::vector<std::string>(10, "0.1")), "1");
  EXPECT_EQ(result(Function::kSum, {"9007199254740993", "0.5", "-9007199254740993"}), "0.5");
}

TEST(Accumulator, MeanIsOfAllNumbers) {
  EXPECT_EQ(result(Function::kMean, {"1", "2"}), "1.5");
  EXPECT_EQ(result(Function::kMean, {"-1", "-2", "-3"}), "-2");
  EXPECT_EQ(result(Function::kMean, {"0.5", "1"}), "0.75");
}

TEST(Accumulator, ExtremesCompareIntegersWithDoublesExactly) {
  EXPECT_EQ(result(Function::kMax, {"9007199254740992.0", "9007199254740993"}), "9007199254740993");
  EXPECT_EQ(result(Function::kMin, {"9007199254740993", "9007199254740992.0"}), "9007199254740992");
  EXPECT_EQ(result(Function::kMin, {"-1", "-1.5", "18446744073709551615"}), "-1.5");
  EXPECT_EQ(result(Function::kMax, {"-1", "-1.5", "18446744073709551615"}), "18446744073709551615");
  EXPECT_EQ(result(Function::kMax, {"-9223372036854775808", "-1e300"}), "-9223372036854775808");
  EXPECT_EQ(result(Function::kMax, {"3", "1e300"}), "1e+300");
}

TEST(Accumulator, MergedPartsGiveWhatTheWholeGives) {
  const std::vector<std::string> numbers = {
      "7", "-3", "1.25", "18446744073709551615", "0.1", "-9223372036854775808", "1e20", "-17", "2.5",
      "4", "4",  "-0.75"};
  for (const auto function :
       {Function::kCount, Function::kSum, Function::kMean, Function::kMin, Function::kMax}) {
    const std::string whole = result(function, numbers);
    for (std::size_t at = 0; at <= numbers.size(); ++at) {
      const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(at);
      auto first = of(function, {numbers.begin(), middle});
      const auto second = of(function, {middle, numbers.end()});
      merge(function, first.data(), second.data());
      EXPECT_EQ(result_of(function, first), whole) << "in two at " << at;
    }
  }
}

TEST(Accumulator, WhatIsTakenAwayLeavesNothingBehind) {
  const std::vector<std::string> kept = {"-3", "18446744073709551615", "5"};
  const std::vector<std::string> gone = {"-9223372036854775808", "18446744073709551615", "-9"};
  auto all = kept;
  all.insert(all.end(), gone.begin(), gone.end());
  for (const auto function : {Function::kCount, Function::kSum, Function::kMean}) {
    auto left = of(function, all);
    const auto part = of(function, gone);
    ASSERT_TRUE(is_exact(function, left.data()));
    take_away(function, left.data(), part.data());
    EXPECT_EQ(left, of(function, kept));
  }
}

TEST(Accumulator, OnlyCountsAndSumsOfIntegersAreExact) {
  EXPECT_TRUE(is_exact(Function::kCount, of(Function::kCount, {"0.5"}).data()));
  EXPECT_FALSE(is_exact(Function::kSum, of(Function::kSum, {"1", "0.5"}).data()));
  EXPECT_FALSE(is_exact(Function::kMin, of(Function::kMin, {"1"}).data()));
}

TEST(Accumulator, TextsAreNoNumbers) {
  JsonValue text;
  text.kind = JsonValue::Kind::kString;
  text.text = "7";
  EXPECT_FALSE(takes(Function::kSum, text));
  EXPECT_TRUE(takes(Function::kCount, text));
  EXPECT_FALSE(takes(Function::kCount, read_json_scalar("null")));
  EXPECT_FALSE(takes(Function::kCount, JsonValue{}));
}

}  // namespace
}  // namespace weir::aggregates
