// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using standins::Fault;
using standins::kBatchGet;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

/// A code that no documentation names: such calls are not repeated, their records go to the side file.
constexpr int kUnknownCode = 88'888;

/// The job has run on 3,000 lines while the API answered three calls with a code that nobody knows.
class Replay : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_PARTS(GetParam());
    job_.emplace(GetParam());
    job().produce_made(3'000);
    job().api.fail_next(3, Fault::errcode(kUnknownCode), kBatchGet);
    const auto done = job().run();
    ASSERT_TRUE(done.status.ok()) << done.err;
    for (const auto& line : job().side_lines()) unknown_ += line.code == std::to_string(kUnknownCode) ? 1 : 0;
    ASSERT_EQ(unknown_, 300u) << "a call has 100 ids";
    job().api.reset_counts();
  }

  WechatJob& job() { return *job_; }
  std::uint64_t good_rows() { return job().expected().rows.size(); }

  /// All good ids have rows now. The rest stands in a new side file, refused for the second time.
  void expect_all_found() {
    job().expect_rows();
    std::multiset<std::string> refused, no_ids;
    for (const auto& line : job().side_lines()) {
      EXPECT_EQ(line.stage, "lookup") << line.value;
      EXPECT_EQ(line.attempts, 2) << line.value;
      if (line.code == "40003") {
        refused.insert(openid_of(line.value));
      } else {
        no_ids.insert(line.value);
      }
    }
    EXPECT_EQ(refused, job().expected().refused);
    EXPECT_EQ(no_ids, job().expected().broken);
  }

 private:
  std::optional<WechatJob> job_;
  std::uint64_t unknown_ = 0;
};
WEIR_ON_ALL_PARTS(Replay);

TEST_P(Replay, FindsWhatHasBecomeGoodAndCountsTheAttemptsOfTheRest) {
  const auto done = job().run({}, job().replay_arguments());
  EXPECT_TRUE(done.status.ok()) << done.err;
  expect_all_found();
  EXPECT_LE(job().api.stats().most_ids_in_a_call, 10u);
  EXPECT_THAT(files_ending(job().side_folder(), ".replayed"), SizeIs(1));
  EXPECT_THAT(files_ending(job().side_folder(), ".replaying"), IsEmpty());
}

TEST_P(Replay, KilledInTheMiddleItLosesNothing) {
  job().pipeline = test_pipeline("wechat_users_short_times.yaml");
  job().api.hold_after(20);  // of 30 and more: 300 ids by ten, and lists that are split
  const auto before = job().database().count();
  // One call at a time: then those that are answered are of the first lists, whose rows may go on.
  const auto first = job().start({{"LOOKUPS_AT_ONCE", "1"}}, job().replay_arguments());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return job().database().count() > before; }))
      << first->err();
  first->kill();
  EXPECT_THAT(job().database().count(), Lt(good_rows())) << "it was not killed in the middle";

  job().api.release();
  const auto second = job().run({}, job().replay_arguments());
  EXPECT_TRUE(second.status.ok()) << second.err;
  job().expect_rows();
}

TEST_P(Replay, ADryRunShowsTheRecordsAndChangesNothing) {
  const auto before = job().side_lines().size();
  auto arguments = job().replay_arguments();
  arguments.emplace_back("--dry-run");
  const auto done = job().run({}, arguments);
  EXPECT_TRUE(done.status.ok()) << done.err;
  EXPECT_EQ(static_cast<std::size_t>(std::count(done.out.begin(), done.out.end(), '\n')), before);
  EXPECT_EQ(job().side_lines().size(), before);
  EXPECT_THAT(files_ending(job().side_folder(), ".replayed"), IsEmpty());
  EXPECT_EQ(job().api.stats().ids_asked, 0u);
}

TEST_P(Replay, WhatWasTriedTooOftenIsSetAside) {
  auto arguments = job().replay_arguments();
  EXPECT_TRUE(job().run({}, arguments).status.ok());
  const auto again = job().side_lines().size();
  arguments.insert(arguments.end(), {"--max-attempts", "2"});
  job().api.reset_counts();
  const auto done = job().run({}, arguments);
  EXPECT_TRUE(done.status.ok()) << done.err;
  EXPECT_THAT(done.err, HasSubstr("exhausted " + std::to_string(again)));
  EXPECT_EQ(job().api.stats().ids_asked, 0u);
  EXPECT_THAT(job().side_lines(), IsEmpty());
}

}  // namespace
}  // namespace weir::pipelines
