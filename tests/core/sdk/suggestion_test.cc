// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <weir/suggestion.h>

namespace weir {
namespace {

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

TEST(DidYouMean, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("acsk", {"acks", "linger.ms"}), "; did you mean 'acks'?");
  EXPECT_EQ(did_you_mean("payments", {"orders", "wechat-ids"}), "");
  EXPECT_EQ(did_you_mean("payments", {}), "");
}

}  // namespace
}  // namespace weir
