// SPDX-License-Identifier: Apache-2.0
#include "http/caller.h"

#include <weir/stage.h>

#include <utility>

#include "http/retry_after.h"
#include "http/tls.h"

namespace weir::http {
namespace {

using std::chrono::milliseconds;

/// A service that asks for a longer wait is asked again after this time.
constexpr milliseconds kMostRetryAfter = std::chrono::hours(1);

/// Workers get waits of their own, the same ones in each run.
std::uint64_t seed_of(const weir_place& place) {
  return (std::uint64_t{place.task} << 32 | place.worker) + 1;
}

std::string in_words(milliseconds t) {
  if (t.count() < 10'000) return std::to_string(t.count()) + " ms";
  return std::to_string(t.count() / 1000) + " s";
}

}  // namespace

Poco::Net::Context::Ptr CallerShared::tls(const Endpoint& endpoint) {
  if (!endpoint.secure) return {};
  const std::lock_guard lock(mutex_);
  if (tls_.isNull()) tls_ = load_tls(options_.tls);
  return tls_;
}

Caller::Caller(const Endpoint& endpoint, CallerShared& shared)
    : shared_(shared),
      client_(endpoint, shared.options().timeouts),
      backoff_(shared.options().retry.first, shared.options().retry.most, 0) {}

void Caller::start(Context& context) {
  context_ = &context;
  client_.use(shared_.tls(client_.endpoint()));
  const Retry& retry = shared_.options().retry;
  backoff_ = Backoff(retry.first, retry.most, seed_of(context.place()));
  calls_ = context.counter("calls");
  retries_ = context.counter("retries");
  throttled_ = context.counter("throttled_ms");
}

Verdict Caller::call(std::string_view what, const std::function<Request()>& make,
                     const std::function<Verdict(const Reply&)>& judge) {
  const std::uint64_t most = shared_.options().retry.attempts;
  for (std::uint64_t failures = 0;;) {
    Verdict verdict = attempt(make, judge);
    switch (verdict.answer) {
      case Answer::kStop:
        throw Stop(verdict.code, verdict.message);
      case Answer::kRetry:
        if (++failures == most) {
          verdict.message += " (attempt " + std::to_string(failures) + " of " + std::to_string(most) + ")";
          return verdict;
        }
        break;
      case Answer::kPause:
      case Answer::kAgain:
        break;
      default:
        return verdict;
    }
    retries_.add();
    if (verdict.answer != Answer::kAgain) wait(verdict, failures, what);
  }
}

Verdict Caller::attempt(const std::function<Request()>& make,
                        const std::function<Verdict(const Reply&)>& judge) {
  milliseconds waited{0};
  const bool admitted = shared_.pacer().admit(*context_, waited);
  if (waited.count() != 0) throttled_.add(static_cast<std::uint64_t>(waited.count()));
  if (!admitted) throw_aborted();
  const Request request = make();
  calls_.add();
  try {
    const Reply reply = client_.send(request);
    Verdict verdict = judge(reply);
    const auto asked_for = parse_retry_after(reply.retry_after, context_->now(), kMostRetryAfter);
    if (asked_for && asked_for->count() > 0) verdict.wait = asked_for;
    return verdict;
  } catch (const TransportError& e) {
    using Kind = TransportError::Kind;
    if (e.kind() == Kind::kInterrupted) throw_aborted();
    const Answer answer = e.kind() == Kind::kUntrusted ? Answer::kStop : Answer::kRetry;
    return {answer, std::string(e.code()), e.what(), std::nullopt};
  }
}

void Caller::wait(const Verdict& verdict, std::uint64_t failures, std::string_view what) {
  const milliseconds time = verdict.wait ? *verdict.wait : backoff_.wait(failures);
  context_->warn(std::string(what) + ": " + verdict.message + " [" + verdict.code + "]; again in " +
                 in_words(time));
  if (verdict.wait) {
    // The service has named a time: that goes for all workers.
    shared_.pacer().pause_until(context_->now() + time);
  } else if (!context_->sleep(time)) {
    throw_aborted();
  }
}

void Caller::throw_aborted() {
  throw Stop("aborted", "the pipeline was aborted during a call");
}

}  // namespace weir::http
