// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weir::wechat {

/// Lends out objects that hold much memory and are needed for a moment only, such as parsers: there are as
/// many as were ever in use at the same time, not one for each worker that waits for its reply. Thread-safe;
/// outlives what it lends.
template <class T>
class Pool {
 public:
  class Return {
   public:
    explicit Return(Pool* pool = nullptr) : pool_(pool) {}
    void operator()(T* object) const { pool_->put_back(std::unique_ptr<T>(object)); }

   private:
    Pool* pool_;
  };
  /// Gives the object back when it goes. What is in it stays: the next user begins by overwriting it.
  using Lent = std::unique_ptr<T, Return>;

  Lent lend() {
    std::unique_ptr<T> object;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        object = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!object) object = std::make_unique<T>();
    return Lent(object.release(), Return(this));
  }

 private:
  void put_back(std::unique_ptr<T> object) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(object));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;  // the latest used last; protected by mutex_
};

}  // namespace weir::wechat
