// SPDX-License-Identifier: Apache-2.0
#include "runtime/hold_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/clock.h"

namespace weir {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HoldUpTest : public ::testing::Test {
 protected:
  void look(const std::optional<HoldUp::Stage>& stage, std::chrono::milliseconds at) {
    hold_up_.look(stage, [&] { return HoldUp::Clock::time_point(at); });
  }

  const std::string users_ = "users", failed_ = "failed_ids";
  StageCounts users_counts_{0}, failed_counts_{0};
  const HoldUp::Stage users{&users_, &users_counts_}, failed{&failed_, &failed_counts_};
  std::vector<std::string> lines_;
  const SystemClock clock_;
  Log log_{clock_, LogLevel::kInfo, [&](std::string_view line) { lines_.emplace_back(line); }};
  HoldUp hold_up_{log_};
};

TEST_F(HoldUpTest, TheTimeIsThatOfTheStageWhichWasFull) {
  look(users, 0ms);
  look(users, 30ms);
  look(failed, 50ms);
  look(std::nullopt, 90ms);
  look(std::nullopt, 500ms);
  look(users, 1000ms);
  look(std::nullopt, 1001ms);
  EXPECT_EQ(users_counts_.held_back.get(), 51u);
  EXPECT_EQ(failed_counts_.held_back.get(), 40u);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(HoldUpTest, AStageThatIsFullForLongIsNamedLessAndLessOftenAndWhenItIsOver) {
  for (auto at = 0s; at <= 75s; at += 1s) look(failed, at);
  look(std::nullopt, 76s);
  EXPECT_THAT(
      lines_,
      ElementsAre(HasSubstr("WARN failed_ids: holds the stream back: its queue has been full for 10s"),
                  HasSubstr("full for 20s"), HasSubstr("full for 40s"),
                  HasSubstr("INFO failed_ids: no longer holds the stream back")));
}

TEST_F(HoldUpTest, AQueueThatIsFullNowAndThenIsNotNamed) {
  for (auto at = 0s; at <= 60s; at += 2s) {
    look(users, at);
    look(std::nullopt, at + 1s);
  }
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(users_counts_.held_back.get(), 31'000u);
}

}  // namespace
}  // namespace weir
