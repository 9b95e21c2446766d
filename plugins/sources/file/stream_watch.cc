// SPDX-License-Identifier: Apache-2.0
#include "sources/file/stream_watch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace weir::file {

StreamWatch::StreamWatch(int fd, std::function<void()> on_readable)
    : fd_(fd), on_readable_(std::move(on_readable)), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!stop_) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { run(); });
}

StreamWatch::~StreamWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(stop_.get(), 1);
  changed_.notify_one();
  thread_.join();
}

void StreamWatch::arm() {
  {
    const std::lock_guard lock(mutex_);
    armed_ = true;
  }
  changed_.notify_one();
}

void StreamWatch::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return armed_ || stopping_; });
      if (stopping_) return;
      armed_ = false;
    }
    pollfd ready[2] = {{fd_, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (::poll(ready, 2, -1) < 0 && errno == EINTR) {
    }
    if (ready[0].revents != 0) on_readable_();
  }
}

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

}  // namespace weir::file
