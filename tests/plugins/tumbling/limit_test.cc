// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include "plugins/windowed.h"
#include "tumbling.h"

namespace weir::tumbling {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using Window = Harness<Tumbling>;

constexpr std::size_t kOffered = 100;

/// Offers records of one window and key; returns how many were refused.
std::size_t offer(Window& window, std::int64_t time, const std::string& key = "a") {
  for (std::size_t i = 0; i < kOffered; ++i) put(window, {{time, "x", key}});
  const auto refused = window.errors();
  for (const auto& item : refused) EXPECT_EQ(item.code, "windows_full");
  return refused.size();
}

TEST(TumblingLimit, WhatWouldGoBeyondMaxBytesLeavesByError) {
  Window window(R"({"size": 10, "max_bytes": 4000})");
  const std::size_t refused = offer(window, 1);
  EXPECT_GT(refused, 0u);
  EXPECT_LT(refused, kOffered);
  EXPECT_EQ(window.counter("windows_full"), refused);
  window.end();
  const auto groups = window.groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].records.size(), kOffered - refused);
}

TEST(TumblingLimit, TheMessageSaysWhatToDo) {
  Window window(R"({"size": 10, "max_bytes": 1})");
  put(window, {{1, "x", "a"}});
  EXPECT_THAT(window.errors().at(0).message, HasSubstr("`max_bytes` allows 1: let them close sooner"));
}

TEST(TumblingLimit, AWindowThatIsForgottenMakesRoom) {
  Window window(R"({"size": 10, "max_bytes": 4000})");
  const std::size_t refused = offer(window, 1);
  window.watermark(9);
  EXPECT_EQ(offer(window, 11), refused);
}

TEST(TumblingLimit, PurgingMakesRoom) {
  Window window(R"({"size": 10, "max_bytes": 4000, "trigger": {"count": 5, "mode": "purging"}})");
  EXPECT_EQ(offer(window, 1), 0u);
}

TEST(TumblingLimit, EvictedRecordsMakeRoom) {
  Window window(R"({"size": 10, "max_bytes": 4000, "evict": {"keep_last": 5}})");
  EXPECT_EQ(offer(window, 1), 0u);
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+x+x+x+x"));
}

TEST(TumblingLimit, ARestartKnowsWhatIsHeld) {
  Window window(R"({"size": 10, "max_bytes": 4000})");
  offer(window, 1);
  window.restart();
  EXPECT_EQ(offer(window, 1), kOffered);
  window.watermark(9);
  EXPECT_LT(offer(window, 11), kOffered);
}

TEST(TumblingLimit, ItIsOneForAllKeys) {
  Window window(R"({"size": 10, "max_bytes": 4000})");
  offer(window, 1, "a");
  EXPECT_EQ(offer(window, 1, "b"), kOffered);
}

TEST(TumblingLimit, AccumulatorsThatAreThereGoOnWhereNewKeysHaveNoRoom) {
  Window window(R"({"size": 10, "max_bytes": 100, "aggregate": [{"function": "count"}]})");
  EXPECT_EQ(offer(window, 1, "a"), 0u);
  EXPECT_EQ(offer(window, 1, "b"), kOffered);
  window.end();
  EXPECT_THAT(window.values(), ElementsAre(R"({"key":"a","window_start":0,"window_end":10,"count":100})"));
}

}  // namespace
}  // namespace weir::tumbling
