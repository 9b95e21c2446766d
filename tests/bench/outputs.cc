// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::bench {

LineFile::LineFile(const std::string& path)
    : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path);
  buffer_.reserve(kWriteAt + 64 * 1024);
}

LineFile::~LineFile() {
  ::close(fd_);
}

void LineFile::write() {
  for (std::size_t written = 0; written < buffer_.size();) {
    const ssize_t n = ::write(fd_, buffer_.data() + written, buffer_.size() - written);
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "write");
    if (n > 0) written += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

void LineFile::finish() {
  write();
  if (::fsync(fd_) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
}

}  // namespace weir::bench
