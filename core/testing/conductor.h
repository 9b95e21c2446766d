// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace weir {

/// Lets a pipeline move only when the test says so. The thread of each task comes here each time that all
/// else has been done, and waits; so while all wait, the test's thread may touch all that the stages of a
/// test use.
class Conductor {
 public:
  enum class Order {
    kGoOn,        ///< once more around: timers, sources
    kCheckpoint,  ///< deliver and commit
    kEnd          ///< no more is read
  };

  /// [a task's thread] At rest; returns what to do next.
  Order rest() {
    std::unique_lock lock(mutex_);
    ++resting_;
    changed_.notify_all();
    changed_.wait(lock, [&, round = round_] { return round_ != round || released_; });
    return order_;
  }

  /// [test's thread] While all are at rest: do this.
  void give(Order order) {
    const std::lock_guard lock(mutex_);
    order_ = order;
    resting_ = 0;
    ++round_;
    changed_.notify_all();
  }
  /// [test's thread] Waits until all are at rest; false when the time is over.
  bool wait_for_rest(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return resting_ == tasks_; });
  }

  /// [test's thread] For a job of so many tasks that is about to start.
  void start_again(int tasks) {
    const std::lock_guard lock(mutex_);
    tasks_ = tasks;
    order_ = Order::kGoOn;
    resting_ = 0;
    released_ = false;
  }

  /// From now on nobody waits here. [any-thread]
  void release() {
    const std::lock_guard lock(mutex_);
    order_ = Order::kEnd;
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Order order_ = Order::kGoOn;
  int tasks_ = 1;
  int resting_ = 0;
  std::uint64_t round_ = 0;  ///< of all orders
  bool released_ = false;
};

}  // namespace weir
