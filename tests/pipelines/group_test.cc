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

class Group : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }

  static bool says(const support::ChildProcess& process, const std::string& text) {
    return process.err().find(text) != std::string::npos;
  }
  static bool has_partitions(const support::ChildProcess& process, const WechatJob& job) {
    return says(process, "assigned: " + job.topic);
  }
  /// Enough ids, and an API slow enough, for what is to happen in the middle.
  static void begin(WechatJob& job) {
    job.pipeline = test_pipeline("wechat_users_short_times.yaml");
    job.produce_made(4'000, 1);
    job.api.set_latency(20ms);
  }

  const Environment kMember{{"STOP_AT_END", "false"}};
};
WEIR_ON_ALL_PARTS(Group);

TEST_P(Group, PartitionsMoveToAProcessThatJoinsAndBackWhenItStopsAndNoIdIsMissing) {
  WechatJob job(GetParam());
  begin(job);
  const auto first = job.start(kMember);
  ASSERT_TRUE(wait_until(kLongWait, [&] { return job.database().count() > 200; })) << first->err();
  const auto second = job.start(kMember);
  ASSERT_TRUE(wait_until(kLongWait, [&] { return has_partitions(*second, job); }))
      << "first:\n"
      << first->err() << "second:\n"
      << second->err();
  EXPECT_THAT(first->err(), HasSubstr("revoked: " + job.topic));
  job.produce_made(4'000, 2);
  // Both have work.
  ASSERT_TRUE(wait_until(kLongWait, [&] { return job.database().count() > 5'000; }))
      << first->err() << second->err();
  first->signal(SIGTERM);
  const auto status = first->wait();
  ASSERT_TRUE(status && status->ok()) << first->err();
  job.produce_made(1'000, 3);
  job.finish(*second);
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
  EXPECT_THAT(first->err(), HasSubstr("account: "));
  EXPECT_THAT(second->err(), HasSubstr("account: "));
}

TEST_P(Group, WhatAKilledMemberHadIsTakenOverByTheOther) {
  WechatJob job(GetParam());
  begin(job);
  const auto first = job.start(kMember);
  const auto second = job.start(kMember);
  ASSERT_TRUE(
      wait_until(kLongWait, [&] { return has_partitions(*first, job) && has_partitions(*second, job); }))
      << first->err() << second->err();
  first->kill();
  job.produce_made(2'000, 2);
  job.finish(*second);
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
}

/// Its session runs out, its partitions go to the other one, and it comes back with work on its hands.
TEST_P(Group, AMemberThatWasFrozenComesBackAndNoIdIsMissing) {
  WechatJob job(GetParam());
  begin(job);
  const auto first = job.start(kMember);
  const auto second = job.start(kMember);
  ASSERT_TRUE(
      wait_until(kLongWait, [&] { return has_partitions(*first, job) && has_partitions(*second, job); }))
      << first->err() << second->err();
  first->signal(SIGSTOP);
  job.produce_made(2'000, 2);
  EXPECT_TRUE(wait_until(kLongWait, [&] { return job.complete(); })) << second->err();
  first->signal(SIGCONT);
  EXPECT_TRUE(wait_until(kLongWait, [&] { return says(*first, "lost: " + job.topic); })) << first->err();
  job.produce_made(1'000, 3);
  EXPECT_TRUE(wait_until(kLongWait, [&] { return job.complete(); })) << first->err() << second->err();
  first->signal(SIGTERM);
  const auto status = first->wait();
  ASSERT_TRUE(status && status->ok()) << first->err();
  job.finish(*second);
  job.expect_rows();
  job.expect_side_lines(/*repeated=*/true);
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
