// SPDX-License-Identifier: Apache-2.0
#include "aggregates/quantile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "aggregates/grown.h"

namespace weir::aggregates::quantile {
namespace {

using Numbers = std::vector<double>;

JsonValue real(double number) {
  JsonValue value;
  value.kind = JsonValue::Kind::kReal;
  value.real = number;
  return value;
}

OwnBytes of(const Numbers& numbers) {
  OwnBytes sketch;
  for (const double number : numbers) add(sketch, real(number));
  return sketch;
}

std::string text(double q, const OwnBytes& sketch) {
  std::string json;
  append_result(q, sketch.bytes(), json);
  return json;
}

double number(double q, const OwnBytes& sketch) {
  return std::stod(text(q, sketch));
}

/// As percentile_cont of SQL.
double exact(double q, Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  const double place = q * static_cast<double>(numbers.size() - 1);
  const auto at = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(at);
  return part == 0 ? numbers[at] : numbers[at] * (1 - part) + numbers[at + 1] * part;
}

/// Numbers whose sizes are of many orders.
Numbers spread(std::size_t count, double sigma, std::uint64_t seed = 7) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> size(3, sigma);
  Numbers all(count);
  for (double& n : all) n = size(random);
  return all;
}

constexpr double kQuantiles[] = {0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1};

void expect_near(const Numbers& numbers, double part) {
  const OwnBytes sketch = of(numbers);
  for (const double q : kQuantiles) {
    const double right = exact(q, numbers);
    EXPECT_NEAR(number(q, sketch), right, std::fabs(right) * part) << "q " << q;
  }
}

TEST(Quantile, FewNumbersAreExact) {
  for (const std::size_t count : {1, 2, 3, 127, 128}) expect_near(spread(count, 4), 1e-15);
}

TEST(Quantile, SmallIntegersOfAnySizeKeepTheirDigits) {
  OwnBytes sketch;
  JsonValue large;
  large.kind = JsonValue::Kind::kInteger;
  large.integer = 9007199254740993;
  add(sketch, large);
  EXPECT_EQ(text(0.5, sketch), "9007199254740993");
  for (int i = 0; i < 1000; ++i) add(sketch, real(1));
  EXPECT_EQ(text(1, sketch), "9007199254740993");
}

TEST(Quantile, ManyNumbersAreOffByHalfAPercentAtMost) {
  for (const double sigma : {0.1, 1.0, 1.8}) expect_near(spread(20'000, sigma), kPrecision * 1.0001);
}

TEST(Quantile, NegativeNumbersAndZeroHaveTheirPlaces) {
  Numbers numbers = spread(3000, 1);
  for (std::size_t i = 0; i < numbers.size(); i += 2) numbers[i] = -numbers[i];
  numbers.insert(numbers.end(), 500, 0.0);
  const OwnBytes sketch = of(numbers);
  for (const double q : {0.0, 0.1, 0.3, 0.7, 0.9, 1.0}) {
    const double right = exact(q, numbers);
    EXPECT_NEAR(number(q, sketch), right, std::fabs(right) * kPrecision * 1.0001) << "q " << q;
  }
  EXPECT_EQ(text(0.5, sketch), "0");
}

TEST(Quantile, NumbersOfVeryDifferentSizeTakeNoMoreMemoryAndAreLessExact) {
  const Numbers numbers = spread(200'000, 6);
  const OwnBytes sketch = of(numbers);
  EXPECT_LE(sketch.bytes().size(), 33'000u);
  for (const double q : kQuantiles) {
    const double right = exact(q, numbers);
    EXPECT_NEAR(number(q, sketch), right, std::fabs(right) * 4 * kPrecision) << "q " << q;
  }
}

TEST(Quantile, TheLargestAndSmallestDoublesHaveAPlace) {
  Numbers numbers;
  for (int i = 0; i < 100; ++i) {
    for (const double size : {1.7976931348623157e308, 2.2250738585072014e-308, 4.9e-324, 0.0})
      numbers.push_back(i % 2 == 0 ? size : -size);
  }
  const OwnBytes sketch = of(numbers);
  EXPECT_EQ(number(0, sketch), -1.7976931348623157e308);
  EXPECT_EQ(number(1, sketch), 1.7976931348623157e308);
  EXPECT_NEAR(number(0.9, sketch) / 1.7976931348623157e308, 1, kPrecision * 1.0001);
  EXPECT_EQ(number(0.5, sketch), 0);
}

TEST(Quantile, NeitherOrderNorPartsMakeADifference) {
  for (const double sigma : {1.0, 6.0}) {
    Numbers numbers = spread(20'000, sigma);
    const OwnBytes whole = of(numbers);
    std::mt19937_64 random(3);
    std::shuffle(numbers.begin(), numbers.end(), random);
    OwnBytes merged;
    for (std::size_t at = 0; at < numbers.size();) {
      const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(at);
      at = std::min(numbers.size(), at + 1 + random() % 3000);
      merge(merged, of({begin, numbers.begin() + static_cast<std::ptrdiff_t>(at)}).bytes());
    }
    EXPECT_EQ(merged.bytes(), whole.bytes());
  }
}

TEST(Quantile, ItGrowsByWhatWasSaid) {
  OwnBytes sketch;
  for (const double n : spread(5000, 6)) {
    const std::size_t most = sketch.bytes().size() + growth(sketch.bytes(), real(n));
    add(sketch, real(n));
    ASSERT_LE(sketch.bytes().size(), most);
  }
}

}  // namespace
}  // namespace weir::aggregates::quantile
