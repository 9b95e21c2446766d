// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limit_user.h"

namespace weir::bench {

/// Where WeChat's API is, and whose users are asked for.
struct Account {
  std::string host;
  std::uint16_t port;
  std::string app_id, secret;
};

/// One worker's connection to WeChat's API.
class Api {
 public:
  explicit Api(const Account& account) : session_(account.host, account.port) { session_.setKeepAlive(true); }

  std::string fetch_token(const Account& account);

  /// Looks up to 100 ids up; a refused call is halved until the bad ids are found. Appends the rows of those
  /// who follow, and calls `reject` for each id that is refused.
  void look_up(const std::string& token, std::span<const std::string> ids, std::vector<User>& users,
               const std::function<void(const std::string&)>& reject);

 private:
  bool ask(const std::string& token, std::span<const std::string> ids, std::vector<User>& users);
  void halve(const std::string& token, std::span<const std::string> ids, std::vector<User>& users,
             const std::function<void(const std::string&)>& reject);
  void post(const std::string& target, const std::string& body);

  Poco::Net::HTTPClientSession session_;
  simdjson::ondemand::parser parser_;
  simdjson::padded_string reply_;
};

/// Text as a JSON string, quotes included.
void append_quoted(std::string_view text, std::string& to);

}  // namespace weir::bench
