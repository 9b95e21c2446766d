// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "stand_in_clock.h"

namespace weir::standins {

/// Issues access tokens and knows which are good, by WeChat's rules for /cgi-bin/stable_token and
/// /cgi-bin/token. The tokens of the two are apart: renewing one leaves the other alone.
/// Thread-safe.
class TokenOffice {
 public:
  struct Grant {
    std::string token;
    std::chrono::seconds expires_in;
  };
  enum class State { kGood, kExpired, kUnknown };

  /// Keeps a reference to the clock.
  TokenOffice(const StandInClock& clock, std::chrono::seconds life);

  /// The stable token: the same on each call, with less time left, until 5 minutes before its end
  /// (a tenth of its life, for shorter ones); then a new one, and the old stays good to its end.
  /// With `force_refresh` a new one at once, and the old is no longer known; but within 30 s of
  /// the last forced refresh it is the same one again, and nothing after 20 of them in a day.
  std::optional<Grant> stable(bool force_refresh);
  /// The plain token: a new one on each call; the one before is good for 5 minutes more.
  Grant plain();

  State state_of(const std::string& token) const;

  /// Life of the tokens issued from now on.
  void set_life(std::chrono::seconds life);
  /// All tokens issued so far are expired (42001).
  void expire_all();
  /// All tokens issued so far are unknown (40001): somebody else has forced a refresh.
  void revoke_all();

  std::uint64_t issued() const;

 private:
  using TimePoint = StandInClock::TimePoint;

  Grant issue();
  Grant grant_of(const std::string& token) const;

  const StandInClock& clock_;
  const std::string series_;  // Tokens of another stand-in are unknown to this one.

  mutable std::mutex mutex_;
  // Below: protected by mutex_.
  std::chrono::seconds life_;
  std::unordered_map<std::string, TimePoint> ends_;
  std::string stable_token_;
  std::string plain_token_;
  std::uint64_t issued_ = 0;
  std::optional<TimePoint> last_forced_;
  TimePoint forced_day_start_{};
  unsigned forced_today_ = 0;
};

}  // namespace weir::standins
