// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "plugins/windowed.h"

namespace weir::session {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the words of all tests of windows
using std::chrono::milliseconds;
using Window = Harness<Session>;

TEST(Session, LastsUntilAKeyHasHadNoRecordsForTheGap) {
  Window window(R"({"gap": 10})");
  put(window, {{0, "x", "a"}, {5, "y", "a"}, {3, "u", "b"}, {30, "z", "a"}});
  window.watermark(13);
  EXPECT_THAT(groups(window), ElementsAre("b [3,13) u"));
  window.watermark(14);
  EXPECT_THAT(groups(window), ElementsAre("a [0,15) x+y"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [30,40) z"));
  EXPECT_EQ(window.held(), 1u);  // what is known of the stage
}

TEST(Session, LeavesAtItsLastMillisecondAndNotBefore) {
  Window window(R"({"gap": 10})");
  put(window, {{0, "x", "a"}, {5, "y", "a"}});
  window.watermark(13);
  EXPECT_THAT(groups(window), IsEmpty());
  window.watermark(14);
  EXPECT_EQ(groups(window).size(), 1u);
}

TEST(Session, WithoutAKeyAllRecordsMakeOneSession) {
  Window window(R"({"gap": 10})");
  put(window, {{0, "x", ""}, {5, "y", ""}}, false);
  window.restart();
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("- [0,15) x+y"));
}

TEST(Session, WindowsThatTouchBecomeOne) {
  Window window(R"({"gap": 10})");
  put(window, {{0, "x", "a"}, {10, "y", "a"}, {0, "u", "b"}, {11, "v", "b"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("b [0,10) u", "a [0,20) x+y", "b [11,21) v"));
}

TEST(Session, ARecordBetweenTwoSessionsJoinsThem) {
  Window window(R"({"gap": 10})");
  put(window, {{0, "x", "a"}, {18, "y", "a"}, {40, "z", "a"}});
  put(window, {{9, "between", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,28) x+y+between", "a [40,50) z"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, ARecordMayJoinManyAtOnce) {
  Window window(R"({"gap": 10, "gap_field": "gap"})");
  put(window, {{0, "{}", "a"}, {20, "{}", "a"}, {40, "{}", "a"}, {60, "{}", "a"}});
  put(window, {{5, R"({"gap": 40})", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre(R"(a [0,50) {}+{}+{}+{"gap": 40})", "a [60,70) {}"));
}

TEST(Session, AGroupHasItsSessionsInTheOrderOfTime) {
  Window window(R"({"gap": 10})");
  put(window, {{18, "later", "a"}, {0, "earlier", "a"}, {9, "between", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,28) earlier+later+between"));
}

TEST(Session, AccumulatorsAreJoined) {
  Window window(R"({"gap": 10, "aggregate": [{"function": "count"}, {"function": "sum", "field": "n"},
    {"function": "min", "field": "n"}, {"function": "first", "field": "n"}, {"function": "last", "field": "n"}]})");
  put(window, {{0, R"({"n":4})", "a"}, {18, R"({"n":2})", "a"}, {9, R"({"n":3})", "a"}});
  window.restart();
  window.end();
  EXPECT_THAT(window.values(),
              ElementsAre(R"({"key":"a","window_start":0,"window_end":28,"count":3,"sum_n":9,"min_n":2,)"
                          R"("first_n":4,"last_n":3})"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, TheGapMayComeFromTheRecord) {
  Window window(R"({"gap_field": "device.gap"})");
  put(window, {{0, R"({"device":{"gap":5}})", "a"}, {4, R"({"device":{"gap":100}})", "a"}});
  window.end();
  EXPECT_EQ(window.groups().at(0).end, 104);
}

TEST(Session, AShorterGapDoesNotShortenASession) {
  Window window(R"({"gap_field": "gap"})");
  put(window, {{0, R"({"gap":100})", "a"}, {1, R"({"gap":1})", "a"}});
  window.end();
  EXPECT_EQ(window.groups().at(0).end, 100);
}

TEST(Session, AGapThatIsNoneFailsItsRecordAlone) {
  Window window(R"({"gap_field": "gap"})");
  put(window, {{0, R"({"gap":0})", "a"},
               {0, R"({"gap":-5})", "a"},
               {0, R"({"gap":1.5})", "a"},
               {0, R"({"gap":"5s"})", "a"},
               {0, R"({"gap":9223372036854775807})", "a"},
               {0, R"({"gap":18446744073709551615})", "a"},
               {0, "{}", "a"},
               {0, "no json", "a"},
               {0, R"({"gap":5})", "a"}});
  const auto errors = window.errors();
  ASSERT_EQ(errors.size(), 8u);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(errors[i].code, "bad_gap") << i;
  EXPECT_THAT(errors[1].message, HasSubstr("the field 'gap' is -5; expected a gap in whole milliseconds"));
  EXPECT_THAT(errors[6].message, HasSubstr("the field 'gap' is nothing"));
  EXPECT_EQ(errors[7].code, "bad_json");
  window.end();
  EXPECT_EQ(window.groups().size(), 1u);
}

TEST(Session, WithGapAndGapFieldTheGapIsForRecordsWithoutTheField) {
  Window window(R"({"gap": 10, "gap_field": "gap"})");
  put(window, {{0, R"({"gap":null})", "a"}, {0, R"({"gap":3})", "b"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre(R"(b [0,3) {"gap":3})", R"(a [0,10) {"gap":null})"));
}

TEST(Session, ARecordWhoseSessionWouldBeOverLeavesByLate) {
  Window window(R"({"gap": 10})");
  window.watermark(20);
  put(window, {{10, "late", "a"}, {11, "last", "a"}, {12, "in", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("late late", "last late"));
  EXPECT_EQ(window.counter("late"), 2u);
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [12,22) in"));
}

TEST(Session, ALateRecordThatTouchesALiveSessionJoinsIt) {
  Window window(R"({"gap": 10})");
  put(window, {{15, "x", "a"}});
  window.watermark(20);
  put(window, {{5, "late, but it touches", "a"}, {3, "now too", "a"}});
  EXPECT_THAT(failed(window, "late"), IsEmpty());
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [3,25) x+late, but it touches+now too"));
}

TEST(Session, LateWithinLatenessLeavesAtOnceWithAllRecords) {
  Window window(R"({"gap": 10, "allowed_lateness": 5})");
  put(window, {{0, "x", "a"}});
  window.watermark(9);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x"));
  put(window, {{0, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x+y"));
  window.watermark(14);
  put(window, {{0, "z", "a"}});
  EXPECT_THAT(failed(window, "late"), ElementsAre("z late"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, LateDataThatProlongsASessionLeavesAtTheNewEnd) {
  Window window(R"({"gap": 10, "allowed_lateness": 20})");
  put(window, {{0, "x", "a"}});
  window.watermark(12);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x"));
  put(window, {{8, "y", "a"}});
  EXPECT_THAT(groups(window), IsEmpty());
  window.watermark(17);
  EXPECT_THAT(groups(window), ElementsAre("a [0,18) x+y"));
}

TEST(Session, PurgingEmitsOnlyWhatIsNewAlsoAfterAJoin) {
  Window window(R"({"gap": 10, "allowed_lateness": 20, "trigger": {"mode": "purging"}})");
  put(window, {{0, "x", "a"}});
  window.watermark(12);
  EXPECT_THAT(groups(window), ElementsAre("a [0,10) x"));
  put(window, {{8, "y", "a"}});
  window.watermark(17);
  EXPECT_THAT(groups(window), ElementsAre("a [0,18) y"));
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, CountsOfSessionsThatJoinAreSummed) {
  Window window(R"({"gap": 10, "trigger": {"count": 4}})");
  put(window, {{0, "x", "a"}, {1, "y", "a"}, {18, "z", "a"}});
  EXPECT_THAT(groups(window), IsEmpty());
  put(window, {{9, "u", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,28) x+y+z+u"));
  window.end();  // the count does not replace the end
  EXPECT_THAT(groups(window), ElementsAre("a [0,28) x+y+z+u"));
}

TEST(Session, WithoutTheEndWhatIsLeftLeavesWhenItIsForgotten) {
  Window window(R"({"gap": 10, "trigger": {"count": 2, "time": false, "mode": "purging"}})");
  put(window, {{0, "x", "a"}, {1, "y", "a"}, {2, "z", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [0,11) x+y"));
  window.watermark(11);
  EXPECT_THAT(groups(window), ElementsAre("a [0,12) z"));
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, WhatHasLeftByCountDoesNotLeaveAgainWhenItIsForgotten) {
  Window window(R"({"gap": 10, "trigger": {"count": 2, "time": false}})");
  put(window, {{0, "x", "a"}, {1, "y", "a"}});
  EXPECT_EQ(groups(window).size(), 1u);
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
}

TEST(Session, EverySoOftenResultsLeaveBeforeTheEnd) {
  Window window(R"({"gap": 10, "trigger": {"every": 4}})");
  put(window, {{1, "x", "a"}, {6, "y", "a"}});
  window.watermark(7);
  EXPECT_THAT(groups(window), ElementsAre("a [1,16) x+y"));  // at 4
  window.restart();
  window.watermark(15);
  EXPECT_EQ(groups(window).size(), 3u);  // at 8, at 12, and at the end
}

TEST(Session, EvictorsLeaveOutRecordsAlsoAfterAJoin) {
  Window window(R"({"gap": 10, "evict": {"keep_last": 2}})");
  put(window, {{0, "x", "a"}, {18, "y", "a"}, {9, "z", "a"}});
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [0,28) y+z"));
}

TEST(Session, ProcessingTimeIsTheClocks) {
  Window window(R"({"gap": 1000, "time": "processing"})");
  window.process({"x"}, {"a"});
  window.advance(milliseconds(600));
  window.process({"y"}, {"a"});
  window.advance(milliseconds(999));
  EXPECT_THAT(groups(window), IsEmpty()) << "its last millisecond is not over";
  window.advance(milliseconds(1));
  EXPECT_THAT(groups(window), ElementsAre("a [1700000000000,1700000001600) x+y"));
  window.process({"z"}, {"a"});
  window.end();  // nothing is lost with the input's end
  EXPECT_THAT(groups(window), ElementsAre("a [1700000001600,1700000002600) z"));
}

TEST(Session, ARestartAtAnyStepChangesNothing) {
  for (int restart = 0; restart < 5; ++restart) {
    Window window(R"({"gap": 10, "allowed_lateness": 20, "trigger": {"count": 3}})");
    const auto step = [&](int n) {
      if (n == restart) window.restart();
    };
    step(0);
    put(window, {{0, "x", "a"}, {18, "y", "a"}});
    step(1);
    put(window, {{9, "z", "a"}, {3, "u", "b"}});
    EXPECT_THAT(groups(window), ElementsAre("a [0,28) x+y+z"));
    step(2);
    window.watermark(12);
    EXPECT_THAT(groups(window), ElementsAre("b [3,13) u"));
    step(3);
    put(window, {{5, "v", "b"}});
    step(4);
    window.end();
    EXPECT_THAT(groups(window), ElementsAre("b [3,15) u+v", "a [0,28) x+y+z"));
    EXPECT_EQ(window.held(), 1u);
  }
}

TEST(Session, AggregatesAreThoseOfTheRecordsWhateverTheirOrder) {
  std::mt19937 random(3);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same records each time
  for (const std::string options :
       {R"("gap": 6)", R"("gap": 6, "allowed_lateness": 8)", R"("gap": 9, "trigger": {"count": 3})",
        R"("gap": 9, "trigger": {"count": 2, "mode": "purging"})",
        R"("gap": 7, "trigger": {"every": 4, "mode": "purging"}, "allowed_lateness": 5)",
        R"("gap": 7, "trigger": {"every": 10, "time": false})"}) {
    Window lists("{" + options + "}");
    Window rows("{" + options +
                R"(, "aggregate": [{"function": "sum", "field": "n"}, {"function": "count"}]})");
    for (int step = 0; step < 600; ++step) {
      const Timed record{step + static_cast<int>(random() % 30) - 15,
                         R"({"n":)" + std::to_string(random() % 100) + "}",
                         std::string(1, static_cast<char>('a' + random() % 5))};
      put(lists, {record});
      put(rows, {record});
      if (random() % 4 == 0) {
        lists.watermark(step - 12);
        rows.watermark(step - 12);
      }
      if (random() % 10 == 0) rows.restart();
      ASSERT_EQ(sums_of_rows(rows), sums_of_groups(lists)) << options << ", step " << step;
    }
    lists.end();
    rows.end();
    EXPECT_EQ(sums_of_rows(rows), sums_of_groups(lists)) << options;
    EXPECT_EQ(rows.held(), 1u);
  }
}

TEST(Session, TheOrderOfRecordsDoesNotChangeTheSessions) {
  const std::vector<Timed> records{
      {0, "1", "a"}, {9, "2", "a"}, {19, "3", "a"}, {40, "4", "a"}, {50, "5", "a"}};
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    Window window(R"({"gap": 10})");
    for (const std::size_t i : order) put(window, {records[i]});
    window.end();
    std::vector<std::string> bounds;
    for (const auto& group : window.groups())
      bounds.push_back(std::to_string(group.start) + "-" + std::to_string(group.end));
    ASSERT_THAT(bounds, ElementsAre("0-29", "40-60"));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Session, ARecordWithoutATimeOrFarFromAllTimesFails) {
  Window window(R"({"gap": 9000000000000000})");
  put(window, {{WEIR_NO_TIME, "x", "a"}, {INT64_MAX, "y", "a"}, {INT64_MIN + 1, "z", "a"}, {-1, "u", "a"}});
  EXPECT_THAT(failed(window, "error"), ElementsAre("x no_time", "y time_range", "z time_range"));
  window.end();
  EXPECT_THAT(groups(window), ElementsAre("a [-1,8999999999999999) u"));
}

TEST(Session, AnEndlessLatenessDoesNotOverflow) {
  Window window(R"({"gap": 10, "allowed_lateness": 9223372036854775807})");
  put(window, {{1, "x", "a"}});
  window.watermark(10);
  put(window, {{1, "y", "a"}});
  EXPECT_THAT(groups(window), ElementsAre("a [1,11) x", "a [1,11) x+y"));
  window.end();
  EXPECT_THAT(groups(window), IsEmpty());
  EXPECT_EQ(window.held(), 1u);
}

TEST(Session, MaxBytesBoundsASessionThatNeverEnds) {
  Window window(R"({"gap": 10, "max_bytes": 4000})");
  for (int i = 0; i < 100; ++i) put(window, {{i, "x", "a"}});
  const auto refused = window.errors();
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused[0].code, "windows_full");
  window.end();
  EXPECT_EQ(window.groups().at(0).records.size(), 100 - refused.size());
}

TEST(Session, ARestartKnowsWhatIsHeld) {
  Window window(R"({"gap": 10, "max_bytes": 4000})");
  for (int i = 0; i < 100; ++i) put(window, {{i, "x", "a"}});
  EXPECT_FALSE(window.errors().empty());
  window.restart();
  put(window, {{500, "y", "b"}});
  EXPECT_EQ(window.errors().size(), 1u);
  window.watermark(400);
  put(window, {{500, "y", "b"}});
  EXPECT_TRUE(window.errors().empty());
}

TEST(Session, EachSessionIsCountedWithItsTimer) {
  const auto refused = [](Window& window, std::int64_t apart) {
    for (int i = 0; i < 100; ++i) put(window, {{i * apart, "{}", "a"}});
    return window.errors().size();
  };
  const std::string options = R"({"gap": 10, "max_bytes": 4000, "aggregate": [{"function": "count"}]})";
  Window one(options);
  EXPECT_EQ(refused(one, 5), 0u) << "one session";
  Window many(options);
  const std::size_t left = refused(many, 20);
  EXPECT_GT(left, 100 - 4000 / 200u);
  many.restart();
  EXPECT_EQ(refused(many, 20), left) << "those that are there go on";
  many.watermark(10'000);
  for (int i = 0; i < 100; ++i) put(many, {{20'000 + i * 20, "{}", "a"}});
  EXPECT_EQ(many.errors().size(), left) << "all of it is given back";
}

TEST(Session, SessionsThatJoinAreCountedOnce) {
  const auto refused_after = [](const std::vector<Timed>& before) {
    Window window(R"({"gap": 10, "max_bytes": 4000})");
    put(window, before);
    window.watermark(100);
    for (int i = 0; i < 100; ++i) put(window, {{200, "x", "a"}});
    return window.errors().size();
  };
  EXPECT_EQ(refused_after({{0, "x", "a"}, {18, "y", "a"}, {9, "z", "a"}}), refused_after({}));
}

TEST(Session, OptionsThatMakeNoSenseTogetherAreRefused) {
  EXPECT_THAT(refusal<Session>("{}"), HasSubstr("/gap: nothing says when a session is over"));
  EXPECT_THAT(refusal<Session>(R"({"gap": 1, "gap_field": "a..b"})"), HasSubstr("/gap_field"));
  EXPECT_THAT(refusal<Session>(R"({"gap": 1, "time": "processing", "allowed_lateness": 1})"),
              HasSubstr("/allowed_lateness: nothing is late in processing time"));
  EXPECT_THAT(refusal<Session>(R"({"gap": 1, "trigger": {"time": false}})"), HasSubstr("/trigger/time"));
  EXPECT_THAT(
      refusal<Session>(R"({"gap": 1, "evict": {"keep_last": 1}, "aggregate": [{"function": "count"}]})"),
      HasSubstr("/evict"));
}

}  // namespace
}  // namespace weir::session
