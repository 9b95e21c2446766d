// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

namespace weir::standins {

/// The time by which tokens expire and limits renew: real time plus what a test has added, so that
/// an expiry needs no waiting. Thread-safe.
class StandInClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  TimePoint now() const {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(ahead_ms_.load());
  }
  void advance(std::chrono::milliseconds by) { ahead_ms_ += by.count(); }

 private:
  std::atomic<std::chrono::milliseconds::rep> ahead_ms_{0};
};

}  // namespace weir::standins
