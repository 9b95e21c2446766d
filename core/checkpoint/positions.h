// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace weir {

/// The lowest position of each origin among records that are still held somewhere.
class HeldPositions {
 public:
  void add(const weir_record* records, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (records[i].origin == nullptr) continue;
      const auto [at, added] = lowest_.emplace(records[i].origin, records[i].position);
      if (!added) at->second = std::min(at->second, records[i].position);
    }
  }
  void add(const HeldPositions& other) {
    for (const auto& [origin, position] : other.lowest_) {
      const auto [at, added] = lowest_.emplace(origin, position);
      if (!added) at->second = std::min(at->second, position);
    }
  }
  bool empty() const { return lowest_.empty(); }
  /// `next`, or the lowest held position where that is smaller.
  std::int64_t limit(const weir_origin* origin, std::int64_t next) const {
    const auto found = lowest_.find(origin);
    return found == lowest_.end() ? next : std::min(next, found->second);
  }

 private:
  std::unordered_map<const weir_origin*, std::int64_t> lowest_;
};

/// How far one source has been read, and how far that has been committed. Used by the task's thread.
class Positions {
 public:
  /// The source has emitted these.
  void read(const weir_record* records, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      // Neighbours nearly always share their origin: the last one of a run says it all.
      if (i + 1 < count && records[i + 1].origin == records[i].origin) continue;
      if (records[i].origin == nullptr) continue;
      // What one call emits by several ports comes port by port, so a run may lie before the one ahead of it.
      auto& next = origins_[records[i].origin].next;
      next = std::max(next, records[i].position + 1);
    }
  }

  /// Where the last run stopped: as if read and committed.
  void restored(const std::vector<weir_position>& positions) {
    for (const auto& p : positions) origins_[p.origin] = {p.next, p.next};
  }

  /// Reading goes on there, whatever has been committed; that is to be committed too.
  void go_on_at(const weir_position& p) { origins_[p.origin] = {p.next, -1}; }

  /// What may be committed now and has not been.
  std::vector<weir_position> committable(const HeldPositions& held) const {
    std::vector<weir_position> positions;
    for (const auto& [origin, at] : origins_) {
      const std::int64_t limit = held.limit(origin, at.next);
      if (limit > at.committed) positions.push_back({origin, limit});
    }
    return positions;
  }

  void committed(const std::vector<weir_position>& positions) {
    for (const auto& p : positions) origins_[p.origin].committed = p.next;
  }

  /// How far the origin has been committed; nothing for one that was never read here.
  std::optional<std::int64_t> committed(const weir_origin* origin) const {
    const auto found = origins_.find(origin);
    if (found == origins_.end()) return std::nullopt;
    return found->second.committed;
  }

  /// How far the origin has been read; nothing for one that was never read here.
  std::optional<std::int64_t> read_up_to(const weir_origin* origin) const {
    const auto found = origins_.find(origin);
    if (found == origins_.end()) return std::nullopt;
    return found->second.next;
  }

  /// The origin has gone to another owner.
  void forget(const weir_origin* origin) { origins_.erase(origin); }

  /// How far the origin is safe; nothing for one that was never read here.
  std::optional<std::int64_t> safe(const weir_origin* origin, const HeldPositions& held) const {
    const auto found = origins_.find(origin);
    if (found == origins_.end()) return std::nullopt;
    const At& at = found->second;
    const std::int64_t safe = std::max(at.committed, held.limit(origin, at.next));
    return safe >= 0 ? std::optional(safe) : std::nullopt;
  }

  /// Appends how far each origin is safe, committed or not, for a store.
  void append_safe(const HeldPositions& held, std::vector<weir_position>& positions) const {
    for (const auto& [origin, at] : origins_) {
      const std::int64_t safe = std::max(at.committed, held.limit(origin, at.next));
      if (safe >= 0) positions.push_back({origin, safe});
    }
  }

 private:
  struct At {
    std::int64_t next = 0;
    std::int64_t committed = -1;
  };
  std::unordered_map<const weir_origin*, At> origins_;
};

}  // namespace weir
