// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "misconfigured.h"

namespace weir::pipelines {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Misconfigured : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(Misconfigured);

TEST_P(Misconfigured, AMissingColumnIsNamedWithTheOnesThatThereAre) {
  WechatJob job(GetParam());
  job.database().execute("CREATE TABLE wechat_user (open_id VARCHAR(64) PRIMARY KEY, nickname VARCHAR(100))");
  expect_refusal(job, {},
                 AllOf(HasSubstr("stage 'users'"), HasSubstr("'wechat_user' has no column 'openid'"),
                       HasSubstr("open_id, nickname")));
}

TEST_P(Misconfigured, AMissingTableIsNamed) {
  WechatJob job(GetParam());
  support::TempDir dir;
  std::string text = dir.read(production_pipeline());
  const std::string line = "    create_table: true\n";
  text.erase(text.find(line), line.size());
  job.pipeline = dir.write("wechat_users.yaml", text).string();
  expect_refusal(job, {},
                 AllOf(HasSubstr("stage 'users'"), HasSubstr("there is no table 'wechat_user'"),
                       HasSubstr("create_table: true")));
}

TEST_P(Misconfigured, AWrongAppSecretIsNamed) {
  WechatJob job(GetParam());
  expect_refusal(
      job, {{"WX_SECRET", "wrong-secret"}},
      AllOf(HasSubstr("stage 'lookup'"), HasSubstr("40125"), HasSubstr("check the option secret")));
}

TEST_P(Misconfigured, AWrongAppIdIsNamed) {
  WechatJob job(GetParam());
  expect_refusal(
      job, {{"WX_APP_ID", "wx-other"}},
      AllOf(HasSubstr("stage 'lookup'"), HasSubstr("40013"), HasSubstr("check the option app_id")));
}

TEST_P(Misconfigured, AVariableThatIsNotSetIsNamedWithItsPlaceInTheFile) {
  WechatJob job(GetParam());
  const auto done =
      support::run({WEIR_ETL_RUN, job.pipeline}, {.environment = {{"KAFKA_BROKERS", "127.0.0.1:1"}}});
  EXPECT_EQ(done.status.code, 2);
  for (const char* const name : {"WX_APP_ID", "WX_SECRET", "DB_URL"}) EXPECT_THAT(done.err, HasSubstr(name));
  EXPECT_THAT(done.err, ::testing::ContainsRegex("wechat_users.yaml:[0-9]+:[0-9]+: "));
}

TEST_P(Misconfigured, ASideFolderThatCannotBeWrittenStopsBeforeAnythingIsRead) {
  WechatJob job(GetParam());
  support::TempDir other;
  const auto file = other.write("no_folder", "");
  expect_refusal(job, {{"SIDE_FOLDER", file.string()}},
                 AllOf(HasSubstr("stage 'failed_ids'"), HasSubstr(file.string())));
  EXPECT_EQ(job.database().count(), 0u);
}

}  // namespace
}  // namespace weir::pipelines
