// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace weir::bench {

/// Hands things from one thread to others; when so many wait, put() waits too. Thread-safe.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t most) : most_(most) {}

  void put(T thing) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() < most_; });
    waiting_.push_back(std::move(thing));
    changed_.notify_all();
  }
  /// Nothing more comes.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// False at the end.
  bool take(T& thing) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    thing = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return true;
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> waiting_;  // guarded by mutex_, like what follows
  bool closed_ = false;
};

}  // namespace weir::bench
