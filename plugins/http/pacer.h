// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>

namespace weir::http {

/// When the next call may go out, for all workers of a stage together: a rate that is kept, and pauses that
/// the service has asked for. Belongs into the stage's Shared. Thread-safe.
///
/// The rate is exact: in any stretch of `every` at most `calls` calls begin. (A bucket that refills would let
/// nearly twice as many through just after an idle time, which services that count by the window refuse.)
class Pacer {
 public:
  /// `calls` 0: no limit.
  Pacer(std::uint64_t calls, std::chrono::milliseconds every) : calls_(calls), every_(every) {}

  /// Waits until a call may go out, and counts it. False when the pipeline aborts. `waited` grows by the time
  /// spent here. Only from a worker.
  bool admit(Context& context, std::chrono::milliseconds& waited);

  /// No call goes out before `until` (processing time); an earlier end does not shorten a pause.
  void pause_until(std::chrono::milliseconds until);

 private:
  /// 0 when a call may go out now, which is then counted.
  std::chrono::milliseconds try_admit(std::chrono::milliseconds now);

  const std::uint64_t calls_;
  const std::chrono::milliseconds every_;

  std::mutex mutex_;
  // Below: protected by mutex_.
  std::chrono::milliseconds paused_until_{0};
  std::deque<std::chrono::milliseconds> begun_;  // calls of the last `every_`, oldest first
};

}  // namespace weir::http
