// SPDX-License-Identifier: Apache-2.0
#include "wechat_endpoints.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "wechat_profile.h"

namespace weir::standins {
namespace {

using nlohmann::json;

constexpr std::size_t kMostIdsInACall = 100;
// WeChat names no figure for this call; the code exists for "content size out of limit".
constexpr std::size_t kLongestBody = 8 * 1024 * 1024;

std::string_view message_of(int code) {
  static constexpr std::array<std::pair<int, std::string_view>, 27> kMessages = {{
      {-1, "system error"},
      {40001, "invalid credential, access_token is invalid or not latest"},
      {40002, "invalid grant_type"},
      {40003, "invalid openid"},
      {40013, "invalid appid"},
      {40014, "invalid access_token"},
      {40031, "invalid openid list"},
      {40032, "invalid openid list size"},
      {40066, "invalid url"},
      {40125, "invalid appsecret"},
      {40164, "invalid ip, not in whitelist"},
      {41001, "access_token missing"},
      {41002, "appid missing"},
      {41004, "appsecret missing"},
      {42001, "access_token expired"},
      {43001, "require GET method"},
      {43002, "require POST method"},
      {44002, "empty post data"},
      {45002, "content size out of limit"},
      {45009, "reach max api daily quota limit"},
      {45011, "api minute-quota reach limit, must slower, retry next minute"},
      {47001, "data format error"},
      {48001, "api unauthorized"},
      {48004, "api forbidden for irregularities"},
      {50002, "user limited"},
      {61004, "access clientip is not registered"},
      {61007, "api is unauthorized to component"},
  }};
  const auto* found = std::find_if(kMessages.begin(), kMessages.end(),
                                   [&](const auto& entry) { return entry.first == code; });
  return found == kMessages.end() ? "error" : found->second;
}

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string query_at(const HttpRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

HttpReply grant_reply(const TokenOffice::Grant& grant) {
  HttpReply reply;
  reply.body = json{{"access_token", grant.token}, {"expires_in", grant.expires_in.count()}}.dump();
  return reply;
}

struct AskedUser {
  std::string openid;
  std::string lang;
};

/// The users that a body asks for. Returns the code for what is wrong with it, or 0.
int read_user_list(const std::string& body, std::vector<AskedUser>& users) {
  if (body.empty()) return 44002;
  if (body.size() > kLongestBody) return 45002;
  const json message = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) return 47001;
  const auto list = message.find("user_list");
  if (list == message.end() || !list->is_array() || list->empty()) return 40031;
  if (list->size() > kMostIdsInACall) return 40032;
  users.reserve(list->size());
  for (const json& entry : *list) {
    if (!entry.is_object()) return 40031;
    users.push_back({text_at(entry, "openid"), text_at(entry, "lang")});
  }
  return 0;
}

}  // namespace

WeChatEndpoints::WeChatEndpoints(Account account, TokenOffice& tokens, CallBudget& budget, CallLog& log)
    : account_(std::move(account)), tokens_(tokens), budget_(budget), log_(log) {}

HttpReply WeChatEndpoints::stable_token(const HttpRequest& request) {
  if (request.method != "POST") return error(43002);
  if (request.body.empty()) return error(44002);
  const json message = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) return error(47001);
  if (text_at(message, "grant_type") != "client_credential") return error(40002);
  const int wrong = check_account(text_at(message, "appid"), text_at(message, "secret"));
  if (wrong != 0) return error(wrong);
  const auto force = message.find("force_refresh");
  const auto grant = tokens_.stable(force != message.end() && *force == true);
  return grant ? grant_reply(*grant) : error(45009);
}

HttpReply WeChatEndpoints::token(const HttpRequest& request) {
  if (request.method != "GET") return error(43001);
  if (query_at(request, "grant_type") != "client_credential") return error(40002);
  const int wrong = check_account(query_at(request, "appid"), query_at(request, "secret"));
  if (wrong != 0) return error(wrong);
  return grant_reply(tokens_.plain());
}

HttpReply WeChatEndpoints::batchget(const HttpRequest& request) {
  if (const int wrong = check_access_token(request)) return error(wrong);
  if (request.method != "POST") return error(43002);
  switch (budget_.take()) {
    case CallBudget::Verdict::kMinuteSpent:
      return error(45011);
    case CallBudget::Verdict::kDaySpent:
      return error(45009);
    case CallBudget::Verdict::kAllowed:
      break;
  }
  std::vector<AskedUser> users;
  if (const int wrong = read_user_list(request.body, users)) return error(wrong);

  std::vector<std::string> ids;
  ids.reserve(users.size());
  for (const AskedUser& user : users) ids.push_back(user.openid);
  log_.asked(ids);

  HttpReply reply;
  reply.body.reserve(64 + users.size() * 512);
  reply.body = "{\"user_info_list\":[";
  for (const AskedUser& user : users) {
    if (kind_of_id(user.openid) == IdKind::kRefused) return error(40003);
    if (reply.body.back() != '[') reply.body += ',';
    append_profile(user.openid, user.lang, reply.body);
  }
  reply.body += "]}";
  return reply;
}

HttpReply WeChatEndpoints::error(int code) {
  const std::uint64_t serial = ++errors_;
  HttpReply reply;
  reply.body = json{{"errcode", code},
                    {"errmsg", std::string(message_of(code)) + " hint: [standin-" + std::to_string(serial) +
                                   "] rid: " + std::to_string(serial)}}
                   .dump();
  return reply;
}

int WeChatEndpoints::check_account(std::string_view app_id, std::string_view secret) const {
  if (app_id.empty()) return 41002;
  if (secret.empty()) return 41004;
  if (app_id != account_.app_id) return 40013;
  return secret == account_.secret ? 0 : 40125;
}

int WeChatEndpoints::check_access_token(const HttpRequest& request) const {
  const std::string token = query_at(request, "access_token");
  if (token.empty()) return 41001;
  switch (tokens_.state_of(token)) {
    case TokenOffice::State::kGood:
      return 0;
    case TokenOffice::State::kExpired:
      return 42001;
    case TokenOffice::State::kUnknown:
      break;
  }
  return 40001;
}

}  // namespace weir::standins
