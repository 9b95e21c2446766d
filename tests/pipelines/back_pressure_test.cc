// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using namespace std::chrono_literals;
using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::Gt;
using ::testing::Lt;

/// Room for the program with its libraries and 20 threads, what librdkafka reads ahead, the queues of 1 MiB
/// before the API and the database, and the calls under way; far less than the 200,000 profiles, of about 100
/// MB.
constexpr long kMostKib = 64 * 1024;
constexpr int kIds = 200'000;

class BackPressure : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(BackPressure);

/// Returns when the API has not been called for a second, or `process` has ended.
void wait_for_standstill(const WechatJob& job, support::ChildProcess& process) {
  auto calls = job.api.calls(standins::kBatchGet);
  auto since = std::chrono::steady_clock::now();
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    const auto now = job.api.calls(standins::kBatchGet);
    if (now != calls) since = std::chrono::steady_clock::now();
    calls = now;
    return std::chrono::steady_clock::now() - since > 1s || !process.running();
  }));
}

TEST_P(BackPressure, MemoryStaysFlatWhileTheApiAndThenTheDatabaseStandStill) {
  WechatJob job(GetParam());
  job.produce({R"("oFirst")"});  // makes the table
  ASSERT_TRUE(job.run().status.ok());
  std::vector<std::string> lines;
  for (int i = 0; i < kIds; ++i) lines.push_back("\"oUser" + std::to_string(i) + "\"");
  job.produce(lines);

  auto lock = job.database().lock_users();
  job.api.fail_next(16, standins::Fault::time_out());
  const auto process = job.start();
  ASSERT_TRUE(job.api.wait_for_in_flight(16)) << process->err();
  wait_for_standstill(job, *process);
  EXPECT_THAT(process->peak_memory_kib(), AllOf(Gt(0), Lt(kMostKib))) << "while the API stands still";

  job.api.release();
  wait_for_standstill(job, *process);
  EXPECT_TRUE(process->running()) << process->err();
  EXPECT_THAT(process->peak_memory_kib(), AllOf(Gt(0), Lt(kMostKib))) << "while the table is locked";
  EXPECT_THAT(job.api.calls(standins::kBatchGet), Lt(1'000)) << "of 2,000 in all";

  lock.reset();
  long peak = 0;
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    peak = std::max(peak, process->peak_memory_kib());
    return !process->running();
  }));
  EXPECT_THAT(peak, Lt(kMostKib)) << "after both came back";
  const auto status = process->wait();
  ASSERT_TRUE(status) << process->err();
  EXPECT_TRUE(status->ok()) << process->err();
  EXPECT_EQ(job.database().count(), kIds + 1u);
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
