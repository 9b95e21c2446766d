// SPDX-License-Identifier: Apache-2.0
#include "time_or_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <chrono>
#include <string>
#include <vector>

namespace weir::time_or_count {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::UnorderedElementsAre;
using Window = weir::testing::Harness<TimeOrCount>;

constexpr auto kThreeOrFiveSeconds = R"({"time": 5000, "count": 3})";

/// The lists that have left, each as its values joined by '+'.
std::vector<std::string> lists(Window& window) {
  std::vector<std::string> all;
  for (const auto& group : window.groups()) {
    std::string text;
    for (const auto& item : group.records) text += (text.empty() ? "" : "+") + item.value.value_or("(none)");
    all.push_back(text);
  }
  return all;
}

TEST(TimeOrCount, AListLeavesWhenItHoldsSoManyBytes) {
  Window window(R"({"count": 100, "max_bytes": 5})");
  window.process({"aa", "bb", "cc", "d"});
  EXPECT_THAT(lists(window), ElementsAre("aa+bb+cc"));
  window.process({"longer than all that", "eeee"});
  EXPECT_THAT(lists(window), ElementsAre("d+longer than all that"));
  EXPECT_EQ(window.counter("lists_by_bytes"), 2u);
  window.finish();
  EXPECT_THAT(lists(window), ElementsAre("eeee"));
}

TEST(TimeOrCount, BytesAreCountedForEachKey) {
  Window window(R"({"count": 100, "max_bytes": 5})");
  window.process({"aa", "bb", "aa", "bb", "aa"}, {"a", "b", "a", "b", "a"});
  EXPECT_THAT(lists(window), ElementsAre("aa+aa+aa"));
}

TEST(TimeOrCount, AListLeavesAtTheCount) {
  Window window(kThreeOrFiveSeconds);
  window.process({"a", "b"});
  EXPECT_THAT(lists(window), IsEmpty());
  window.process({"c", "d"});
  EXPECT_THAT(lists(window), ElementsAre("a+b+c"));
  EXPECT_EQ(window.counter("lists_by_count"), 1u);
}

TEST(TimeOrCount, OneBatchMayFillSeveralLists) {
  Window window(kThreeOrFiveSeconds);
  window.process({"1", "2", "3", "4", "5", "6", "7"});
  EXPECT_THAT(lists(window), ElementsAre("1+2+3", "4+5+6"));
  window.finish();
  EXPECT_THAT(lists(window), ElementsAre("7"));
}

TEST(TimeOrCount, AListLeavesAfterTheTimeFromItsFirstRecord) {
  Window window(kThreeOrFiveSeconds);
  window.advance(milliseconds(10'000));  // an idle time before the first record counts for nothing
  window.process({"a"});
  window.advance(milliseconds(4000));
  window.process({"b"});  // a later record does not put it off
  window.advance(milliseconds(999));
  EXPECT_THAT(lists(window), IsEmpty());
  window.advance(milliseconds(1));
  EXPECT_THAT(lists(window), ElementsAre("a+b"));
  EXPECT_EQ(window.counter("lists_by_time"), 1u);
}

TEST(TimeOrCount, AfterAFullListTheNextHasTheWholeTime) {
  Window window(kThreeOrFiveSeconds);
  window.process({"a"});
  window.advance(milliseconds(4000));
  window.process({"b", "c", "d"});  // full with c; d begins the next
  EXPECT_THAT(lists(window), ElementsAre("a+b+c"));
  window.advance(milliseconds(4999));  // the first list's timer would have come in between
  EXPECT_THAT(lists(window), IsEmpty());
  window.advance(milliseconds(1));
  EXPECT_THAT(lists(window), ElementsAre("d"));
}

TEST(TimeOrCount, EachKeyHasItsOwnListAndTimer) {
  Window window(kThreeOrFiveSeconds);
  window.process({"a1", "b1", "a2"}, {"a", "b", "a"});
  window.advance(milliseconds(2000));
  window.process({"c1", "a3"}, {"c", "a"});
  auto groups = window.groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].key, "a");
  EXPECT_EQ(groups[0].records.size(), 3u);
  window.advance(milliseconds(3000));
  EXPECT_THAT(lists(window), ElementsAre("b1"));
  window.finish();
  EXPECT_THAT(lists(window), ElementsAre("c1"));
}

TEST(TimeOrCount, TheTailLeavesAtTheEndWithAllKeys) {
  Window window(kThreeOrFiveSeconds);
  window.process({"a1", "b1"}, {"a", "b"});
  window.finish();
  EXPECT_THAT(lists(window), UnorderedElementsAre("a1", "b1"));
  EXPECT_EQ(window.counter("lists_by_end"), 2u);
}

TEST(TimeOrCount, BoundsAreTheFirstRecordsTimeAndTheEmission) {
  Window window(kThreeOrFiveSeconds);
  const auto begin = window.clock().now().count();
  window.process({"a"});
  window.advance(milliseconds(1500));
  window.process({"b", "c"});
  const auto groups = window.groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].start, begin);
  EXPECT_EQ(groups[0].end, begin + 1500);
}

}  // namespace
}  // namespace weir::time_or_count
