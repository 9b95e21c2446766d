// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "standins/made_ids.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MainJob : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(MainJob);

TEST_P(MainJob, EveryOneOfTenThousandLinesEndsWhereItBelongs) {
  WechatJob job(GetParam());
  auto lines = standins::make_ids(10'000, 7).lines;
  const auto is_blank = [](const std::string& line) { return line.find_first_not_of(" \t") == line.npos; };
  const auto blank = std::stable_partition(lines.begin(), lines.end(), std::not_fn(is_blank));
  job.produce_by_kcat({lines.begin(), blank});
  job.produce({blank, lines.end()});
  ASSERT_EQ(job.expected().blank, 100u);
  ASSERT_EQ(job.expected().broken.size(), 100u);
  ASSERT_EQ(job.expected().refused.size(), 100u);
  ASSERT_EQ(job.expected().rows.size(), 9'500u);

  const auto done = job.run();
  EXPECT_TRUE(done.status.ok()) << to_string(done.status) << "\n" << done.err;
  EXPECT_THAT(done.out, IsEmpty());
  job.expect_exact_account();
  job.expect_closing_table(done.err);
  job.expect_no_secret(done);
  EXPECT_LE(job.api.stats().most_ids_in_a_call, 100u);
  EXPECT_LE(job.api.stats().most_in_flight, 16u);
}

TEST_P(MainJob, QuietPrintsNothingWhenAllIsWell) {
  WechatJob job(GetParam());
  job.produce_made(100);
  const auto done = job.run({}, {"--quiet", job.pipeline});
  EXPECT_TRUE(done.status.ok()) << to_string(done.status);
  EXPECT_THAT(done.out, IsEmpty());
  EXPECT_THAT(done.err, Not(HasSubstr("account:")));
  EXPECT_THAT(done.err, Not(HasSubstr("read ")));
  job.expect_exact_account();
}

TEST_P(MainJob, ASecondRunReadsOnlyWhatHasComeSince) {
  WechatJob job(GetParam());
  job.produce_made(300, 1);
  EXPECT_TRUE(job.run().status.ok());
  job.produce({R"("oLater1")", R"({"openid":"oLater2"})", R"({"openid":"oLater-bad"})"});
  const auto second = job.run();
  EXPECT_TRUE(second.status.ok()) << second.err;
  EXPECT_THAT(second.err, HasSubstr("account: read 3 = written 3 (users 2, failed_ids 1)"));
  job.expect_exact_account();
}

}  // namespace
}  // namespace weir::pipelines
