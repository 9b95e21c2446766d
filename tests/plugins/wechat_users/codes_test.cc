// SPDX-License-Identifier: Apache-2.0
#include "processes/wechat_users/codes.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::wechat {
namespace {

using namespace std::chrono_literals;
using http::Answer;
using std::chrono::milliseconds;

constexpr milliseconds kNow = 1'700'000'000'000ms;  // 2023-11-15 06:13:20 in Shanghai

Answer answer_to(int code) {
  return judge_users_code(code, "message", kNow).answer;
}

TEST(WechatCodes, TokenCodesAskForAnotherToken) {
  for (const int code : {40001, 40014, 41001, 42001}) EXPECT_TRUE(is_token_code(code)) << code;
  EXPECT_FALSE(is_token_code(40003));
  EXPECT_FALSE(is_token_code(40013));
}

TEST(WechatCodes, EachClassHasItsAnswer) {
  EXPECT_EQ(answer_to(-1), Answer::kRetry);
  EXPECT_EQ(answer_to(45011), Answer::kPause);
  EXPECT_EQ(answer_to(45009), Answer::kPause);
  for (const int code : {40003, 40031}) EXPECT_EQ(answer_to(code), Answer::kSplit) << code;
  EXPECT_EQ(answer_to(45002), Answer::kTooMuch);
  for (const int code : {43002, 44002, 47001, 40066}) EXPECT_EQ(answer_to(code), Answer::kRefuse) << code;
  for (const int code : {40013, 41002, 40164, 48001, 48004, 50002, 61004}) {
    EXPECT_EQ(answer_to(code), Answer::kStop) << code;
  }
  EXPECT_EQ(answer_to(99999), Answer::kRefuse) << "an unknown code goes to the error port";
}

TEST(WechatCodes, AStopSaysWhatToCheck) {
  EXPECT_NE(judge_users_code(40164, "invalid ip", kNow).message.find("whitelist"), std::string::npos);
  EXPECT_NE(judge_users_code(40013, "invalid appid", kNow).message.find("app_id"), std::string::npos);
  EXPECT_NE(judge_token_code(40125, "invalid appsecret", kNow).message.find("secret"), std::string::npos);
  EXPECT_EQ(judge_token_code(40001, "invalid credential", kNow).answer, Answer::kStop)
      << "from the token's own interface it means the secret";
}

TEST(WechatCodes, TheDailyQuotaBeginsAnewAtMidnightInShanghai) {
  EXPECT_EQ(next_quota_reset(kNow), 1'700'064'000'000ms + 5s);  // 2023-11-16 00:00:05
  EXPECT_EQ(judge_users_code(45009, "", kNow).wait, next_quota_reset(kNow) - kNow);
  const milliseconds midnight = 1'700'064'000'000ms;
  EXPECT_EQ(next_quota_reset(midnight), midnight + 24h + 5s);
  EXPECT_EQ(next_quota_reset(midnight - 1ms), midnight + 5s);
}

TEST(WechatCodes, StatusesOfABusyServiceAreRepeatedAndOthersStop) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(judge_status(status, "").answer, Answer::kRetry) << status;
  }
  for (const int status : {301, 400, 401, 404})
    EXPECT_EQ(judge_status(status, "").answer, Answer::kStop) << status;
}

}  // namespace
}  // namespace weir::wechat
