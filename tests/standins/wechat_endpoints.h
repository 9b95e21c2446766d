// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "call_budget.h"
#include "call_log.h"
#include "http_message.h"
#include "token_office.h"

namespace weir::standins {

inline constexpr char kStableToken[] = "/cgi-bin/stable_token";
inline constexpr char kToken[] = "/cgi-bin/token";
inline constexpr char kBatchGet[] = "/cgi-bin/user/info/batchget";

/// The answers of the WeChat API when nothing is made to fail. The rules (fields, limits, codes)
/// are those of WeChat's documentation of getAccessToken, getStableAccessToken, batchGetUserInfo
/// and its table of global return codes. Where that leaves the order of checks open, it is: token,
/// method, limits, body. Thread-safe.
class WeChatEndpoints {
 public:
  struct Account {
    std::string app_id;
    std::string secret;
  };

  /// Keeps the references; ids asked are counted in `log`.
  WeChatEndpoints(Account account, TokenOffice& tokens, CallBudget& budget, CallLog& log);

  HttpReply stable_token(const HttpRequest& request);
  HttpReply token(const HttpRequest& request);
  HttpReply batchget(const HttpRequest& request);

  /// {"errcode": code, "errmsg": ...} in HTTP 200, with the message that WeChat documents for that
  /// code and, as there, a hint and an id of the request that say nothing of its content.
  HttpReply error(int code);

 private:
  /// The code for what is wrong with the account that a request names, or 0.
  int check_account(std::string_view app_id, std::string_view secret) const;
  int check_access_token(const HttpRequest& request) const;

  const Account account_;
  TokenOffice& tokens_;
  CallBudget& budget_;
  CallLog& log_;
  std::atomic<std::uint64_t> errors_{0};
};

}  // namespace weir::standins
