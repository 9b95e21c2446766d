// SPDX-License-Identifier: Apache-2.0
#include "misconfigured.h"

#include "support/unique_name.h"

namespace weir::pipelines {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MisconfiguredServers : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }

  static std::string replaced(std::string text, const std::string& part, const std::string& by) {
    return text.replace(text.find(part), part.size(), by);
  }
};
WEIR_ON_ALL_PARTS(MisconfiguredServers);

TEST_P(MisconfiguredServers, AWrongPasswordOfTheDatabaseIsSaidWithoutTheUrl) {
  WechatJob job(GetParam());
  expect_refusal(job, {{"DB_URL", replaced(job.database().url(), "weir-secret", "wrong-secret")}},
                 AllOf(HasSubstr("stage 'users'"), HasSubstr("Access denied"),
                       HasSubstr("check the user and the password")));
}

TEST_P(MisconfiguredServers, AnUnknownDatabaseIsNamed) {
  WechatJob job(GetParam());
  const std::string url = job.database().url();
  support::MariaDbServer::shared().execute("GRANT ALL ON `nosuch%`.* TO 'weir'@'%'");
  expect_refusal(
      job, {{"DB_URL", url.substr(0, url.rfind('/')) + "/nosuch_database"}},
      AllOf(HasSubstr("stage 'users'"), HasSubstr("nosuch_database"), HasSubstr("create the database")));
}

TEST_P(MisconfiguredServers, ATopicThatDoesNotExistIsNamedWithTheNearestOne) {
  WechatJob job(GetParam());
  expect_refusal(job, {{"KAFKA_TOPIC", job.topic + "s"}},
                 AllOf(HasSubstr("stage 'ids'"), HasSubstr("topic '" + job.topic + "s' does not exist"),
                       HasSubstr("'" + job.topic + "'?")));
}

}  // namespace
}  // namespace weir::pipelines
