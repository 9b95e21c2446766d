// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "call_budget.h"
#include "call_log.h"
#include "fault.h"
#include "gate.h"
#include "lookup_endpoints.h"
#include "loopback_server.h"
#include "stand_in_clock.h"
#include "token_office.h"
#include "wechat_endpoints.h"

namespace weir::standins {

struct WeChatSettings {
  std::string app_id = "wx-standin";
  std::string secret = "standin-secret";
  std::uint16_t port = 0;  ///< 0: any free one
  std::chrono::milliseconds latency{0};
  std::chrono::seconds token_life{7200};
  std::uint64_t rate_limit = 0;   ///< calls of batchget a minute; 0: no limit
  std::uint64_t daily_quota = 0;  ///< calls of batchget a day; 0: no limit
  bool remember_ids = true;       ///< count each id apart; off for long runs
};

/// A WeChat API on a loopback port, served from this process, that can be made to fail in every way
/// the real one does. Serves, besides WeChat's endpoints, the plain lookup API of
/// lookup_endpoints.h and the control API of control_api.h. Which ids are refused, and what is known
/// of the others, is said in wechat_profile.h.
///
/// Construction starts it and throws Poco::Exception when the port cannot be had. All members are
/// thread-safe but stop and start, which belong to one thread that no other works beside.
class WeChatApi {
 public:
  explicit WeChatApi(WeChatSettings settings = {});
  ~WeChatApi();
  WeChatApi(const WeChatApi&) = delete;
  WeChatApi& operator=(const WeChatApi&) = delete;

  /// Closes the port and all connections: the service is down. Tokens and counts stay.
  void stop();
  /// Opens the same port again.
  void start();

  std::uint16_t port() const { return server_.port(); }
  /// "http://127.0.0.1:PORT", without a slash at the end.
  std::string url() const;

  void set_latency(std::chrono::milliseconds latency) { latency_ms_ = latency.count(); }
  void set_token_life(std::chrono::seconds life) { tokens_.set_life(life); }
  void set_rate_limit(std::uint64_t calls_a_minute) { budget_.set_per_minute(calls_a_minute); }
  void set_daily_quota(std::uint64_t calls_a_day) { budget_.set_per_day(calls_a_day); }
  /// Tokens grow older and limits renew as if that time had passed. Latencies are not affected.
  void advance_clock(std::chrono::milliseconds by) { clock_.advance(by); }
  void expire_tokens() { tokens_.expire_all(); }
  void revoke_tokens() { tokens_.revoke_all(); }

  /// The next `calls` calls of `endpoint` fail so. `endpoint` is kStableToken, kToken, kBatchGet,
  /// kSingle or kLookup; empty is any of them. Orders for one endpoint are met in turn.
  void fail_next(std::uint64_t calls, Fault fault, std::string endpoint = kBatchGet);
  void clear_faults() { faults_.clear(); }

  /// Holds all answers back until `release`, which also lets go the calls that time out.
  void hold() { gate_.close(); }
  /// Answers so many more calls, and then holds.
  void hold_after(std::uint64_t calls) { gate_.close_after(calls); }
  void release() { gate_.open(); }

  CallStats stats() const;
  std::uint64_t calls(const std::string& endpoint) const { return log_.calls(endpoint); }
  /// How often the id was in a call that got rows or was refused for an id.
  std::uint64_t times_asked(const std::string& id) const { return log_.times_asked(id); }
  std::unordered_map<std::string, std::uint64_t> asked_ids() const { return log_.ids(); }
  /// The latest requests, oldest first, at most 256.
  std::vector<HttpRequest> last_requests() const { return log_.last_requests(); }
  /// Counts and requests start anew; connections, tokens, faults and settings stay.
  void reset_counts() { log_.reset(); }

  /// Waits until so many calls have come in; false when `patience` ran out first.
  bool wait_for_calls(const std::string& endpoint, std::uint64_t count,
                      std::chrono::milliseconds patience = std::chrono::seconds(30)) const {
    return log_.wait_for_calls(endpoint, count, patience);
  }
  /// Waits until exactly so many calls have come in and are not answered yet.
  bool wait_for_in_flight(std::uint64_t count,
                          std::chrono::milliseconds patience = std::chrono::seconds(30)) const {
    return log_.wait_for_in_flight(count, patience);
  }

 private:
  void serve(Exchange& exchange);
  HttpReply answer(const HttpRequest& request);
  HttpReply failed_answer(const Fault& fault, const HttpRequest& request);

  std::atomic<std::chrono::milliseconds::rep> latency_ms_;
  StandInClock clock_;
  TokenOffice tokens_;
  CallBudget budget_;
  CallLog log_;
  WeChatEndpoints wechat_;
  FaultScript faults_;
  Gate gate_;
  LoopbackServer server_;
};

}  // namespace weir::standins
