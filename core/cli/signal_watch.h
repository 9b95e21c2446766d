// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

namespace weir {

/// Turns SIGINT and SIGTERM into calls on a thread of its own. Make it before any other thread, which then
/// inherits the signal mask.
class SignalWatch {
 public:
  /// `signalled(n)` is called for the n-th signal, counted from 1.
  explicit SignalWatch(std::function<void(int)> signalled);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

 private:
  void run();

  const std::function<void(int)> signalled_;
  int signals_ = -1;  ///< a signalfd
  int end_ = -1;      ///< an eventfd
  std::thread thread_;
};

}  // namespace weir
