// SPDX-License-Identifier: Apache-2.0
// What the WeChat stand-in answers when nothing is made to fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "http_client.h"
#include "wechat_api.h"
#include "wechat_profile.h"

namespace weir::standins {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::string> numbered_ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back("oUser" + std::to_string(i));
  return ids;
}

TEST(WeChatToken, StaysTheSameAndItsTimeRunsDown) {
  WeChatApi api;
  HttpClient client(api.port());
  const json first = client.post(kStableToken, token_request().dump()).json();
  EXPECT_EQ(first.at("expires_in"), 7200);
  api.advance_clock(minutes(10));
  const json second = client.post(kStableToken, token_request().dump()).json();
  EXPECT_EQ(second.at("access_token"), first.at("access_token"));
  EXPECT_LE(second.at("expires_in"), 6600);
  EXPECT_EQ(api.stats().tokens_issued, 1U);
}

TEST(WeChatToken, IsRenewedShortlyBeforeItsEndAndTheOldOneStaysGoodUntilThen) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string old_token = client.token();
  api.advance_clock(hours(2) - minutes(4));
  const std::string new_token = client.token();
  EXPECT_NE(new_token, old_token);
  EXPECT_EQ(client.ask(old_token, {"oA"}).errcode(), 0);
  api.advance_clock(minutes(4));
  EXPECT_EQ(client.ask(old_token, {"oA"}).errcode(), 42001);
  EXPECT_EQ(client.ask(new_token, {"oA"}).errcode(), 0);
}

TEST(WeChatToken, ForcedRefreshInvalidatesTheOldOneButNotTwiceWithinThirtySeconds) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string first = client.token();
  const std::string second = client.token(/*force_refresh=*/true);
  EXPECT_NE(second, first);
  EXPECT_EQ(client.ask(first, {"oA"}).errcode(), 40001);
  EXPECT_EQ(client.ask(second, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.token(/*force_refresh=*/true), second);
  api.advance_clock(seconds(30));
  EXPECT_NE(client.token(/*force_refresh=*/true), second);
}

TEST(WeChatToken, CanBeForcedTwentyTimesADay) {
  WeChatApi api;
  HttpClient client(api.port());
  for (int i = 0; i < 20; ++i) {
    client.token(/*force_refresh=*/true);
    api.advance_clock(seconds(31));
  }
  EXPECT_EQ(client.post(kStableToken, token_request(true).dump()).errcode(), 45009);
  EXPECT_EQ(client.post(kStableToken, token_request(false).dump()).errcode(), 0);
}

TEST(WeChatToken, OfThePlainEndpointIsNewEachTimeAndApartFromTheStableOne) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string stable = client.token();
  const std::string target =
      std::string(kToken) + "?grant_type=client_credential&appid=wx-standin&secret=standin-secret";
  const std::string first = client.get(target).json().at("access_token");
  const std::string second = client.get(target).json().at("access_token");
  EXPECT_NE(first, second);
  EXPECT_EQ(client.ask(first, {"oA"}).errcode(), 0) << "the two overlap";
  api.advance_clock(minutes(6));
  EXPECT_EQ(client.ask(first, {"oA"}).errcode(), 42001);
  EXPECT_EQ(client.ask(second, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.ask(stable, {"oA"}).errcode(), 0);
}

TEST(WeChatToken, IsRefusedToAnAccountThatIsNotTheOne) {
  WeChatApi api;
  HttpClient client(api.port());
  const auto errcode_with = [&](const char* field, const json& value) {
    json request = token_request();
    request[field] = value;
    return client.post(kStableToken, request.dump()).errcode();
  };
  EXPECT_EQ(errcode_with("appid", "wx-other"), 40013);
  EXPECT_EQ(errcode_with("appid", ""), 41002);
  EXPECT_EQ(errcode_with("secret", "wrong"), 40125);
  EXPECT_EQ(errcode_with("secret", nullptr), 41004);
  EXPECT_EQ(errcode_with("grant_type", "password"), 40002);
  EXPECT_EQ(client.get(kStableToken).errcode(), 43002);
  EXPECT_EQ(client.post(kStableToken, "{").errcode(), 47001);
}

TEST(WeChatBatchGet, GivesARowForEachUserInTheOrderAsked) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::vector<std::string> ids = numbered_ids(100);
  const json rows = client.ask(client.token(), ids).json().at("user_info_list");
  ASSERT_EQ(rows.size(), 100U);
  std::set<std::string> unionid_kinds;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(rows[i].at("openid"), ids[i]);
    EXPECT_EQ(rows[i].at("subscribe"), 1);
    EXPECT_EQ(rows[i].at("nickname"), nickname_of(ids[i]));
    EXPECT_TRUE(rows[i].at("tagid_list").is_array());
    EXPECT_TRUE(rows[i].at("subscribe_time").is_number_integer());
    unionid_kinds.insert(rows[i].contains("unionid") ? rows[i]["unionid"].type_name() : "absent");
  }
  EXPECT_THAT(unionid_kinds, testing::UnorderedElementsAre("string", "null", "absent"));
}

TEST(WeChatBatchGet, KnowsOnlyTheIdOfAUserWhoLeft) {
  WeChatApi api;
  HttpClient client(api.port());
  const json reply = client.ask(client.token(), {"oA-gone"}).json();
  EXPECT_EQ(reply.at("user_info_list"), json::parse(R"([{"subscribe":0,"openid":"oA-gone"}])"));
}

TEST(WeChatBatchGet, AnswersInTheLanguageAskedFor) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string target = batchget_target(client.token());
  const auto row = [&](const char* lang) -> json {
    return client.post(target, user_list({"oUser1"}, lang)).json().at("user_info_list").at(0);
  };
  EXPECT_EQ(row("en").at("language"), "en");
  EXPECT_EQ(row("zh_TW").at("language"), "zh_TW");
  EXPECT_EQ(row("").at("language"), "zh_CN");
  EXPECT_NE(row("en"), row("zh_CN"));
}

TEST(WeChatBatchGet, RefusesTheWholeCallForOneInvalidIdAndDoesNotSayWhich) {
  WeChatApi api;
  HttpClient client(api.port());
  std::vector<std::string> ids = numbered_ids(99);
  ids.push_back("bad-one");
  const Seen seen = client.ask(client.token(), ids);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.errcode(), 40003);
  EXPECT_THAT(seen.body, testing::HasSubstr("invalid openid"));
  EXPECT_THAT(seen.body, testing::Not(testing::HasSubstr("bad-one")));
}

TEST(WeChatBatchGet, AnswersIdsOfAnyBytesAsInvalid) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  for (const std::string& id :
       {std::string("o\"quoted'"), std::string("o𠮷😀"), "o" + std::string(10'240, 'x'), std::string(),
        std::string("o\n\t\\"), std::string("o\0x", 3), std::string("oA-bad")}) {
    EXPECT_EQ(client.ask(token, {id}).errcode(), 40003) << id;
    EXPECT_EQ(api.times_asked(id), 1U) << id;
  }
}

TEST(WeChatBatchGet, ReportsWhatIsWrongWithTheCall) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string target = batchget_target(client.token());
  EXPECT_EQ(client.post(kBatchGet, user_list({"oA"})).errcode(), 41001);
  EXPECT_EQ(client.ask("made-up", {"oA"}).errcode(), 40001);
  EXPECT_EQ(client.get(target).errcode(), 43002);
  EXPECT_EQ(client.post(target, "").errcode(), 44002);
  EXPECT_EQ(client.post(target, "{\"user_list\":[").errcode(), 47001);
  EXPECT_EQ(client.post(target, "{}").errcode(), 40031);
  EXPECT_EQ(client.post(target, user_list({})).errcode(), 40031);
  EXPECT_EQ(client.post(target, user_list(numbered_ids(101))).errcode(), 40032);
  EXPECT_EQ(client.get("/cgi-bin/nothing").errcode(), 40066);
}

TEST(WeChatBatchGet, KeepsToTheRateLimitAndTheQuota) {
  WeChatSettings settings;
  settings.rate_limit = 2;
  settings.daily_quota = 3;
  WeChatApi api(settings);
  HttpClient client(api.port());
  const std::string token = client.token();
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.ask(token, {"oB"}).errcode(), 0);
  EXPECT_EQ(client.ask(token, {"oC"}).errcode(), 45011);
  api.advance_clock(minutes(1));
  EXPECT_EQ(client.ask(token, {"oC"}).errcode(), 0);
  EXPECT_EQ(client.ask(token, {"oD"}).errcode(), 45009);
  api.set_daily_quota(0);
  EXPECT_EQ(client.ask(token, {"oD"}).errcode(), 0);
}

TEST(WeChatCounts, TellCallsIdsTokensAndConnections) {
  WeChatApi api;
  HttpClient client(api.port());
  const std::string token = client.token();
  client.ask(token, {"oA", "oB"});
  client.ask(token, {"oA", "bad"});
  const CallStats stats = api.stats();
  EXPECT_EQ(stats.calls.at(kBatchGet), 2U);
  EXPECT_EQ(stats.calls.at(kStableToken), 1U);
  EXPECT_EQ(stats.answers.at("ok"), 2U);
  EXPECT_EQ(stats.answers.at("errcode 40003"), 1U);
  EXPECT_EQ(stats.ids_asked, 4U);
  EXPECT_EQ(stats.most_ids_in_a_call, 2U);
  EXPECT_EQ(stats.most_in_flight, 1U);
  EXPECT_EQ(stats.connections, 1U) << "the connection is kept";
  EXPECT_EQ(stats.tokens_issued, 1U);
  EXPECT_EQ(api.times_asked("oA"), 2U);
  EXPECT_EQ(api.times_asked("oB"), 1U);

  const std::vector<HttpRequest> requests = api.last_requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[1].method, "POST");
  EXPECT_EQ(requests[1].path, kBatchGet);
  EXPECT_EQ(requests[1].query.at("access_token"), token);
  EXPECT_EQ(requests[1].header("content-length"), std::to_string(requests[1].body.size()));
  EXPECT_EQ(requests[1].body, user_list({"oA", "oB"}));

  api.reset_counts();
  EXPECT_EQ(api.calls(kBatchGet), 0U);
  EXPECT_TRUE(api.last_requests().empty());
}

}  // namespace
}  // namespace weir::standins
