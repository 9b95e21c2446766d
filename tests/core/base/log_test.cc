// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class SetClock final : public Clock {
 public:
  std::int64_t now() const override { return now_; }
  void advance(std::int64_t milliseconds) { now_ += milliseconds; }

 private:
  std::atomic<std::int64_t> now_{1795370400123};
};

class LogTest : public ::testing::Test {
 protected:
  SetClock clock_;
  std::vector<std::string> lines_;
  Log log_{clock_, LogLevel::kInfo, [this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(LogTest, ALineHasTimeLevelAndStage) {
  log_.write(LogLevel::kWarn, "lookup", "the service is slow");
  log_.write(LogLevel::kError, "", "no stage");
  EXPECT_THAT(lines_, ElementsAre("2026-11-22T18:00:00.123Z WARN lookup: the service is slow",
                                  "2026-11-22T18:00:00.123Z ERROR no stage"));
}

TEST_F(LogTest, LinesBelowTheLeastLevelAreDropped) {
  log_.write(LogLevel::kDebug, "lookup", "detail");
  EXPECT_THAT(lines_, SizeIs(0));
}

TEST_F(LogTest, DataInALineCannotFakeAnother) {
  log_.write(LogLevel::kInfo, "a", "id 'x\n2026-11-22T18:00:00.123Z INFO b: all is well\x1b[1A'");
  EXPECT_THAT(lines_,
              ElementsAre("2026-11-22T18:00:00.123Z INFO a: id 'x\\n2026-11-22T18:00:00.123Z INFO b: all is "
                          "well\\x1b[1A'"));
}

TEST_F(LogTest, ManyLinesThatBeginAlikeAreCountedInsteadOfWritten) {
  for (int i = 0; i < 1000; ++i)
    log_.write(LogLevel::kWarn, "lookup", "id " + std::to_string(i) + " is refused");
  EXPECT_THAT(lines_, SizeIs(Log::kBurst));
  clock_.advance(Log::kInterval);
  log_.write(LogLevel::kInfo, "other", "hello");
  ASSERT_THAT(lines_, SizeIs(Log::kBurst + 2));
  EXPECT_EQ(lines_[Log::kBurst],
            "2026-11-22T18:00:10.123Z WARN lookup: id 999 is refused (and 994 more such lines)");
}

TEST_F(LogTest, AfterTheIntervalLinesAreWrittenAgain) {
  for (int i = 0; i < Log::kBurst; ++i) log_.write(LogLevel::kWarn, "lookup", "slow");
  clock_.advance(Log::kInterval);
  log_.write(LogLevel::kWarn, "lookup", "slow");
  EXPECT_THAT(lines_, SizeIs(Log::kBurst + 1));
}

TEST_F(LogTest, OtherStagesAndOtherTextsHaveTheirOwnLimit) {
  for (int i = 0; i < 100; ++i) {
    log_.write(LogLevel::kWarn, "a", "slow");
    log_.write(LogLevel::kWarn, "b", "slow");
    log_.write(LogLevel::kWarn, "a", "refused");
  }
  EXPECT_THAT(lines_, SizeIs(3 * Log::kBurst));
}

TEST_F(LogTest, FlushSaysWhatWasLeftOut) {
  for (int i = 0; i < Log::kBurst + 3; ++i) log_.write(LogLevel::kWarn, "lookup", "slow");
  log_.flush();
  ASSERT_THAT(lines_, SizeIs(Log::kBurst + 1));
  EXPECT_EQ(lines_.back(), "2026-11-22T18:00:00.123Z WARN lookup: slow (and 2 more such lines)");
}

TEST_F(LogTest, AClockThatIsSetBackDoesNotSilenceTheLog) {
  for (int i = 0; i < Log::kBurst; ++i) log_.write(LogLevel::kWarn, "lookup", "slow");
  clock_.advance(-3'600'000);
  log_.write(LogLevel::kWarn, "lookup", "slow");
  EXPECT_THAT(lines_, SizeIs(Log::kBurst + 1));
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 200; ++i) log_.write(LogLevel::kInfo, "stage" + std::to_string(t), "text");
    });
  }
  for (auto& thread : threads) thread.join();
  log_.flush();
  ASSERT_THAT(lines_, SizeIs(4 * (Log::kBurst + 1)));
}

}  // namespace
}  // namespace weir
