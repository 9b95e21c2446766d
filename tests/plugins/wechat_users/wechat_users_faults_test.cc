// SPDX-License-Identifier: Apache-2.0
//
// What becomes of calls that fail. Waits are those of a clock that jumps.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lookup_fixture.h"
#include "processes/wechat_users/codes.h"

namespace weir::wechat {
namespace {

using namespace std::chrono_literals;
using standins::Fault;
using standins::kBatchGet;
using standins::kStableToken;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(WechatUsersTest, PassingTroubleIsRepeatedUntilItIsOver) {
  const std::vector<Fault> faults = {Fault::errcode(-1),      Fault::http_status(500),
                                     Fault::http_status(502), Fault::close_connection(),
                                     Fault::half_reply(),     Fault::not_json()};
  for (const Fault& fault : faults) {
    api_.fail_next(2, fault);
    lookup().group(ids(3));
    EXPECT_EQ(lookup().values("out").size(), 3u);
  }
  EXPECT_GE(lookup().counter("retries"), 2 * faults.size() - 1)
      << "a kept-alive connection that was closed may be opened anew at once";
}

TEST_F(WechatUsersTest, ACallThatTimesOutIsRepeated) {
  options_["timeouts"] = {{"connect", 1000}, {"request", 50}};
  lookup().group(ids(1));  // connection and token
  api_.fail_next(1, Fault::time_out());
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 4u);
}

TEST_F(WechatUsersTest, UsedUpAttemptsSendTheRecordsToTheErrorPortWithTheLastReason) {
  options_["retry"] = {{"attempts", 3}, {"first", 10}, {"most", 100}};
  api_.fail_next(3, Fault::http_status(503));
  lookup().group(ids(100));
  const auto errors = lookup().errors();
  ASSERT_EQ(errors.size(), 100u);
  EXPECT_EQ(errors[0].code, "http_503");
  EXPECT_TRUE(contains(errors[0].message, "attempt 3 of 3")) << errors[0].message;
  EXPECT_EQ(api_.calls(kBatchGet), 3u);
}

TEST_F(WechatUsersTest, AFailureThatIsOverDoesNotTakeTheRestOfTheGroupAlong) {
  options_["retry"] = {{"attempts", 1}, {"first", 10}, {"most", 100}};
  api_.fail_next(1, Fault::errcode(-1));
  lookup().group(ids(150));
  EXPECT_EQ(lookup().errors().size(), 100u);
  EXPECT_EQ(lookup().values("out").size(), 50u);
}

TEST_F(WechatUsersTest, AnExpiredTokenIsRenewedWithinTheCall) {
  lookup().group(ids(1));
  api_.expire_tokens();
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 4u);
  api_.revoke_tokens();
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_TRUE(lookup().errors().empty());
}

TEST_F(WechatUsersTest, ATokenIsFetchedAnewBeforeItsEnd) {
  lookup().group(ids(1));
  lookup().advance(7000s);
  api_.advance_clock(7000s);
  lookup().group(ids(1));
  EXPECT_EQ(api_.calls(kStableToken), 2u);
  EXPECT_EQ(api_.stats().answers["errcode 42001"], 0u);
}

TEST_F(WechatUsersTest, TokensThatAreRefusedWithoutEndStopThePipeline) {
  for (const int code : {40001, 40014, 42001}) api_.fail_next(100, Fault::errcode(code));
  try {
    lookup().group(ids(3));
    FAIL();
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "token_refused");
  }
  EXPECT_TRUE(lookup().values("out").empty());
}

TEST_F(WechatUsersTest, TheLimitOfAMinuteHoldsTheCallsBack) {
  api_.fail_next(2, Fault::errcode(45011));
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_GE(lookup().counter("throttled_ms"), 20'000u);
  EXPECT_EQ(lookup().counter("splits"), 0u);
}

TEST_F(WechatUsersTest, TheQuotaOfADayIsWaitedForUntilMidnightInShanghai) {
  const auto midnight = next_quota_reset(lookup().clock().now());
  api_.fail_next(1, Fault::errcode(45009));
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_EQ(lookup().clock().now(), midnight);
}

TEST_F(WechatUsersTest, AnAbortEndsTheWaitForTheQuota) {
  lookup().group(ids(1));
  api_.fail_next(1, Fault::errcode(45009));
  api_.hold();
  std::thread other([&] {
    EXPECT_TRUE(api_.wait_for_in_flight(1));
    lookup().abort();
    api_.release();
  });
  try {
    lookup().group(ids(3));
    ADD_FAILURE() << "it went on";
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "aborted");
  }
  other.join();
}

TEST_F(WechatUsersTest, RetryAfterIsHonoured) {
  const auto begin = lookup().clock().now();
  api_.fail_next(1, Fault::http_status(503, "90"));
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
  EXPECT_EQ(lookup().clock().now() - begin, 90s);
}

TEST_F(WechatUsersTest, ARateLimitIsKept) {
  options_["rate_limit"] = {{"calls", 2}, {"every", 1000}};
  const auto begin = lookup().clock().now();
  lookup().group(ids(900));  // 9 calls and one for the token
  EXPECT_EQ(lookup().values("out").size(), 900u);
  EXPECT_EQ(lookup().clock().now() - begin, 4s);
}

TEST_F(WechatUsersTest, ARequestThatWeChatDoesNotUnderstandGoesToTheErrorPort) {
  for (const int code : {43002, 44002, 47001, 40066, 12345}) {
    api_.fail_next(1, Fault::errcode(code));
    lookup().group(ids(2));
    const auto errors = lookup().errors();
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0].code, std::to_string(code));
  }
}

TEST_F(WechatUsersTest, ACallThatIsTooLargeIsHalvedAndNobodyIsBlamed) {
  api_.fail_next(1, Fault::errcode(45002));
  lookup().group(ids(100));
  EXPECT_EQ(lookup().values("out").size(), 100u);
  EXPECT_TRUE(lookup().values("rejected").empty());
  EXPECT_EQ(api_.calls(kBatchGet), 3u);
}

TEST_F(WechatUsersTest, WrongSettingsStopThePipelineAndSayWhatToCheck) {
  const std::vector<std::pair<int, std::string>> cases = {{40164, "whitelist"},
                                                          {48001, "permission"},
                                                          {48004, "notices"},
                                                          {50002, "restricted"},
                                                          {61004, "whitelist"}};
  for (const auto& [code, advice] : cases) {
    api_.fail_next(1, Fault::errcode(code));
    try {
      lookup().group(ids(2));
      ADD_FAILURE() << code;
    } catch (const weir::testing::PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      EXPECT_EQ(e.code, std::to_string(code));
      EXPECT_TRUE(contains(e.what(), advice)) << e.what();
    }
  }
  EXPECT_TRUE(lookup().values("out").empty());
}

TEST_F(WechatUsersTest, AWrongSecretStopsAndIsNotPrinted) {
  options_["secret"] = "hunter2";
  try {
    lookup().group(ids(2));
    FAIL();
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "40125");
    EXPECT_TRUE(contains(e.what(), "check the option secret")) << e.what();
    EXPECT_FALSE(contains(e.what(), "hunter2"));
  }
  EXPECT_EQ(api_.calls(kStableToken), 1u);
}

TEST_F(WechatUsersTest, AWrongAppIdStops) {
  options_["app_id"] = "wx-other";
  try {
    lookup().group(ids(2));
    FAIL();
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.code, "40013");
    EXPECT_TRUE(contains(e.what(), "app_id")) << e.what();
  }
}

TEST_F(WechatUsersTest, TroubleWithTheTokenIsRepeatedToo) {
  api_.fail_next(1, Fault::errcode(-1), kStableToken);
  api_.fail_next(1, Fault::not_json(), kStableToken);
  api_.fail_next(1, Fault::half_reply(), kStableToken);
  lookup().group(ids(3));
  EXPECT_EQ(lookup().values("out").size(), 3u);
}

TEST_F(WechatUsersTest, WithoutATokenTheRecordsGoToTheErrorPortWhenAttemptsAreUsedUp) {
  options_["retry"] = {{"attempts", 2}, {"first", 10}, {"most", 100}};
  api_.fail_next(2, Fault::http_status(502), kStableToken);
  lookup().group(ids(3));
  const auto errors = lookup().errors();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_TRUE(contains(errors[0].message, "no access token")) << errors[0].message;
}

TEST_F(WechatUsersTest, TheServiceMayBeDownAtTheStartAndInTheMiddle) {
  api_.stop();
  options_["retry"] = {{"attempts", 2}, {"first", 10}, {"most", 100}};
  lookup().group(ids(2));
  const auto errors = lookup().errors();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].code, "connect");
  api_.start();
  lookup().group(ids(2));
  EXPECT_EQ(lookup().values("out").size(), 2u);
}

TEST_F(WechatUsersTest, NeitherTokenNorSecretIsEverLogged) {
  api_.fail_next(2, Fault::errcode(40001));
  api_.fail_next(2, Fault::http_status(500));
  api_.fail_next(1, Fault::close_connection());
  lookup().group(ids(2));
  std::string token;
  for (const auto& request : api_.last_requests()) {
    if (const auto found = request.query.find("access_token"); found != request.query.end())
      token = found->second;
  }
  ASSERT_FALSE(token.empty());
  const auto lines = lookup().log_lines();
  EXPECT_FALSE(lines.empty());
  for (const auto& line : lines) {
    EXPECT_FALSE(contains(line, token)) << line;
    EXPECT_FALSE(contains(line, "standin-secret")) << line;
  }
}

}  // namespace
}  // namespace weir::wechat
