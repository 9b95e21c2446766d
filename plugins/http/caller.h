// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/backoff.h"
#include "http/call_options.h"
#include "http/client.h"
#include "http/endpoint.h"
#include "http/pacer.h"

namespace weir::http {

/// What is to be done after a reply.
enum class Answer {
  kTake,      ///< it is what was asked for
  kSplit,     ///< the call was refused for some of its members: find them
  kTooMuch,   ///< the call was refused as too large: ask for less at once
  kRefuse,    ///< the service will not answer this, however often it is asked
  kNotFound,  ///< the service does not know what was asked for
  kAgain,     ///< the same again at once: what was wrong has been put right
  kRetry,     ///< the same again, later; after `wait` if the service said when
  kPause,     ///< the same again, and no call of any worker for `wait`
  kStop,      ///< no call can succeed: a person must look
};

/// The judgement of one reply.
struct Verdict {
  Answer answer = Answer::kTake;
  std::string code;     ///< short and stable
  std::string message;  ///< one line
  std::optional<std::chrono::milliseconds> wait;
};

/// What the workers of a stage have in common in calling a service. Thread-safe.
class CallerShared {
 public:
  explicit CallerShared(const CallOptions& options)
      : options_(options), pacer_(options.rate_limit.calls, options.rate_limit.every) {}

  const CallOptions& options() const { return options_; }
  Pacer& pacer() { return pacer_; }
  /// Reads the certificates at the first call; null where the endpoint is not secure.
  Poco::Net::Context::Ptr tls(const Endpoint& endpoint);

 private:
  const CallOptions options_;
  Pacer pacer_;
  std::mutex mutex_;
  Poco::Net::Context::Ptr tls_;  // Protected by mutex_.
};

/// Makes calls until their answer is final: keeps to the rate, waits and repeats where that helps. One for a
/// worker; used by its thread, but for interrupt(). Counts `calls`, `retries` and `throttled_ms`.
class Caller {
 public:
  /// Keeps the reference.
  Caller(const Endpoint& endpoint, CallerShared& shared);

  /// Before the first call. Keeps the reference. Reads certificate files; throws std::runtime_error that says
  /// what is wrong with them.
  void start(Context& context);

  /// `make` gives the request anew for each attempt; what it refers to lives until the next one. `judge` sees
  /// each whole reply. The result is kTake, kSplit, kTooMuch, kRefuse, kNotFound, or kRetry: the attempts
  /// are used up, and code and message are those of the last one. Throws weir::Stop for kStop, for a server
  /// that is not trusted, and when the pipeline aborts. `what` names the call in log lines.
  Verdict call(std::string_view what, const std::function<Request()>& make,
               const std::function<Verdict(const Reply&)>& judge);

  /// The call that runs, and all later ones, end by weir::Stop. [any-thread]
  void interrupt() { client_.interrupt(); }

 private:
  Verdict attempt(const std::function<Request()>& make, const std::function<Verdict(const Reply&)>& judge);
  void wait(const Verdict& verdict, std::uint64_t failures, std::string_view what);
  [[noreturn]] static void throw_aborted();

  CallerShared& shared_;
  Client client_;
  Context* context_ = nullptr;
  Backoff backoff_;
  Counter calls_, retries_, throttled_;
};

}  // namespace weir::http
