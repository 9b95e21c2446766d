// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Mark, OfAWholeFileIsItsName) {
  EXPECT_EQ(to_string(Mark{"a.yaml", 0, 0}), "a.yaml");
  EXPECT_EQ(to_string(Mark{"a.yaml", 12, 5}), "a.yaml:12:5");
}

TEST(Diagnostics, TextIsInTheOrderOfTheFile) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 10, 1}, "third");
  diagnostics.add({"a.yaml", 9, 20}, "second");
  diagnostics.add({"a.yaml", 0, 0}, "first");
  EXPECT_EQ(diagnostics.text(), "a.yaml: first\na.yaml:9:20: second\na.yaml:10:1: third\n");
}

TEST(Diagnostics, ProblemsOfOnePlaceStayInTheirOrder) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 1, 1}, "b");
  diagnostics.add({"a.yaml", 1, 1}, "a");
  EXPECT_EQ(diagnostics.text(), "a.yaml:1:1: b\na.yaml:1:1: a\n");
}

TEST(Diagnostics, TheSameMessageForTheSamePlaceIsKeptOnce) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 1, 1}, "x");
  diagnostics.add({"a.yaml", 1, 2}, "x");
  diagnostics.add({"a.yaml", 1, 1}, "x");
  EXPECT_EQ(diagnostics.all().size(), 2u);
}

TEST(Suggestion, NamesTheNearest) {
  const std::vector<std::string> known{"file", "filter", "kafka", "time_or_count", "concurrency"};
  const auto expect = [&](const char* written, const char* meant) {
    EXPECT_EQ(suggestion(written, known), "; did you mean '" + std::string(meant) + "'?") << written;
  };
  expect("kafak", "kafka");
  expect("kafkaa", "kafka");
  expect("Kafka", "kafka");
  expect("flie", "file");
  expect("fliter", "filter");
  expect("time-or-count", "time_or_count");
  expect("time_or_cuont", "time_or_count");
  expect("conc", "concurrency");
  expect("concurency", "concurrency");
}

TEST(Suggestion, ListsWhatIsKnownWhenNothingIsNear) {
  EXPECT_EQ(suggestion("redis", {"file", "kafka"}), "; known: file, kafka");
  EXPECT_EQ(suggestion("redis", {}), "");
}

TEST(Suggestion, DoesNotGuessAtVeryShortOrEmptyNames) {
  EXPECT_EQ(suggestion("", {"ab"}), "; known: ab");
  EXPECT_EQ(suggestion("xy", {"ab"}), "; known: ab");
}

TEST(Suggestion, PrefersTheNearerOfTwo) {
  EXPECT_EQ(nearest("sinc", {"sink", "sources", "since"}), "sink");
}

}  // namespace
}  // namespace weir
