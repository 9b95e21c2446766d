// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "state/snapshot.h"

namespace weir {

/// When the windows of a state are forgotten, for those that have such a time. Used by the task's thread.
class WindowEnds {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// The last time that is given for a window counts.
  void set(std::int64_t window, std::int64_t at) {
    const auto [known, is_new] = at_.try_emplace(window, at);
    if (!is_new && known->second == at) return;
    if (!is_new) due_.erase({known->second, window});
    known->second = at;
    due_.emplace(at, window);
  }
  /// kNever where no window has one.
  std::int64_t next() const { return due_.empty() ? kNever : due_.begin()->first; }
  /// Calls forget(window) for those whose time has come by then.
  template <class Forget>
  void pop_due(std::int64_t now, Forget&& forget) {
    while (!due_.empty() && due_.begin()->first <= now) {
      const std::int64_t window = due_.begin()->second;
      due_.erase(due_.begin());
      at_.erase(window);
      forget(window);
    }
  }

  void save(SnapshotWriter& to) const {
    to.number(due_.size());
    for (const auto& [at, window] : due_) {
      to.time(window);
      to.time(at);
    }
  }
  /// Adds another task's; see load().
  void merge(const WindowEnds& other) {
    for (const auto& [at, window] : other.due_) set(window, at);
  }
  /// Adds what was saved, by any task: a window of which this one holds nothing costs two numbers.
  void load(SnapshotReader& from) {
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::int64_t window = from.time();
      set(window, from.time());
    }
  }

 private:
  std::unordered_map<std::int64_t, std::int64_t> at_;
  std::set<std::pair<std::int64_t, std::int64_t>> due_;  ///< time, window
};

}  // namespace weir
