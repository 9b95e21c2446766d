// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPClientSession.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weir::standins {

/// What a client saw of one call.
struct Seen {
  int status = 0;       ///< 0: no reply
  std::string body;     ///< as far as it came
  bool whole = false;   ///< the body was as long as announced
  std::string failure;  ///< when there was no whole reply: what the client was told
  std::string retry_after;

  nlohmann::json json() const { return nlohmann::json::parse(body); }
  /// The "errcode" of the body, 0 without one.
  int errcode() const;
};

/// A client of a stand-in, with one connection that is kept. For one thread.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, std::chrono::milliseconds patience = std::chrono::seconds(30));

  Seen get(const std::string& target) { return call("GET", target, {}); }
  Seen post(const std::string& target, const std::string& body) { return call("POST", target, body); }
  Seen call(const std::string& method, const std::string& target, const std::string& body);

  /// A stable token of the default account.
  std::string token(bool force_refresh = false);
  /// Asks batchget for these ids.
  Seen ask(const std::string& token, const std::vector<std::string>& ids);

 private:
  Poco::Net::HTTPClientSession session_;
};

/// The default account's request for a stable token.
nlohmann::json token_request(bool force_refresh = false);
/// The body that asks batchget for these ids.
std::string user_list(const std::vector<std::string>& ids, const std::string& lang = "zh_CN");
std::string batchget_target(const std::string& token);

}  // namespace weir::standins
