// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "state/key_share.h"
#include "state/snapshot.h"

namespace weir {

/// A stage's timers of one time domain: at most one for a key and time (Flink's rule), called in the order of
/// time. Used by the task's thread.
class Timers {
 public:
  struct Timer {
    std::int64_t time = 0;
    std::string key;
    bool has_key = false;
    auto operator<=>(const Timer&) const = default;  // NOLINT(modernize-use-nullptr): no pointer here
  };

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  void set(weir_slice key, std::int64_t time) { timers_.insert(make(key, time)); }
  /// A timer that is not set is no error.
  void erase(weir_slice key, std::int64_t time) { timers_.erase(make(key, time)); }

  /// Milliseconds since 1970 of the first timer, or kNever.
  std::int64_t next() const { return timers_.empty() ? kNever : timers_.begin()->time; }

  void save(SnapshotWriter& to) const {
    to.number(timers_.size());
    for (const auto& timer : timers_) {
      to.time(timer.time);
      to.slice(timer.has_key ? weir_slice{timer.key.data(), timer.key.size()} : weir_slice{nullptr, 0});
    }
  }
  /// Adds the timers that belong to `share`.
  void load(SnapshotReader& from, const KeyShare& share = {}) {
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::int64_t time = from.time();
      const weir_slice key = from.slice();
      if (key.data == nullptr ? share.has_keyless() : share.has({key.data, key.size})) set(key, time);
    }
  }

  /// Removes and returns the first timer that is due.
  std::optional<Timer> pop_due(std::int64_t now) {
    if (timers_.empty() || timers_.begin()->time > now) return std::nullopt;
    Timer timer = *timers_.begin();
    timers_.erase(timers_.begin());
    return timer;
  }

 private:
  static Timer make(weir_slice key, std::int64_t time) {
    if (key.data == nullptr) return {time, {}, false};
    return {time, std::string(key.data, key.size), true};
  }
  std::set<Timer> timers_;
};

}  // namespace weir
