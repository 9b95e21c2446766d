// SPDX-License-Identifier: Apache-2.0
#include "limit_lookup_api.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <istream>
#include <ostream>
#include <stdexcept>

namespace weir::bench {

void append_quoted(std::string_view text, std::string& to) {
  to += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

void Api::post(const std::string& target, const std::string& body) {
  using namespace Poco::Net;
  HTTPRequest request(HTTPRequest::HTTP_POST, target, HTTPMessage::HTTP_1_1);
  request.setContentType("application/json");
  request.setContentLength64(static_cast<Poco::Int64>(body.size()));
  session_.sendRequest(request) << body << std::flush;
  HTTPResponse response;
  std::istream& from = session_.receiveResponse(response);
  if (response.getStatus() != HTTPResponse::HTTP_OK) throw std::runtime_error("HTTP " + response.getReason());
  reply_ = simdjson::padded_string(static_cast<std::size_t>(response.getContentLength64()));
  from.read(reply_.data(), static_cast<std::streamsize>(reply_.size()));
}

std::string Api::fetch_token(const Account& account) {
  std::string body = R"({"grant_type":"client_credential","appid":)";
  append_quoted(account.app_id, body);
  body += R"(,"secret":)";
  append_quoted(account.secret, body);
  post("/cgi-bin/stable_token", body + "}");
  auto document = parser_.iterate(reply_);
  return std::string(std::string_view(document["access_token"]));
}

/// False when the call is refused for an id.
bool Api::ask(const std::string& token, std::span<const std::string> ids, std::vector<User>& users) {
  std::string body = R"({"user_list":[)";
  for (const auto& id : ids) {
    body += body.back() == '[' ? R"({"openid":)" : R"(,{"openid":)";
    append_quoted(id, body);
    body += R"(,"lang":"zh_CN"})";
  }
  post("/cgi-bin/user/info/batchget?access_token=" + token, body + "]}");
  simdjson::ondemand::document document = parser_.iterate(reply_);
  for (auto field : document.get_object()) {
    const std::string_view name = field.unescaped_key();
    if (name == "errcode") {
      if (std::int64_t(field.value()) != 40003) throw std::runtime_error("the API refuses: " + body);
      return false;
    }
    if (name != "user_info_list") continue;
    for (auto row : field.value().get_array()) {
      User user = read_user(row);
      if (user.numbers[User::kSubscribe] != 0) users.push_back(std::move(user));
    }
  }
  return true;
}

/// `ids` were refused: there is at least one bad one among them.
void Api::halve(const std::string& token, std::span<const std::string> ids, std::vector<User>& users,
                const std::function<void(const std::string&)>& reject) {
  if (ids.size() == 1) return reject(ids.front());
  const auto left = ids.first((ids.size() + 1) / 2);
  const auto right = ids.subspan(left.size());
  const bool left_good = ask(token, left, users);
  if (!left_good) halve(token, left, users, reject);
  // With a good left half the right one must be bad, which need not be asked.
  if (left_good || !ask(token, right, users)) halve(token, right, users, reject);
}

void Api::look_up(const std::string& token, std::span<const std::string> ids, std::vector<User>& users,
                  const std::function<void(const std::string&)>& reject) {
  if (!ask(token, ids, users)) halve(token, ids, users, reject);
}

}  // namespace weir::bench
