// SPDX-License-Identifier: Apache-2.0
#include "http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <istream>
#include <iterator>
#include <ostream>

#include "wechat_endpoints.h"

namespace weir::standins {

int Seen::errcode() const {
  const nlohmann::json message = json();
  return message.is_object() ? message.value("errcode", 0) : 0;
}

HttpClient::HttpClient(std::uint16_t port, std::chrono::milliseconds patience) : session_("127.0.0.1", port) {
  session_.setKeepAlive(true);
  session_.setKeepAliveTimeout(Poco::Timespan(60, 0));
  session_.setTimeout(Poco::Timespan(patience.count() * 1000));
}

Seen HttpClient::call(const std::string& method, const std::string& target, const std::string& body) {
  Seen seen;
  try {
    Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPMessage::HTTP_1_1);
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session_.sendRequest(request) << body << std::flush;
    Poco::Net::HTTPResponse response;
    std::istream& stream = session_.receiveResponse(response);
    seen.status = response.getStatus();
    seen.retry_after = response.get("Retry-After", "");
    seen.body.assign(std::istreambuf_iterator<char>(stream), {});
    seen.whole = static_cast<std::streamsize>(seen.body.size()) == response.getContentLength();
    if (!seen.whole) seen.failure = "half a reply";
  } catch (const Poco::Exception& error) {
    seen.failure = error.displayText();
  }
  if (!seen.whole) session_.reset();
  return seen;
}

std::string HttpClient::token(bool force_refresh) {
  const Seen seen = post(kStableToken, token_request(force_refresh).dump());
  return seen.json().at("access_token").get<std::string>();
}

Seen HttpClient::ask(const std::string& token, const std::vector<std::string>& ids) {
  return post(batchget_target(token), user_list(ids));
}

nlohmann::json token_request(bool force_refresh) {
  return {{"grant_type", "client_credential"},
          {"appid", "wx-standin"},
          {"secret", "standin-secret"},
          {"force_refresh", force_refresh}};
}

std::string user_list(const std::vector<std::string>& ids, const std::string& lang) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& id : ids) list.push_back({{"openid", id}, {"lang", lang}});
  return nlohmann::json{{"user_list", list}}.dump();
}

std::string batchget_target(const std::string& token) {
  return std::string(kBatchGet) + "?access_token=" + token;
}

}  // namespace weir::standins
