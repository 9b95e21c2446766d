// SPDX-License-Identifier: Apache-2.0
#include "http/pacer.h"

#include <algorithm>

namespace weir::http {

bool Pacer::admit(Context& context, std::chrono::milliseconds& waited) {
  for (;;) {
    const auto wait = try_admit(context.now());
    if (wait.count() == 0) return true;
    if (!context.sleep(wait)) return false;
    waited += wait;
  }
}

void Pacer::pause_until(std::chrono::milliseconds until) {
  const std::lock_guard lock(mutex_);
  paused_until_ = std::max(paused_until_, until);
}

std::chrono::milliseconds Pacer::try_admit(std::chrono::milliseconds now) {
  const std::lock_guard lock(mutex_);
  if (now < paused_until_) return paused_until_ - now;
  if (calls_ == 0) return {};
  if (!begun_.empty() && begun_.back() > now) begun_.clear();  // the machine's clock was set back
  while (!begun_.empty() && begun_.front() + every_ <= now) begun_.pop_front();
  if (begun_.size() >= calls_) return begun_.front() + every_ - now;
  begun_.push_back(now);
  return {};
}

}  // namespace weir::http
