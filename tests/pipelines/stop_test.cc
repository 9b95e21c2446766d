// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using namespace std::chrono_literals;
using support::kLongWait;
using support::wait_until;
using ::testing::HasSubstr;
using ::testing::Lt;

/// As etl-run writes numbers below a million.
std::string format(std::uint64_t n) {
  const std::string text = std::to_string(n);
  return n < 1'000 ? text : text.substr(0, text.size() - 3) + "," + text.substr(text.size() - 3);
}

class Stop : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(Stop);

TEST_P(Stop, TermInTheMiddleDeliversWhatWasReadAndTheNextRunDoesTheRest) {
  WechatJob job(GetParam());
  // As much as is on its way at once, several times over.
  job.produce_made(40'000);
  job.api.set_latency(20ms);
  // A member that has left the mock cluster's group keeps others out for long.
  const auto first = job.start({{"STOP_AT_END", GetParam() == Parts::kReal ? "false" : "true"}});
  ASSERT_TRUE(wait_until(kLongWait, [&] { return job.database().count() > 500; })) << first->err();
  first->signal(SIGTERM);
  const auto status = first->wait();
  ASSERT_TRUE(status) << "it does not stop\n" << first->err();
  EXPECT_TRUE(status->ok()) << to_string(*status) << "\n" << first->err();
  const auto rows = job.database().count();
  EXPECT_THAT(rows, Lt(job.expected().rows.size())) << "it was not stopped in the middle";

  job.api.set_latency(0ms);
  job.api.reset_counts();
  const auto second = job.run();
  EXPECT_TRUE(second.status.ok()) << second.err;
  job.expect_exact_account();
  EXPECT_THAT(second.err, HasSubstr("(users " + format(job.expected().rows.size() - rows) + ", "))
      << "what was delivered is not delivered again";
}

TEST_P(Stop, AKilledRunLosesNothing) {
  WechatJob job(GetParam());
  job.pipeline = test_pipeline("wechat_users_short_times.yaml");
  job.produce_made(10'000);
  for (const std::uint64_t enough : {100u, 500u}) {
    job.api.hold_after(300);  // twice, of more than 1,000
    // One call at a time: then those that are answered are of the first lists, whose rows may go on.
    const auto process = job.start({{"LOOKUPS_AT_ONCE", "1"}});
    ASSERT_TRUE(wait_until(kLongWait, [&] { return job.database().count() > enough; })) << process->err();
    process->kill();
    job.api.release();
  }
  EXPECT_THAT(job.database().count(), Lt(job.expected().rows.size())) << "it was not killed in the middle";

  const auto last = job.run();
  EXPECT_TRUE(last.status.ok()) << last.err;
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
}

TEST_P(Stop, ASecondSignalEndsItAtOnceAndNothingIsLost) {
  WechatJob job(GetParam());
  job.produce_made(2'000);
  job.api.hold();
  const auto first = job.start();
  ASSERT_TRUE(job.api.wait_for_in_flight(1)) << first->err();
  first->signal(SIGTERM);
  ASSERT_TRUE(wait_until(kLongWait, [&] { return first->err().find("stopping") != std::string::npos; }));
  EXPECT_TRUE(first->running());
  first->signal(SIGTERM);
  const auto status = first->wait();
  ASSERT_TRUE(status) << "it does not end\n" << first->err();
  EXPECT_EQ(status->code, 1) << first->err();
  job.expect_none_committed();

  job.api.release();
  EXPECT_TRUE(job.run().status.ok());
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
