// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "http_message.h"

namespace weir::standins {

/// What a stand-in has seen and done since construction or the last reset.
struct CallStats {
  std::map<std::string, std::uint64_t> calls;    ///< by endpoint, failed ones included
  std::map<std::string, std::uint64_t> answers;  ///< by outcome: "ok", "errcode 40003", "http 503",
                                                 ///< "closed", "half", "not json", "gone" (the
                                                 ///< client did not wait)
  std::uint64_t ids_asked = 0;                   ///< ids in calls that got rows or were refused for an id
  std::uint64_t most_ids_in_a_call = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t most_in_flight = 0;  ///< most calls at the same time
  std::uint64_t connections = 0;
  std::uint64_t tokens_issued = 0;
};

/// Counts calls and keeps the latest of them. Thread-safe.
class CallLog {
 public:
  /// A call that is being answered. It ends when `finish` is called, just before the reply is sent:
  /// a client that makes one call after the other is thus never seen making two at once.
  class Call {
   public:
    Call(CallLog& log, const std::string& endpoint, const HttpRequest& request) : log_(log) {
      log_.begin(endpoint, request);
    }
    ~Call() { finish("no answer"); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    void finish(const std::string& outcome) {
      if (!finished_) log_.end(outcome);
      finished_ = true;
    }

   private:
    CallLog& log_;
    bool finished_ = false;
  };

  /// `remember_ids`: whether to count each id apart, which needs memory for each.
  explicit CallLog(bool remember_ids) : remember_ids_(remember_ids) {}

  void asked(const std::vector<std::string>& ids);

  /// Without connections and tokens, which are counted elsewhere.
  CallStats stats() const;
  std::uint64_t calls(const std::string& endpoint) const;
  std::uint64_t times_asked(const std::string& id) const;
  std::unordered_map<std::string, std::uint64_t> ids() const;
  /// The latest requests, oldest first, at most 256.
  std::vector<HttpRequest> last_requests() const;
  void reset();

  /// Waits until so many calls of the endpoint have come in; false when `patience` ran out first.
  bool wait_for_calls(const std::string& endpoint, std::uint64_t count,
                      std::chrono::milliseconds patience) const;
  /// Waits until exactly so many calls are being answered.
  bool wait_for_in_flight(std::uint64_t count, std::chrono::milliseconds patience) const;

 private:
  void begin(const std::string& endpoint, const HttpRequest& request);
  void end(const std::string& outcome);

  const bool remember_ids_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Below: protected by mutex_.
  CallStats stats_;
  std::unordered_map<std::string, std::uint64_t> times_asked_;
  std::deque<HttpRequest> requests_;
};

}  // namespace weir::standins
