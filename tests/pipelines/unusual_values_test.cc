// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using ::testing::HasSubstr;

/// What arrives in MariaDB, whose columns are strict. Nicknames are compared by every other test of the job.
class UnusualValues : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(UnusualValues);

TEST_P(UnusualValues, ANumberThatDoesNotFitItsColumnGoesToTheSideFileWithTheDatabasesWords) {
  WechatJob job(GetParam());
  // Of the stand-in's numbers below 100,000 about a third are above 65,535.
  job.database().execute(
      "CREATE TABLE wechat_user (openid VARCHAR(64) PRIMARY KEY, nickname VARCHAR(100) CHARACTER SET "
      "utf8mb4, "
      "qr_scene SMALLINT UNSIGNED)");
  job.produce_made(2'000);
  const auto done = job.run();
  EXPECT_TRUE(done.status.ok()) << done.err;
  std::uint64_t too_large = 0;
  for (const auto& line : job.side_lines()) {
    if (line.stage != "users") continue;
    ++too_large;
    EXPECT_EQ(line.port, "error");
    EXPECT_EQ(line.code, "mysql:1264");
    EXPECT_THAT(line.message, HasSubstr("Out of range value for column 'qr_scene'"));
    EXPECT_EQ(job.expected().rows.count(openid_of(line.value)), 1u) << line.value;
  }
  EXPECT_GT(too_large, 100u);
  EXPECT_EQ(job.database().count() + too_large, job.expected().rows.size());
  EXPECT_EQ(job.side_lines().size(), job.expected().side() + too_large);
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
