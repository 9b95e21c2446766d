// SPDX-License-Identifier: Apache-2.0
#include "runtime/hold_up.h"

#include "base/units.h"

namespace weir {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

void HoldUp::look_at(const std::optional<Stage>& stage, Clock::time_point now) {
  if (stage_) {
    const auto waited = duration_cast<milliseconds>(now - counted_);
    stage_->counts->held_back.add(static_cast<std::uint64_t>(waited.count()));
    counted_ += waited;
  }
  if (!stage || !stage_ || stage->counts != stage_->counts) {
    if (stage_ && tell_after_ > kLong)
      log_.write(LogLevel::kInfo, *stage_->name, "no longer holds the stream back");
    stage_ = stage;
    since_ = counted_ = now;
    tell_after_ = kLong;
    return;
  }
  if (now - since_ < tell_after_) return;
  log_.write(LogLevel::kWarn, *stage_->name,
             "holds the stream back: its queue has been full for " +
                 format_duration(std::chrono::floor<std::chrono::seconds>(now - since_)) +
                 ", and nothing is read meanwhile");
  tell_after_ *= 2;
}

}  // namespace weir
