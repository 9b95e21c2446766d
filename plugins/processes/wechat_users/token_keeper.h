// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace weir::wechat {

/// The access token that all workers of a stage use. Fetched by whoever needs it first, while the others
/// wait; fetched again before it expires, and when WeChat has refused it. Thread-safe.
///
/// A refused token is first asked for once more without force: another process of the same account may have
/// renewed it. Only when that gives the same one is a new one forced, which takes the old one from everybody:
/// at most one in 30 s, as WeChat allows (and 20 a day).
class TokenKeeper {
 public:
  struct Grant {
    std::string token;
    std::chrono::seconds life;
  };
  /// Asks WeChat, with or without force_refresh. Runs without a lock; may wait and throw.
  using Fetch = std::function<Grant(bool force)>;

  /// The token to use now. What `fetch` throws goes to its caller only; the next one who waits tries anew.
  /// Throws weir::Stop when WeChat keeps refusing tokens that it has just issued, and when the pipeline
  /// aborts.
  std::string get(Context& context, const Fetch& fetch);

  /// A call with this token was refused for it.
  void refused(std::string_view token);
  /// A call with this token was not.
  void accepted(std::string_view token);

  /// `text` without the current token, should it stand there.
  std::string redacted(const std::string& text) const;

 private:
  struct Wanted {
    bool force;
    std::chrono::milliseconds not_before;
  };
  Grant run(Context& context, const Fetch& fetch, Wanted wanted);
  void take(const Grant& grant, bool forced, std::chrono::milliseconds now);
  Wanted wanted() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Below: protected by mutex_.
  bool fetching_ = false;
  std::string token_;
  std::chrono::milliseconds renew_at_{0};
  bool refused_ = false;  // token_ was
  bool force_ = false;    // asking without force gave the refused one again
  int forced_in_vain_ = 0;
  std::chrono::milliseconds last_forced_{0};
};

}  // namespace weir::wechat
