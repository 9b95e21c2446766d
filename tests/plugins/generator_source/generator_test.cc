// SPDX-License-Identifier: Apache-2.0
#include "sources/generator/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/testing.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace weir::generator {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Harness = testing::Harness<Generator>;

std::vector<std::string> all(const std::string& options) {
  Harness h(options);
  h.poll_to_end();
  return h.values();
}

std::string problem(const std::string& text) {
  try {
    Harness h(nlohmann::json({{"template", text}}).dump());
  } catch (const testing::PluginError& e) {
    EXPECT_EQ(e.pointer, "/template");
    return e.what();
  }
  return "no error";
}

TEST(Generator, MakesAsManyRecordsAsAskedAndEnds) {
  EXPECT_THAT(all(R"({"template": "id-{{sequence}}", "count": 3})"), ElementsAre("id-1", "id-2", "id-3"));
  EXPECT_THAT(all(R"({"template": "x", "count": 0})"), ElementsAre());
}

TEST(Generator, FillsInEachPlaceholder) {
  const auto values = all(
      R"({"template": "{\"n\":{{random -5 5}},\"h\":\"{{hex 17}}\",\"c\":\"{{ choice red green }}\",\"t\":\"{{now}}\"}",
          "count": 200})");
  EXPECT_THAT(
      values,
      Each(MatchesRegex(
          R"re(\{"n":-?[0-5],"h":"[0-9a-f]{17}","c":"(red|green)","t":"2023-11-14T22:13:20.000Z"\})re")));
  EXPECT_GT(std::set<std::string>(values.begin(), values.end()).size(), 190u) << "records differ";
}

TEST(Generator, RandomNumbersReachBothEndsAndNoFurther) {
  std::set<std::string> seen;
  for (const auto& value : all(R"({"template": "{{random 1 3}}", "count": 500})")) seen.insert(value);
  EXPECT_EQ(seen, (std::set<std::string>{"1", "2", "3"}));
}

TEST(Generator, TheWholeRangeOfNumbersCanBeAskedFor) {
  EXPECT_EQ(all(R"({"template": "{{random -9223372036854775808 9223372036854775807}}", "count": 9})").size(),
            9u);
}

TEST(Generator, TheSameSeedGivesTheSameRecords) {
  const std::string rest = R"("template": "{{hex 16}} {{random 0 1000000}}", "count": 100})";
  EXPECT_EQ(all(R"({"seed": 7, )" + rest), all(R"({"seed": 7, )" + rest));
  EXPECT_NE(all(R"({"seed": 7, )" + rest), all(R"({"seed": 8, )" + rest));
}

TEST(Generator, TasksTogetherMakeTheRecordsOfOne) {
  const std::string options = R"({"template": "{{sequence}} {{hex 8}}", "count": 100})";
  std::vector<std::string> together;
  for (std::uint32_t task = 0; task < 3; ++task) {
    Harness h(options);
    h.as_task(task, 3);
    h.poll_to_end();
    for (auto& value : h.values()) together.push_back(value);
  }
  auto alone = all(options);
  std::sort(alone.begin(), alone.end());
  std::sort(together.begin(), together.end());
  EXPECT_EQ(together, alone);
}

TEST(Generator, GoesOnBehindTheRestoredPosition) {
  Harness h(R"({"template": "{{sequence}}", "count": 5})");
  h.restore({{"sequence", 0, 4}});
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("4", "5"));
}

TEST(Generator, EachTaskGoesOnBehindItsOwnPosition) {
  Harness h(R"({"template": "{{sequence}}", "count": 9})");
  h.as_task(1, 2);
  h.restore({{"sequence of 2 tasks", 0, 8}, {"sequence of 2 tasks", 1, 5}});
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("6", "8"));
}

TEST(Generator, PositionsOfAnotherNumberOfTasksAreNotMistakenForItsOwn) {
  Harness h(R"({"template": "{{sequence}}", "count": 3})");
  h.restore({{"sequence of 2 tasks", 0, 3}});
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("1", "2", "3"));
}

TEST(Generator, ExactlyOnceIsNotBegunAgainWithAnotherNumberOfTasks) {
  Harness h(R"({"template": "{{sequence}}", "count": 3})");
  h.restore({{"sequence of 2 tasks", 0, 3}});
  h.set_saved_position("sequence of 2 tasks", 0, 3);
  EXPECT_THROW(h.start(), testing::PluginError);
}

TEST(Generator, KeepsTheRate) {
  Harness h(R"({"template": "{{sequence}}", "rate": 100})");
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  EXPECT_EQ(h.values().size(), 0u);
  h.advance(std::chrono::milliseconds(50));
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  EXPECT_EQ(h.values().size(), 5u);
  for (int i = 0; i < 100; ++i) {
    h.advance(std::chrono::milliseconds(33));
    h.poll();
  }
  EXPECT_EQ(h.values().size(), 330u);
}

TEST(Generator, ALowRateIsKeptToo) {
  Harness h(R"({"template": "x", "rate": 0.5})");
  for (int i = 0; i < 60; ++i) {
    h.advance(std::chrono::milliseconds(1100));
    h.poll();
  }
  EXPECT_EQ(h.values().size(), 33u);
}

TEST(Generator, AfterAPauseAtMostASecondIsMadeUpFor) {
  Harness h(R"({"template": "x", "rate": 100})");
  h.poll();
  h.advance(std::chrono::hours(1));
  h.poll();
  EXPECT_EQ(h.values().size(), 101u);
}

TEST(Generator, KeepsToTheBudget) {
  Harness h(R"({"template": "0123456789"})");
  EXPECT_EQ(h.poll(100), WEIR_OK);
  EXPECT_EQ(h.values().size(), 10u);
  EXPECT_EQ(h.poll(0), WEIR_OK);
  EXPECT_EQ(h.values().size(), 0u);
}

TEST(Generator, TellsHowFarItIs) {
  Harness h(R"({"template": "0123456789", "count": 4})");
  h.start();
  EXPECT_EQ(h.progress(), 0);
  h.poll(20);
  EXPECT_EQ(h.progress(), 0.5);
  h.poll_to_end();
  EXPECT_EQ(h.progress(), 1);
}

TEST(Generator, ATemplateThatIsWrongIsExplained) {
  EXPECT_THAT(problem("{{sequenze}}"), HasSubstr("known are sequence, random, hex, choice and now"));
  EXPECT_THAT(problem("{{hex"), HasSubstr("the closing '}}' is missing"));
  EXPECT_THAT(problem("{{hex 0}}"), HasSubstr("from 1 to 4096"));
  EXPECT_THAT(problem("{{random 5 1}}"), HasSubstr("below the lowest"));
  EXPECT_THAT(problem("{{random 5}}"), HasSubstr("{{random 1 100}}"));
  EXPECT_THAT(problem("{{random 1 x}}"), HasSubstr("'x' is not a whole number"));
  EXPECT_THAT(problem("{{choice}}"), HasSubstr("words to choose from"));
  EXPECT_THAT(problem("{{now utc}}"), HasSubstr("takes nothing"));
}

}  // namespace
}  // namespace weir::generator
