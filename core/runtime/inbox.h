// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/parcel.h"

namespace weir {

class StageNode;
struct Work;

/// What reaches a task's thread from others: finished work, parcels of other tasks, and calls to look around.
/// Thread-safe.
class Inbox {
 public:
  struct Done {
    StageNode* node;
    Work* work;
  };
  struct Content {
    std::vector<Done> done;                        ///< in the order in which it was finished
    std::vector<std::unique_ptr<Parcel>> parcels;  ///< those of one sender in the order in which it sent them
  };

  void put(Done done) {
    const std::lock_guard lock(mutex_);
    content_.done.push_back(done);
    changed_.notify_one();
  }
  void put(std::unique_ptr<Parcel> parcel) {
    const std::lock_guard lock(mutex_);
    content_.parcels.push_back(std::move(parcel));
    changed_.notify_one();
  }
  /// A source has something, or the job wants something.
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  Content take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(content_, {});
  }
  /// Waits for something to take or a wake() since the last wait, at most `time`.
  void wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time,
                      [&] { return woken_ || !content_.done.empty() || !content_.parcels.empty(); });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Content content_;
  bool woken_ = false;
};

}  // namespace weir
