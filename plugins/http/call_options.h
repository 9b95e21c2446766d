// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <chrono>
#include <cstdint>

#include "http/client.h"
#include "http/tls.h"

namespace weir::http {

/// How calls that failed for a passing reason are repeated.
struct Retry {
  std::uint64_t attempts = 0;  ///< in all; 0: without end
  std::chrono::milliseconds first{200};
  std::chrono::milliseconds most{30'000};
};

/// At most `calls` in any stretch of `every`; 0: as many as can be.
struct RateLimit {
  std::uint64_t calls = 0;
  std::chrono::milliseconds every{1'000};
};

/// The options that every plugin which calls a service has: timeouts, retry, rate_limit, tls.
struct CallOptions {
  static void describe(Descriptor& d);
  static CallOptions of(const Options& options);

  Timeouts timeouts;
  Retry retry;
  RateLimit rate_limit;
  TlsOptions tls;
};

}  // namespace weir::http
