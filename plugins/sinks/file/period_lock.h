// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <utility>

namespace weir::file {

/// The lock on a file (flock, as all writers of this sink take it) that is kept until what was written can no
/// longer be taken back: who else appended meanwhile would lose it.
class PeriodLock {
 public:
  PeriodLock() = default;
  /// Waits half a minute for other processes. Throws Stop when it does not get the lock, at once when this
  /// process has it already, and soon after `interrupted`. `fd` must stay open for as long as this lives.
  PeriodLock(int fd, const std::string& path, const std::atomic<bool>& interrupted);
  PeriodLock(PeriodLock&& o) noexcept : fd_(std::exchange(o.fd_, -1)), file_(std::move(o.file_)) {}
  PeriodLock& operator=(PeriodLock o) noexcept {
    return std::swap(fd_, o.fd_), std::swap(file_, o.file_), *this;
  }
  ~PeriodLock();

  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
  std::pair<dev_t, ino_t> file_{};
};

}  // namespace weir::file
