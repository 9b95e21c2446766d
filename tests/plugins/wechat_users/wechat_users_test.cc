// SPDX-License-Identifier: Apache-2.0
//
// What becomes of ids, against a stand-in of WeChat's API that answers as documented.
#include "processes/wechat_users/wechat_users.h"

#include <gtest/gtest.h>
#include <standins/wechat_profile.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lookup_fixture.h"

namespace weir::wechat {
namespace {

using nlohmann::json;
using standins::kBatchGet;
using standins::kStableToken;

std::string openid_of(const std::string& row) {
  return json::parse(row).at("openid");
}

TEST_F(WechatUsersTest, ProfilesLeaveAsWeChatSendsThemInTheOrderOfTheRecords) {
  lookup().group({R"({"openid":"oB","from":"form"})", R"({"openid":"oA"})"});
  std::string a, b;
  standins::append_profile("oA", "zh_CN", a);
  standins::append_profile("oB", "zh_CN", b);
  EXPECT_EQ(lookup().values("out"), (std::vector<std::string>{b, a}));
  EXPECT_EQ(api_.calls(kBatchGet), 1u);
}

TEST_F(WechatUsersTest, KeyHeadersAndOriginOfTheRecordStay) {
  weir::testing::Item item(R"({"openid":"oA"})");
  item.key = "k";
  item.headers = {{"h", "v"}};
  item.origin = "ids";
  item.position = 7;
  lookup().group({item});
  const auto out = lookup().out();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].key, "k");
  EXPECT_EQ(out[0].headers, item.headers);
  EXPECT_EQ(out[0].origin, "ids");
  EXPECT_EQ(out[0].position, 7);
}

TEST_F(WechatUsersTest, ARecordThatWasTriedBeforeKeepsItsHistoryWithItsProfile) {
  weir::testing::Item item(R"({"openid":"oA"})");
  item.key = "k";
  item.headers = {{"name", "value"}, {"n", ""}};
  item.attempts = 3;
  item.code = "http_503";
  item.message = "HTTP status 503";
  item.first_time = 5;
  item.last_time = 9;
  lookup().group({item, item});
  const auto out = lookup().out();
  ASSERT_EQ(out.size(), 2u);
  for (const auto& profile : out) {
    EXPECT_EQ(profile.key, "k");
    EXPECT_EQ(profile.headers, item.headers);
    EXPECT_EQ(profile.attempts, 3u);
    EXPECT_EQ(profile.code, "http_503");
    EXPECT_EQ(profile.message, "HTTP status 503");
    EXPECT_EQ(profile.first_time, 5);
    EXPECT_EQ(profile.last_time, 9);
  }
}

TEST_F(WechatUsersTest, OneBadIdInAHundredCostsAtMost15CallsAndIsFound) {
  for (const std::size_t place : {0u, 1u, 49u, 50u, 98u, 99u}) {
    api_.reset_counts();
    auto items = ids(100);
    items[place] = R"({"openid":"bad!"})";
    lookup().group(items);
    EXPECT_LE(api_.calls(kBatchGet), 15u) << "at " << place;
    EXPECT_EQ(lookup().values("out").size(), 99u);
    const auto rejected = lookup().out("rejected");
    ASSERT_EQ(rejected.size(), 1u);
    EXPECT_EQ(rejected[0].value, R"({"openid":"bad!"})") << "as it was received";
    EXPECT_EQ(rejected[0].code, "40003");
    EXPECT_NE(rejected[0].message.find("invalid openid"), std::string::npos);
  }
  EXPECT_GT(lookup().counter("splits"), 0u);
}

TEST_F(WechatUsersTest, OutputKeepsTheOrderOfTheRecordsThroughSplits) {
  auto items = ids(100);
  items[13] = R"({"openid":"bad13"})";
  items[77] = R"({"openid":"bad77"})";
  lookup().group(items);
  const auto out = lookup().values("out");
  ASSERT_EQ(out.size(), 98u);
  std::size_t next = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    if (i == 13 || i == 77) continue;
    EXPECT_EQ(openid_of(out[next++]), id(i));
  }
  const auto rejected = lookup().values("rejected");
  EXPECT_EQ(rejected, (std::vector<std::string>{R"({"openid":"bad13"})", R"({"openid":"bad77"})"}));
}

TEST_F(WechatUsersTest, AGroupOfBadIdsIsAllRejected) {
  lookup().group({R"({"openid":"bad1"})", R"({"openid":"bad2"})", R"({"openid":"bad3"})"});
  EXPECT_EQ(lookup().values("rejected").size(), 3u);
  EXPECT_TRUE(lookup().values("out").empty());
}

TEST_F(WechatUsersTest, UsersThatDoNotFollowLeaveByTheirOwnPort) {
  lookup().group({R"({"openid":"oA-gone"})", R"({"openid":"oB"})"});
  const auto gone = lookup().values("not_following");
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(json::parse(gone[0]), json({{"subscribe", 0}, {"openid", "oA-gone"}}));
  EXPECT_EQ(lookup().values("out").size(), 1u);
}

TEST_F(WechatUsersTest, AnIdThatStandsTwiceIsAskedOnceAndAnsweredTwice) {
  lookup().group({R"({"openid":"oA","n":1})", R"({"openid":"oB"})", R"({"openid":"oA","n":2})",
                  R"({"openid":"o\u0041"})"});
  const auto out = lookup().values("out");
  ASSERT_EQ(out.size(), 4u);
  EXPECT_EQ(out[0], out[2]);
  EXPECT_EQ(out[0], out[3]);
  EXPECT_EQ(api_.times_asked("oA"), 1u);
}

TEST_F(WechatUsersTest, LargerGroupsAreCutIntoCallsOfAHundred) {
  lookup().group(ids(250));
  EXPECT_EQ(lookup().values("out").size(), 250u);
  EXPECT_EQ(api_.calls(kBatchGet), 3u);
  EXPECT_EQ(api_.stats().most_ids_in_a_call, 100u);
  EXPECT_EQ(lookup().counter("ids_asked"), 250u);
}

TEST_F(WechatUsersTest, SingleRecordsAreAskedTogether) {
  lookup().process(ids(120));
  EXPECT_EQ(lookup().values("out").size(), 120u);
  EXPECT_EQ(api_.calls(kBatchGet), 2u);
}

TEST_F(WechatUsersTest, RecordsWithoutAnIdAreRejectedAndCostNoCall) {
  lookup().group({R"({"id":"oA"})", R"({"openid":5})", R"({"openid":""})", "no json", R"({"openid":null})"});
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), 5u);
  for (const auto& item : rejected) EXPECT_EQ(item.code, "no_openid") << *item.value;
  EXPECT_NE(rejected[1].message.find("found a number"), std::string::npos) << rejected[1].message;
  EXPECT_EQ(api_.calls(kBatchGet), 0u);
}

TEST_F(WechatUsersTest, OddIdsAreSentWhole) {
  const std::vector<std::string> odd = {R"(o"quoted")", "o\xF0\x9F\x99\x82", "o" + std::string(10'000, 'x'),
                                        "o\\ \n"};
  std::vector<weir::testing::Item> items;
  for (const auto& text : odd) items.emplace_back(json({{"openid", text}}).dump());
  items.emplace_back(R"({"openid":"oFine"})");
  lookup().group(items);
  const auto rejected = lookup().out("rejected");
  ASSERT_EQ(rejected.size(), odd.size());
  for (std::size_t i = 0; i < odd.size(); ++i) {
    EXPECT_EQ(rejected[i].value, items[i].value);
    EXPECT_EQ(rejected[i].code, "40003");
    EXPECT_GE(api_.times_asked(odd[i]), 1u) << "it arrived as it was";
  }
  EXPECT_EQ(lookup().values("out").size(), 1u);
}

TEST_F(WechatUsersTest, LanguageAndFieldAreOptions) {
  options_["lang"] = "en";
  options_["openid_field"] = "user.id";
  lookup().group({R"({"user":{"id":"oA"}})"});
  std::string profile;
  standins::append_profile("oA", "en", profile);
  EXPECT_EQ(lookup().values("out"), std::vector<std::string>{profile});
}

TEST_F(WechatUsersTest, OneTokenServesAllCalls) {
  for (int i = 0; i < 5; ++i) lookup().group(ids(10));
  EXPECT_EQ(api_.calls(kStableToken), 1u);
  EXPECT_EQ(lookup().counter("token_refreshes"), 1u);
  EXPECT_EQ(lookup().counter("calls"), 6u);
  EXPECT_EQ(api_.stats().connections, 1u);
}

TEST_F(WechatUsersTest, WrongOptionsAreNamed) {
  options_["base_url"] = "api.weixin.qq.com";
  try {
    lookup();
    FAIL();
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.pointer, "/base_url");
  }
}

}  // namespace
}  // namespace weir::wechat
