// SPDX-License-Identifier: Apache-2.0
#include "gate.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace weir::standins {
namespace {

using Clock = std::chrono::steady_clock;

void wake(int fd) {
  const std::uint64_t one = 1;
  // Cannot fail: the counter of a fresh eventfd is far from full.
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

/// Milliseconds for poll(2), rounded up so that a pause is never shorter than asked.
int poll_timeout(const std::optional<Clock::time_point>& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

}  // namespace

void Gate::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  passes_left_.reset();
}

void Gate::close_after(std::uint64_t calls) {
  const std::lock_guard lock(mutex_);
  passes_left_ = calls;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  passes_left_.reset();
  for (const Waiter& waiter : waiters_) {
    if (waiter.until_open) wake(waiter.wake_fd);
  }
}

void Gate::shut_down() {
  const std::lock_guard lock(mutex_);
  shut_down_ = true;
  for (const Waiter& waiter : waiters_) wake(waiter.wake_fd);
}

void Gate::restart() {
  const std::lock_guard lock(mutex_);
  shut_down_ = false;
}

Gate::Outcome Gate::pass(int client_socket) {
  std::unique_lock lock(mutex_);
  if (passes_left_ && (*passes_left_)-- == 0) {
    open_ = false;
    passes_left_.reset();
  }
  if (open_ && !shut_down_) return Outcome::kGoOn;
  return wait(std::move(lock), client_socket, std::nullopt);
}

Gate::Outcome Gate::stall(int client_socket) {
  return wait(std::unique_lock(mutex_), client_socket, std::nullopt);
}

Gate::Outcome Gate::pause(int client_socket, std::chrono::milliseconds duration) {
  if (duration <= std::chrono::milliseconds::zero()) return Outcome::kGoOn;
  return wait(std::unique_lock(mutex_), client_socket, duration);
}

std::size_t Gate::waiting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(waiters_.begin(), waiters_.end(), [](const Waiter& w) { return w.until_open; }));
}

Gate::Outcome Gate::wait(std::unique_lock<std::mutex> lock, int client_socket,
                         std::optional<std::chrono::milliseconds> duration) {
  if (shut_down_) return Outcome::kShutDown;
  const int wake_fd = ::eventfd(0, EFD_CLOEXEC);
  if (wake_fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  const auto self = waiters_.insert(waiters_.end(), Waiter{wake_fd, !duration});
  lock.unlock();

  std::optional<Clock::time_point> deadline;
  if (duration) deadline = Clock::now() + *duration;
  pollfd fds[] = {{wake_fd, POLLIN, 0}, {client_socket, POLLRDHUP, 0}};
  int ready = 0;
  do {
    ready = ::poll(fds, 2, poll_timeout(deadline));
  } while (ready < 0 && errno == EINTR);

  lock.lock();
  waiters_.erase(self);
  ::close(wake_fd);
  if (shut_down_) return Outcome::kShutDown;
  if (ready > 0 && fds[0].revents == 0) return Outcome::kClientLeft;
  return Outcome::kGoOn;
}

}  // namespace weir::standins
