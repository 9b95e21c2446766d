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

/// Offers records of one window and key; returns how many were refused, or without `look` leaves them.
std::size_t offer(Window& window, std::int64_t time, const std::string& key = "a", bool look = true) {
  for (std::size_t i = 0; i < kOffered; ++i) put(window, {{time, "x", key}});
  if (!look) return 0;
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
  Window window(R"({"size": 10, "max_bytes": 1000})");
  offer(window, 1, "a", /*look=*/false);
  EXPECT_THAT(window.errors().at(0).message, HasSubstr("`max_bytes` allows 1000: let them close sooner"));
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

/// One record in each of a hundred windows; returns how many were refused.
std::size_t offer_windows(Window& window) {
  for (std::size_t i = 0; i < kOffered; ++i) put(window, {{static_cast<std::int64_t>(10 * i), "{}", "a"}});
  return window.errors().size();
}

TEST(TumblingLimit, OpenWindowsAndTheirTimersAreCounted) {
  const std::string counts = R"("aggregate": [{"function": "count"}], "max_bytes": 6000})";
  Window one(R"({"size": 10, )" + counts);
  const std::size_t refused = offer_windows(one);
  EXPECT_GT(refused, kOffered - 25) << "each takes a place in the map of open windows and a timer";
  EXPECT_LT(refused, kOffered);
  Window two(R"({"size": 10, "allowed_lateness": 1, )" + counts);
  EXPECT_GT(offer_windows(two), refused) << "another timer";
  Window three(R"({"size": 10, "trigger": {"every": 1}, )" + counts);
  EXPECT_GT(offer_windows(three), refused) << "another timer, and what the trigger knows";
  one.restart();
  EXPECT_EQ(offer_windows(one), refused) << "those that are there go on";
  put(one, {{5000, "{}", "a"}});
  EXPECT_EQ(one.errors().size(), 1u) << "what is held is known after a restart";
  one.watermark(1000);
  for (std::size_t i = 0; i < kOffered - refused; ++i)
    put(one, {{static_cast<std::int64_t>(2000 + 10 * i), "{}", "a"}});
  EXPECT_EQ(one.errors().size(), 0u) << "all of it is given back";
}

TEST(TumblingLimit, WhatATriggerKnowsOfAKeyIsCountedAndGivenBack) {
  Window window(
      R"({"size": 10, "trigger": {"count": 2}, "aggregate": [{"function": "count"}], "max_bytes": 4000})");
  const auto keys = [&](std::int64_t time) {
    for (int i = 0; i < 100; ++i) put(window, {{time, "{}", "k" + std::to_string(i)}});
    return window.errors().size();
  };
  const std::size_t refused = keys(1);
  EXPECT_GT(refused, 100 - 4000 / 100u) << "two entries a key";
  window.restart();
  EXPECT_EQ(keys(2), refused);
  window.watermark(9);
  EXPECT_EQ(keys(11), refused);
}

TEST(TumblingLimit, AccumulatorsThatAreThereGoOnWhereNewKeysHaveNoRoom) {
  Window window(R"({"size": 10, "max_bytes": 350, "aggregate": [{"function": "count"}]})");
  EXPECT_EQ(offer(window, 1, "a"), 0u);
  EXPECT_EQ(offer(window, 1, "b"), kOffered);
  window.end();
  EXPECT_THAT(window.values(), ElementsAre(R"({"key":"a","window_start":0,"window_end":10,"count":100})"));
}

}  // namespace
}  // namespace weir::tumbling
