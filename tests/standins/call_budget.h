// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "stand_in_clock.h"

namespace weir::standins {

/// How many calls are allowed a minute and a day. A minute, and a day, begins with the first call
/// after the last one ended. Refused calls cost nothing. Thread-safe.
class CallBudget {
 public:
  enum class Verdict { kAllowed, kMinuteSpent, kDaySpent };

  /// Keeps a reference to the clock. A limit of 0 is none.
  CallBudget(const StandInClock& clock, std::uint64_t per_minute, std::uint64_t per_day)
      : clock_(clock), minute_{std::chrono::minutes(1), per_minute}, day_{std::chrono::hours(24), per_day} {}

  Verdict take() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    if (day_.spent(now)) return Verdict::kDaySpent;
    if (minute_.spent(now)) return Verdict::kMinuteSpent;
    ++day_.used;
    ++minute_.used;
    return Verdict::kAllowed;
  }
  void set_per_minute(std::uint64_t limit) {
    const std::lock_guard lock(mutex_);
    minute_.limit = limit;
  }
  void set_per_day(std::uint64_t limit) {
    const std::lock_guard lock(mutex_);
    day_.limit = limit;
  }

 private:
  struct Period {
    bool spent(StandInClock::TimePoint now) {
      if (used == 0 || now - start >= length) {
        start = now;
        used = 0;
      }
      return limit != 0 && used >= limit;
    }

    std::chrono::seconds length;
    std::uint64_t limit;
    std::uint64_t used = 0;
    StandInClock::TimePoint start{};
  };

  const StandInClock& clock_;
  std::mutex mutex_;
  // Below: protected by mutex_.
  Period minute_;
  Period day_;
};

}  // namespace weir::standins
