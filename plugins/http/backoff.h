// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace weir::http {

/// How long to wait before the next attempt: a random time between 0 and a bound that begins at `first` and
/// doubles with each failure up to `most` ("full jitter": callers that failed together do not come back
/// together). Used by one thread.
class Backoff {
 public:
  /// The same seed gives the same waits.
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed)
      : first_(first), most_(most), random_(seed) {}

  /// After failure number `failures`, counted from 1.
  std::chrono::milliseconds wait(std::uint64_t failures);

 private:
  std::chrono::milliseconds first_, most_;
  std::mt19937_64 random_;
};

}  // namespace weir::http
