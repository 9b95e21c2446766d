// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wechat_job.h"

namespace weir::pipelines {
namespace {

class UnusualIds : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(UnusualIds);

TEST_P(UnusualIds, QuotesWideCharactersAndTenKilobytesReachTheSideFileUnchanged) {
  WechatJob job(GetParam());
  std::vector<std::string> lines;
  for (const std::string& id :
       {std::string("o\"quoted\"'id'"), std::string("o\\back\\slash"), std::string("o😀𠮷"),
        std::string("o\ttab\nand line"), std::string("o") + std::string(10'240, 'x'),
        std::string("'; DROP TABLE wechat_user; --"), std::string("o\0zero", 6)}) {
    lines.push_back(nlohmann::json(id).dump());
    lines.push_back(nlohmann::json{{"openid", id}}.dump());
  }
  for (int i = 0; i < 500; ++i) lines.push_back("\"oGood" + std::to_string(i) + "\"");
  job.produce(lines);
  ASSERT_EQ(job.expected().refused.size(), 14u);
  const auto done = job.run();
  EXPECT_TRUE(done.status.ok()) << done.err;
  job.expect_exact_account();
  job.expect_closing_table(done.err);
}

TEST_P(UnusualIds, RecordsThatAreNoIdsAreNoRows) {
  WechatJob job(GetParam());
  job.produce({"[]", "7", "null", "true", "{}", R"({"openid":null})", R"({"openid":7})", R"({"openid":""})",
               "\"\"", R"("oGood")"});
  const auto done = job.run();
  EXPECT_TRUE(done.status.ok()) << done.err;
  EXPECT_EQ(job.database().count(), 1u);
  EXPECT_EQ(job.side_lines().size(), 9u) << done.err;
  job.expect_all_committed();
}

}  // namespace
}  // namespace weir::pipelines
