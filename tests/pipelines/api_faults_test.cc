// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using namespace std::chrono_literals;
using standins::Fault;
using standins::kBatchGet;
using standins::kStableToken;
using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;

/// What the API does wrong on the way; in the end every line must be where it belongs.
class ApiFaults : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }

  /// The job with short times on 3,000 lines meets the faults that were ordered of `job.api`, and ends well.
  static void expect_well(WechatJob& job, const Environment& environment = {}) {
    job.pipeline = test_pipeline("wechat_users_short_times.yaml");
    job.produce_made(3'000);
    const auto done = job.run(environment);
    EXPECT_TRUE(done.status.ok()) << to_string(done.status) << "\n" << done.err;
    job.expect_exact_account();
    job.expect_closing_table(done.err);
    job.expect_no_secret(done);
  }
};
WEIR_ON_ALL_PARTS(ApiFaults);

TEST_P(ApiFaults, ATokenThatExpiresInTheMiddleIsRenewed) {
  WechatJob job(GetParam());
  job.pipeline = test_pipeline("wechat_users_short_times.yaml");
  job.produce_made(3'000);
  job.api.set_latency(10ms);
  const auto process = job.start();
  ASSERT_TRUE(job.api.wait_for_calls(kBatchGet, 20)) << process->err();
  job.api.expire_tokens();
  ASSERT_TRUE(job.api.wait_for_calls(kBatchGet, 80)) << process->err();
  job.api.expire_tokens();
  const auto status = process->wait();
  ASSERT_TRUE(status && status->ok()) << process->err();
  job.expect_exact_account();
}

TEST_P(ApiFaults, ATokenThatAnotherProgramHasRenewedIsFetchedAnew) {
  WechatJob job(GetParam());
  job.pipeline = test_pipeline("wechat_users_short_times.yaml");
  job.produce_made(3'000);
  job.api.set_latency(10ms);
  const auto process = job.start();
  ASSERT_TRUE(job.api.wait_for_calls(kBatchGet, 20)) << process->err();
  job.api.revoke_tokens();
  const auto status = process->wait();
  ASSERT_TRUE(status && status->ok()) << process->err();
  job.expect_exact_account();
}

TEST_P(ApiFaults, RepliesThatAreNoJsonHalfOrMissingAreAskedForAgain) {
  WechatJob job(GetParam());
  for (const auto& fault :
       {Fault::not_json(), Fault::half_reply(), Fault::close_connection(), Fault::errcode(-1)}) {
    job.api.fail_next(1, fault, kStableToken);
    job.api.fail_next(20, fault, kBatchGet);
  }
  expect_well(job);
}

TEST_P(ApiFaults, ABusyServiceIsAskedAgainWhenItSays) {
  WechatJob job(GetParam());
  job.api.fail_next(3, Fault::http_status(503, "1"), kBatchGet);
  job.api.fail_next(30, Fault::http_status(500), kBatchGet);
  job.api.fail_next(3, Fault::http_status(429, "1"), kBatchGet);
  expect_well(job);
}

TEST_P(ApiFaults, CallsThatAreNotAnsweredTimeOutAndAreMadeAgain) {
  WechatJob job(GetParam());
  job.api.fail_next(1, Fault::time_out(), kStableToken);
  job.api.fail_next(20, Fault::time_out(), kBatchGet);
  expect_well(job, {{"REQUEST_TIMEOUT", "300ms"}});
}

TEST_P(ApiFaults, TheLimitOfAMinuteIsWaitedOut) {
  WechatJob job(GetParam());
  job.api.fail_next(2, Fault::errcode(45011), kBatchGet);
  expect_well(job);
}

TEST_P(ApiFaults, AStopWhileTheQuotaOfTheDayIsUsedUpEndsInTimeAndTheNextRunGoesOn) {
  WechatJob job(GetParam());
  job.pipeline = test_pipeline("wechat_users_short_times.yaml");
  job.produce_made(3'000);
  job.api.set_daily_quota(10);
  const Environment environment{{"STOP_TIMEOUT", "1s"}};
  const auto process = job.start(environment);
  EXPECT_TRUE(wait_until(kLongWait, [&] { return process->err().find("45009") != std::string::npos; }))
      << process->err();
  process->signal(SIGTERM);
  const auto status = process->wait();
  ASSERT_TRUE(status) << "it does not stop\n" << process->err();
  EXPECT_EQ(status->code, 1);
  EXPECT_THAT(process->err(), AllOf(HasSubstr("stop_timeout"), HasSubstr("positions are kept")));

  job.api.set_daily_quota(0);
  const auto second = job.run(environment);
  EXPECT_TRUE(second.status.ok()) << second.err;
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
