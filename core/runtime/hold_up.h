// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/log.h"
#include "metrics/job_metrics.h"

namespace weir {

/// Keeps account of which stage a task waits for with a full queue: in the stage's counter, and when that
/// takes long in the log. Used by the task's thread.
class HoldUp {
 public:
  using Clock = std::chrono::steady_clock;

  /// Both outlive this.
  struct Stage {
    const std::string* name;
    StageCounts* counts;
  };

  explicit HoldUp(Log& log) : log_(log) {}

  /// The task is about to read: `stage` keeps it from that, or nothing does. `now` is called where a stage
  /// does, or did.
  template <class Now = Clock::time_point (*)()>
  void look(const std::optional<Stage>& stage, Now&& now = &Clock::now) {
    if (stage || stage_) look_at(stage, now());
  }

 private:
  /// A stage is named after so long without a pause, then after twice that, and so on.
  static constexpr std::chrono::seconds kLong{10};

  void look_at(const std::optional<Stage>& stage, Clock::time_point now);

  Log& log_;
  std::optional<Stage> stage_;  ///< since since_; counted up to counted_
  Clock::time_point since_, counted_;
  Clock::duration tell_after_{kLong};
};

}  // namespace weir
