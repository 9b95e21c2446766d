// SPDX-License-Identifier: Apache-2.0
#include "control_api.h"

#include <chrono>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "wechat_api.h"

namespace weir::standins {
namespace {

using nlohmann::json;

constexpr char kPrefix[] = "/_control/";

json to_json(const CallStats& stats) {
  return {{"calls", stats.calls},
          {"answers", stats.answers},
          {"ids_asked", stats.ids_asked},
          {"most_ids_in_a_call", stats.most_ids_in_a_call},
          {"in_flight", stats.in_flight},
          {"most_in_flight", stats.most_in_flight},
          {"connections", stats.connections},
          {"tokens_issued", stats.tokens_issued}};
}

Fault fault_of(const json& order) {
  if (order.contains("errcode")) return Fault::errcode(order.at("errcode").get<int>());
  if (order.contains("http_status")) {
    return Fault::http_status(order.at("http_status").get<int>(), order.value("retry_after", std::string()));
  }
  const std::string kind = order.value("kind", std::string());
  if (kind == "close") return Fault::close_connection();
  if (kind == "half") return Fault::half_reply();
  if (kind == "not_json") return Fault::not_json();
  if (kind == "time_out") return Fault::time_out();
  throw std::invalid_argument(
      "expected \"errcode\", \"http_status\" or \"kind\": close, half, not_json or time_out");
}

/// Returns false when there is no such command. Throws on a body that does not fit it.
bool carry_out(WeChatApi& api, const std::string& command, const json& body) {
  if (command == "fail") {
    api.fail_next(body.value("count", std::uint64_t{1}), fault_of(body),
                  body.value("endpoint", std::string(kBatchGet)));
  } else if (command == "clear_faults") {
    api.clear_faults();
  } else if (command == "latency") {
    api.set_latency(std::chrono::milliseconds(body.at("ms").get<std::int64_t>()));
  } else if (command == "limits") {
    if (body.contains("rate_limit")) api.set_rate_limit(body["rate_limit"].get<std::uint64_t>());
    if (body.contains("quota")) api.set_daily_quota(body["quota"].get<std::uint64_t>());
  } else if (command == "advance_clock") {
    api.advance_clock(std::chrono::seconds(body.at("seconds").get<std::int64_t>()));
  } else if (command == "expire_tokens") {
    api.expire_tokens();
  } else if (command == "revoke_tokens") {
    api.revoke_tokens();
  } else if (command == "hold") {
    api.hold();
  } else if (command == "release") {
    api.release();
  } else if (command == "reset_counts") {
    api.reset_counts();
  } else {
    return false;
  }
  return true;
}

HttpReply control_reply(int status, const json& body) {
  HttpReply reply;
  reply.status = status;
  reply.body = body.dump() + "\n";
  return reply;
}

}  // namespace

bool is_control(const HttpRequest& request) {
  return request.path.rfind(kPrefix, 0) == 0;
}

HttpReply answer_control(WeChatApi& api, const HttpRequest& request) {
  const std::string command = request.path.substr(std::strlen(kPrefix));
  if (request.method == "GET" && command == "stats") return control_reply(200, to_json(api.stats()));
  if (request.method != "POST") return control_reply(404, {{"error", "no such command: GET " + command}});
  try {
    const json body = request.body.empty() ? json::object() : json::parse(request.body);
    if (!body.is_object()) return control_reply(400, {{"error", "expected a JSON object"}});
    if (!carry_out(api, command, body)) {
      return control_reply(404, {{"error", "no such command: " + command}});
    }
  } catch (const std::exception& error) {
    return control_reply(400, {{"error", error.what()}});
  }
  return control_reply(200, {{"ok", true}});
}

}  // namespace weir::standins
