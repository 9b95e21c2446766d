// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace weir {

/// The time of day. Whatever depends on time is given one of these, so that tests can set it.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970 UTC. May be called from any thread.
  virtual std::int64_t now() const = 0;
};

/// The machine's clock. It may be set back or forward while the program runs.
class SystemClock final : public Clock {
 public:
  std::int64_t now() const override {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

}  // namespace weir
