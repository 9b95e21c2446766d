// SPDX-License-Identifier: Apache-2.0
#include "count.h"

#include <string>
#include <vector>

#include "plugins/windowed.h"

namespace weir::count {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using Window = Harness<Count>;

constexpr auto kSums = R"(, "aggregate": [{"function": "sum", "field": "n"}, {"function": "count"}]})";

/// Records of one key with n = 1, 2, ... at those times.
void put_numbers(Window& window, int from, int to) {
  for (int n = from; n <= to; ++n) put(window, {{n, R"({"n":)" + std::to_string(n) + "}", "a"}});
}

/// `n` of the sums and their counts that have left: "6/3".
std::vector<std::string> sums(Window& window) {
  std::vector<std::string> all;
  for (const auto& value : window.values()) {
    const auto json = nlohmann::json::parse(value);
    all.push_back(json["sum_n"].dump() + "/" + json["count"].dump());
  }
  return all;
}

TEST(Count, AWindowLeavesWhenItIsFull) {
  Window window(R"({"count": 2})");
  put(window, {{1, "x", "a"}, {2, "u", "b"}, {4, "y", "a"}, {5, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,5) x+y"));
}

TEST(Count, WithoutAKeyAllRecordsCount) {
  Window window(R"({"count": 2})");
  put(window, {{1, "x", ""}, {2, "y", ""}, {3, "z", ""}}, false);
  EXPECT_THAT(groups(window), ElementsAre("- [1,3) x+y"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("- [3,4) z"));
}

TEST(Count, TheTailLeavesAtTheEnd) {
  Window window(R"({"count": 3})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}, {2, "z", "b"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [1,3) x+y", "b [2,3) z"));
  EXPECT_EQ(window.held(), 1u);  // what is known of the stage
}

TEST(Count, AFullWindowLeavesNoTail) {
  Window window(R"({"count": 2})");
  put(window, {{1, "x", "a"}, {2, "y", "a"}});
  EXPECT_EQ(window.held(), 1u);
  EXPECT_EQ(groups(window).size(), 1u);
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
}

TEST(Count, WithASlideTheLastRecordsLeaveEachSlide) {
  Window window(R"({"count": 3, "slide": 2})");
  put(window, {{1, "p", "a"}, {2, "q", "a"}, {3, "r", "a"}, {4, "s", "a"}, {5, "t", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,3) p+q", "a [2,5) q+r+s"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [4,6) s+t"));  // the next window, as far as it has come
  EXPECT_EQ(window.held(), 1u);
}

TEST(Count, SlidingWithoutNewRecordsLeavesNoTail) {
  Window window(R"({"count": 3, "slide": 2})");
  put(window, {{1, "p", "a"}, {2, "q", "a"}});
  EXPECT_EQ(groups(window).size(), 1u);
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

TEST(Count, AggregatesSlideAsRecordsDo) {
  for (const auto& [count, slide] :
       std::vector<std::pair<int, int>>{{3, 3}, {3, 2}, {6, 4}, {6, 2}, {4, 1}}) {
    const std::string size =
        R"({"count": )" + std::to_string(count) + R"(, "slide": )" + std::to_string(slide);
    Window lists(size + "}");
    Window accumulators(size + kSums);
    put_numbers(lists, 1, 17);
    put_numbers(accumulators, 1, 17);
    lists.end();
    accumulators.end();
    std::vector<std::string> expected;
    for (const auto& group : lists.groups()) {
      int sum = 0;
      for (const auto& item : group.records) sum += nlohmann::json::parse(*item.value)["n"].get<int>();
      expected.push_back(std::to_string(sum) + "/" + std::to_string(group.records.size()));
    }
    EXPECT_EQ(sums(accumulators), expected) << size;
    EXPECT_EQ(accumulators.held(), 1u);
  }
}

TEST(Count, AnAggregateHasTheTimesOfItsRecords) {
  Window window(R"({"count": 2, "aggregate": [{"function": "count"}]})");
  put(window, {{7, "{}", "a"}, {3, "{}", "a"}});
  const auto out = window.out();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].value, R"({"key":"a","window_start":3,"window_end":8,"count":2})");
  EXPECT_EQ(out[0].event_time, 7);
}

TEST(Count, RecordsWithoutATimeHaveThatOfTheClock) {
  Window window(R"({"count": 2})");
  put(window, {{WEIR_NO_TIME, "x", "a"}, {WEIR_NO_TIME, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1700000000000,1700000000001) x+y"));
}

TEST(Count, ARestartAtAnyStepChangesNothing) {
  for (const std::string options : {R"({"count": 4, "slide": 2})", R"({"count": 4, "slide": 2)"}) {
    const bool lists = options.back() == '}';
    for (int restart = 1; restart <= 7; ++restart) {
      Window window(lists ? options : options + kSums);
      put_numbers(window, 1, restart);
      window.restart();
      put_numbers(window, restart + 1, 7);
      window.end();
      if (lists) {
        std::vector<std::size_t> sizes;
        for (const auto& group : window.groups()) sizes.push_back(group.records.size());
        EXPECT_THAT(sizes, ElementsAre(2u, 4u, 4u, 3u)) << restart;
      } else {
        EXPECT_THAT(sums(window), ElementsAre("3/2", "10/4", "18/4", "18/3")) << restart;
      }
    }
  }
}

TEST(Count, ATimeFarFromAllTimesFails) {
  Window window(R"({"count": 1})");
  put(window, {{INT64_MAX, "x", "a"}, {INT64_MIN + 1, "y", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("x time_range", "y time_range"));
}

TEST(Count, MaxBytesBoundsAWindowThatNeverFills) {
  Window window(R"({"count": 1000000, "max_bytes": 4000})");
  put_numbers(window, 1, 100);
  const std::size_t refused = window.errors().size();
  EXPECT_GT(refused, 0u);
  window.end();
  EXPECT_EQ(window.groups().at(0).records.size(), 100 - refused);
}

TEST(Count, ARestartKnowsWhatIsHeld) {
  Window window(R"({"count": 1000000, "max_bytes": 4000})");
  put_numbers(window, 1, 100);
  const std::size_t refused = window.errors().size();
  window.restart();
  put_numbers(window, 1, 1);
  EXPECT_EQ(window.errors().size(), 1u);
  window.end();
  EXPECT_EQ(window.groups().at(0).records.size(), 100 - refused);
}

TEST(Count, OptionsThatMakeNoSenseTogetherAreRefused) {
  EXPECT_THAT(refusal<Count>(R"({"count": 2, "slide": 3})"),
              HasSubstr("/slide: it must be at most `count` (2)"));
  EXPECT_THAT(refusal<Count>(R"({"count": 100000, "slide": 3, "aggregate": [{"function": "count"}]})"),
              HasSubstr("/slide: with `aggregate` each key would need 100000 accumulators"));
}

}  // namespace
}  // namespace weir::count
