// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/period_lock.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <weir/stage.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "sinks/file/disk_error.h"

namespace weir::file {
namespace {

constexpr std::chrono::seconds kLongest{30};
constexpr std::chrono::milliseconds kLookAgain{5};

/// The files that are locked by this process. Its tasks make checkpoints together, so one that waited for
/// another would wait for ever.
struct Locked {
  static Locked& all() {
    static Locked locked;
    return locked;
  }
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> files;  // guarded by mutex
};

}  // namespace

PeriodLock::PeriodLock(int fd, const std::string& path, const std::atomic<bool>& interrupted) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) stop_for("cannot lock '" + path + "'", errno);
  file_ = {status.st_dev, status.st_ino};
  {
    Locked& locked = Locked::all();
    const std::lock_guard lock(locked.mutex);
    if (!locked.files.insert(file_).second) {
      throw Stop("written_twice",
                 "'" + path +
                     "' is written by another sink or task of this process too, and with "
                     "`delivery: exactly_once` a file has one writer; expected a path for each");
    }
  }
  const auto until = std::chrono::steady_clock::now() + kLongest;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const bool waited_enough = interrupted || std::chrono::steady_clock::now() >= until;
    if (error == EINTR || (error == EWOULDBLOCK && !waited_enough)) {
      std::this_thread::sleep_for(kLookAgain);
      continue;
    }
    Locked& locked = Locked::all();
    const std::lock_guard lock(locked.mutex);
    locked.files.erase(file_);
    if (error != EWOULDBLOCK) stop_for("cannot lock '" + path + "'", error);
    throw Stop("locked", "another process keeps '" + path +
                             "' locked; with `delivery: exactly_once` a file has one writer at a time");
  }
  fd_ = fd;
}

PeriodLock::~PeriodLock() {
  if (fd_ < 0) return;
  ::flock(fd_, LOCK_UN);
  Locked& locked = Locked::all();
  const std::lock_guard lock(locked.mutex);
  locked.files.erase(file_);
}

}  // namespace weir::file
