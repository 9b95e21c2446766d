// SPDX-License-Identifier: Apache-2.0
#include "aggregates/grown.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "aggregates/accumulator.h"

namespace weir::aggregates {
namespace {

using Texts = std::vector<std::string>;

const Function kAll[] = {Function::kFirst, Function::kLast, Function::kList, Function::kDistinct,
                         Function::kQuantile};

JsonValue string_of(std::string_view text) {
  JsonValue value;
  value.kind = JsonValue::Kind::kString;
  value.text = text;
  return value;
}

/// An accumulator to which these were added; each time it became as long as growth() had said.
OwnBytes grown_of(Function function, const Texts& scalars) {
  OwnBytes bytes;
  for (const auto& text : scalars) {
    Taken taken;
    taken.take(function, read_json_scalar(text));
    const std::size_t most = bytes.bytes().size() + growth(function, bytes.bytes(), taken);
    add(function, bytes, taken);
    EXPECT_LE(bytes.bytes().size(), most);
  }
  return bytes;
}

std::string grown_result(Function function, const OwnBytes& bytes) {
  std::string json;
  Value value;
  value.function = function;
  append_result(value, bytes.bytes(), json);
  return json;
}

TEST(Grown, NothingAddedIsEmptyZeroOrNull) {
  EXPECT_EQ(grown_result(Function::kList, {}), "[]");
  EXPECT_EQ(grown_result(Function::kDistinct, {}), "0");
  for (const auto function : {Function::kFirst, Function::kLast, Function::kQuantile})
    EXPECT_EQ(grown_result(function, {}), "null");
}

TEST(Grown, EachFunctionEitherGrowsOrHasASize) {
  for (const auto function : kAll) EXPECT_TRUE(grows(function));
  for (const auto function :
       {Function::kCount, Function::kSum, Function::kMin, Function::kMax, Function::kMean}) {
    EXPECT_FALSE(grows(function));
  }
}

TEST(Grown, ValuesOfAnyKindKeepTheirSpelling) {
  const Texts values = {"1.50", "true", "-0.0"};
  EXPECT_EQ(grown_result(Function::kList, grown_of(Function::kList, values)), "[1.50,true,-0.0]");
  EXPECT_EQ(grown_result(Function::kFirst, grown_of(Function::kFirst, values)), "1.50");
  EXPECT_EQ(grown_result(Function::kLast, grown_of(Function::kLast, values)), "-0.0");
}

TEST(Grown, ATextThatIsNoUtf8IsMadeReadable) {
  OwnBytes bytes;
  Taken taken;
  taken.take(Function::kList, string_of("a\"\xff"));
  add(Function::kList, bytes, taken);
  EXPECT_EQ(grown_result(Function::kList, bytes), "[\"a\\\"\xEF\xBF\xBD\"]");
}

TEST(Grown, DistinctCountsEqualValuesOnce) {
  EXPECT_EQ(grown_result(Function::kDistinct,
                         grown_of(Function::kDistinct, {"1", "1.0", "10e-1", "true", "0", "-0.0",
                                                        "18446744073709551615", "1e300", "1.0e300"})),
            "5");
}

TEST(Grown, DistinctIsExactForManyValues) {
  Texts values;
  for (int i = 0; i < 5000; ++i) values.push_back(std::to_string(i * 7 % 3000));
  EXPECT_EQ(grown_result(Function::kDistinct, grown_of(Function::kDistinct, values)), "3000");
}

TEST(Grown, MergedPartsGiveWhatTheWholeGives) {
  Texts values;
  for (int i = 0; i < 300; ++i)
    values.push_back(std::to_string((i * 37) % 101 - 50) + (i % 3 == 0 ? ".5" : ""));
  for (const auto function : kAll) {
    const std::string whole = grown_result(function, grown_of(function, values));
    for (const std::ptrdiff_t at : {0, 1, 127, 128, 129, 299, 300}) {
      OwnBytes first = grown_of(function, {values.begin(), values.begin() + at});
      const OwnBytes second = grown_of(function, {values.begin() + at, values.end()});
      merge(function, first, second.bytes());
      EXPECT_EQ(grown_result(function, first), whole) << "in two at " << at;
    }
  }
}

}  // namespace
}  // namespace weir::aggregates
