// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace weir {

/// Memory that several caches share in equal parts. Thread-safe, outlives them.
class CacheBudget {
 public:
  explicit CacheBudget(std::size_t bytes) : bytes_(bytes) {}
  CacheBudget(const CacheBudget&) = delete;
  CacheBudget& operator=(const CacheBudget&) = delete;

  void join() { ++caches_; }
  void leave() { --caches_; }
  /// What one of them may hold, in bytes.
  std::size_t share() const { return bytes_ / std::max<std::size_t>(1, caches_); }

 private:
  const std::size_t bytes_;
  std::atomic<std::size_t> caches_{0};
};

}  // namespace weir
