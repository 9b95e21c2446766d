// SPDX-License-Identifier: Apache-2.0
#include "cli/deadline.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "cli/run_pipeline.h"

namespace weir {

Deadline::Deadline(std::function<std::string()> what_is_left) : what_is_left_(std::move(what_is_left)) {}

Deadline::~Deadline() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Deadline::set(std::chrono::milliseconds from_now) {
  const std::lock_guard lock(mutex_);
  const auto at = Clock::now() + from_now;
  if (thread_.joinable() && at_ <= at) return;
  at_ = at;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

void Deadline::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (Clock::now() < at_) {
      changed_.wait_until(lock, at_);
    } else {
      std::fprintf(stderr, "etl-run: %s\n", what_is_left_().c_str());
      std::_Exit(kFailed);
    }
  }
}

}  // namespace weir
