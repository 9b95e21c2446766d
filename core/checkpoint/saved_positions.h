// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace weir {

/// Where the last checkpoint says that reading goes on, for sources which otherwise go by notes of their own
/// (a consumer group's). Tells nothing until it is switched on: in pipelines that deliver at least once and
/// keep no state those notes count. Thread-safe.
class SavedPositions {
 public:
  void switch_on() {
    const std::lock_guard lock(mutex_);
    on_ = true;
  }
  void set(const std::vector<weir_position>& positions) {
    const std::lock_guard lock(mutex_);
    for (const auto& p : positions) next_[p.origin] = p.next;
  }
  /// The origin has gone to another owner, who moves on from there.
  void forget(const weir_origin* origin) {
    const std::lock_guard lock(mutex_);
    next_.erase(origin);
  }
  std::optional<std::int64_t> next(const weir_origin* origin) const {
    const std::lock_guard lock(mutex_);
    return on_ ? find(origin) : std::nullopt;
  }
  /// The same, switched on or not.
  std::optional<std::int64_t> last(const weir_origin* origin) const {
    const std::lock_guard lock(mutex_);
    return find(origin);
  }

 private:
  std::optional<std::int64_t> find(const weir_origin* origin) const {
    const auto found = next_.find(origin);
    return found == next_.end() ? std::nullopt : std::optional(found->second);
  }

  mutable std::mutex mutex_;  // guards what follows
  bool on_ = false;
  std::unordered_map<const weir_origin*, std::int64_t> next_;
};

}  // namespace weir
