// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace weir {

/// Ends the process when it has not ended by a time, whatever it waits for: with a line on standard error and
/// the code of a failure, and without unwinding anything.
class Deadline {
 public:
  /// `what_is_left`: the line. It is asked for on a thread of this object, and must not wait for anything
  /// that a plugin may hold.
  explicit Deadline(std::function<std::string()> what_is_left);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  /// From now on; another call can only bring it nearer. Any thread.
  void set(std::chrono::milliseconds from_now);

 private:
  using Clock = std::chrono::steady_clock;

  void run();

  const std::function<std::string()> what_is_left_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Clock::time_point at_;
  bool over_ = false;
  std::thread thread_;  ///< from the first set() on
};

}  // namespace weir
