// SPDX-License-Identifier: Apache-2.0
#include "wechat_api.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control_api.h"

namespace weir::standins {
namespace {

std::string endpoint_of(const std::string& path) {
  for (const char* endpoint : {kStableToken, kToken, kBatchGet, kLookup}) {
    if (path == endpoint) return endpoint;
  }
  if (path.rfind(kSingle, 0) == 0 && path[std::strlen(kSingle)] == '/') return kSingle;
  return "unknown";
}

/// How a reply is counted.
std::string outcome_of(const HttpReply& reply) {
  if (reply.status != 200) return "http " + std::to_string(reply.status);
  if (reply.body.rfind("{\"errcode\":", 0) != 0) return "ok";
  const auto message = nlohmann::json::parse(reply.body);
  return "errcode " + std::to_string(message.at("errcode").get<int>());
}

}  // namespace

WeChatApi::WeChatApi(WeChatSettings settings)
    : latency_ms_(settings.latency.count()),
      tokens_(clock_, settings.token_life),
      budget_(clock_, settings.rate_limit, settings.daily_quota),
      log_(settings.remember_ids),
      wechat_({std::move(settings.app_id), std::move(settings.secret)}, tokens_, budget_, log_),
      server_([this](Exchange& exchange) { serve(exchange); }) {
  server_.start(settings.port);
}

WeChatApi::~WeChatApi() {
  stop();
}

void WeChatApi::stop() {
  gate_.shut_down();
  server_.stop();
}

void WeChatApi::start() {
  stop();
  gate_.restart();
  server_.start(server_.port());
}

std::string WeChatApi::url() const {
  return "http://127.0.0.1:" + std::to_string(port());
}

void WeChatApi::fail_next(std::uint64_t calls, Fault fault, std::string endpoint) {
  faults_.add(calls, std::move(fault), std::move(endpoint));
}

CallStats WeChatApi::stats() const {
  CallStats stats = log_.stats();
  stats.connections = server_.connections_opened();
  stats.tokens_issued = tokens_.issued();
  return stats;
}

void WeChatApi::serve(Exchange& exchange) {
  const HttpRequest& request = exchange.request();
  if (is_control(request)) {
    exchange.send(answer_control(*this, request));
    return;
  }
  const std::string endpoint = endpoint_of(request.path);
  CallLog::Call call(log_, endpoint, request);
  const std::optional<Fault> fault = faults_.take(endpoint);

  const int client = exchange.client_socket();
  Gate::Outcome waited = gate_.pause(client, std::chrono::milliseconds(latency_ms_.load()));
  if (waited == Gate::Outcome::kGoOn && fault && fault->kind == Fault::Kind::kTimeOut) {
    waited = gate_.stall(client);
  }
  if (waited == Gate::Outcome::kGoOn) waited = gate_.pass(client);
  if (waited != Gate::Outcome::kGoOn) {
    call.finish("gone");
    exchange.drop();
    return;
  }
  if (fault && fault->kind == Fault::Kind::kClose) {
    call.finish("closed");
    exchange.drop();
    return;
  }
  const HttpReply reply = fault ? failed_answer(*fault, request) : answer(request);
  if (fault && fault->kind == Fault::Kind::kHalfReply) {
    call.finish("half");
    exchange.send_half(reply);
    return;
  }
  call.finish(fault && fault->kind == Fault::Kind::kNotJson ? "not json" : outcome_of(reply));
  exchange.send(reply);
}

HttpReply WeChatApi::answer(const HttpRequest& request) {
  const std::string endpoint = endpoint_of(request.path);
  if (endpoint == kBatchGet) return wechat_.batchget(request);
  if (endpoint == kStableToken) return wechat_.stable_token(request);
  if (endpoint == kToken) return wechat_.token(request);
  if (endpoint == kLookup) return answer_lookup(request, log_);
  if (endpoint == kSingle) return answer_single(request, log_);
  return wechat_.error(40066);
}

HttpReply WeChatApi::failed_answer(const Fault& fault, const HttpRequest& request) {
  HttpReply reply;
  switch (fault.kind) {
    case Fault::Kind::kErrcode:
      return wechat_.error(fault.code);
    case Fault::Kind::kHttpStatus:
      reply.status = fault.code;
      reply.content_type = "text/plain";
      reply.body = "the stand-in was told to fail\n";
      if (!fault.retry_after.empty()) reply.headers.emplace_back("Retry-After", fault.retry_after);
      return reply;
    case Fault::Kind::kNotJson:
      reply.content_type = "text/html";
      reply.body = "<html><body>Bad gateway</body></html>\n";
      return reply;
    case Fault::Kind::kHalfReply:
    case Fault::Kind::kTimeOut:
    case Fault::Kind::kClose:
      break;
  }
  return answer(request);
}

}  // namespace weir::standins
