// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "lines/file_descriptor.h"

namespace weir::file {

/// Tells when a pipe, terminal or socket has something to read, by a thread of its own.
class StreamWatch {
 public:
  /// `on_readable` is called from the watch's thread. `fd` stays open longer than this object.
  StreamWatch(int fd, std::function<void()> on_readable);
  StreamWatch(const StreamWatch&) = delete;
  StreamWatch& operator=(const StreamWatch&) = delete;
  ~StreamWatch();

  /// Calls on_readable once, as soon as there is something to read or the stream has ended.
  void arm();

 private:
  void run();

  const int fd_;
  const std::function<void()> on_readable_;
  const FileDescriptor stop_;  // an eventfd
  std::mutex mutex_;
  std::condition_variable changed_;
  bool armed_ = false;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// Whether a read would not wait now.
bool is_readable(int fd);

}  // namespace weir::file
