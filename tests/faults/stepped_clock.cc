// SPDX-License-Identifier: Apache-2.0
#include "stepped_clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

namespace weir::faults {

SteppedClock::SteppedClock(const std::filesystem::path& path) : path_(path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  void* page = MAP_FAILED;
  if (fd >= 0 && ::ftruncate(fd, sizeof *offset_) == 0)
    page = ::mmap(nullptr, sizeof *offset_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0) ::close(fd);
  if (page == MAP_FAILED) throw std::runtime_error("cannot make the clock's file " + path.string());
  offset_ = static_cast<std::int64_t*>(page);
}

SteppedClock::~SteppedClock() {
  ::munmap(offset_, sizeof *offset_);
}

std::map<std::string, std::string> SteppedClock::environment() const {
  return {{"LD_PRELOAD", WEIR_CLOCK_STEP}, {"WEIR_CLOCK_FILE", path_.string()}};
}

void SteppedClock::set(std::chrono::milliseconds ahead) {
  std::atomic_ref(*offset_).store(ahead.count());
}

std::chrono::milliseconds SteppedClock::ahead() const {
  return std::chrono::milliseconds(std::atomic_ref(*offset_).load());
}

}  // namespace weir::faults
