// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace weir {

class StageNode;
struct Work;

/// What reaches a task's thread from others: finished work, and calls to look around. Thread-safe.
class Inbox {
 public:
  struct Done {
    StageNode* node;
    Work* work;
  };

  void put(Done done) {
    const std::lock_guard lock(mutex_);
    done_.push_back(done);
    changed_.notify_one();
  }
  /// A source has something, or the job wants something.
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  /// All finished work, in the order in which it was finished.
  std::vector<Done> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
  }
  /// Waits for finished work or a wake() since the last wait, at most `time`.
  void wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [&] { return woken_ || !done_.empty(); });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Done> done_;
  bool woken_ = false;
};

}  // namespace weir
