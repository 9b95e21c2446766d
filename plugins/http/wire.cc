// SPDX-License-Identifier: Apache-2.0
#include "http/wire.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weir::http {

void Wire::connecting() {
  const std::lock_guard lock(mutex_);
  release();
  connecting_ = true;
}

void Wire::attach(int socket) {
  const std::lock_guard lock(mutex_);
  release();
  descriptor_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  ++opened_;
  if (cut_) ::shutdown(socket, SHUT_RDWR);
}

void Wire::detach() {
  const std::lock_guard lock(mutex_);
  release();
}

void Wire::cut() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

bool Wire::is_cut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

bool Wire::is_connecting() const {
  const std::lock_guard lock(mutex_);
  return connecting_;
}

int Wire::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

void Wire::release() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  connecting_ = false;
}

}  // namespace weir::http
