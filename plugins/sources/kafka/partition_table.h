// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace weir::kafka {

/// One partition that this consumer reads.
struct Partition {
  const weir_origin* origin = nullptr;
  // Offsets, known only to a source that stops at the end; -1: not seen yet.
  std::int64_t first = -1;  ///< of the first record read
  std::int64_t next = -1;   ///< behind the last record read
  std::int64_t end = -1;    ///< where to stop, as it was when the first record came
  bool done = false;
  bool told_done = false;  ///< to the host
};

/// The partitions that the consumer owns at the moment. Pointers to a partition stay valid until it is
/// removed.
class PartitionTable {
 public:
  using Map = std::map<std::pair<std::string, std::int32_t>, Partition>;

  Partition& add(std::string_view topic, std::int32_t number, const weir_origin* origin) {
    Partition& p = all_[{std::string(topic), number}];
    p = Partition{};
    p.origin = origin;
    return p;
  }
  void remove(std::string_view topic, std::int32_t number) { all_.erase({std::string(topic), number}); }
  /// NULL when it is not ours.
  Partition* find(std::string_view topic, std::int32_t number) {
    const auto found = all_.find({std::string(topic), number});
    return found == all_.end() ? nullptr : &found->second;
  }
  bool has(const weir_origin& o) const { return all_.contains({std::string(view(o.name)), o.partition}); }
  bool empty() const { return all_.empty(); }
  Map::iterator begin() { return all_.begin(); }
  Map::iterator end() { return all_.end(); }
  Map::const_iterator begin() const { return all_.begin(); }
  Map::const_iterator end() const { return all_.end(); }

  bool all_done() const {
    for (const auto& [name, p] : all_) {
      if (!p.done) return false;
    }
    return true;
  }

  /// The share of the records between the first ones and the ends that was read: the mean over the
  /// partitions, 0 to 1.
  double progress() const {
    if (all_.empty()) return 1;
    double sum = 0;
    for (const auto& [name, p] : all_) {
      if (p.done) {
        sum += 1;
      } else if (p.first >= 0 && p.end > p.first) {
        sum += static_cast<double>(p.next - p.first) / static_cast<double>(p.end - p.first);
      }
    }
    return sum / static_cast<double>(all_.size());
  }

 private:
  Map all_;
};

}  // namespace weir::kafka
