// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

namespace weir::support {

/// How long a test waits for something that is sure to come, unless something is broken. It is
/// long because a loaded machine with sanitizers is slow; a test that passes never uses it up.
inline constexpr std::chrono::seconds kLongWait{180};

/// Asks `predicate` again and again until it is true or `within` is over; returns its last answer.
/// The predicate is asked at least once. It must look at a real state (a file, a process, a reply).
/// This is the one place of the tests that sleeps: for states of other processes, which no
/// condition variable can announce.
template <typename Predicate>
[[nodiscard]] bool wait_until(std::chrono::milliseconds within, Predicate&& predicate) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace weir::support
