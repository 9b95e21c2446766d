// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/partitioner.h"
#include "checkpoint/unit_folder.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Where state goes with the source's partitions: which of the units (what belongs to one partition) this
/// process has, and where they are kept. Off in other pipelines. Thread-safe once it is switched on.
class Units {
 public:
  /// `folder` outlives this. `begin_with`: what a unit that was never saved begins with.
  void switch_on(Partitioner by, const UnitFolder& folder, std::vector<Checkpoint> begin_with);
  bool on() const { return folder_ != nullptr; }
  const UnitFolder& folder() const { return *folder_; }

  /// How many partitions the source has; empty, or why that cannot be: it is another number than before.
  std::string set_partitions(std::uint32_t partitions);
  std::uint32_t partitions() const { return partitions_.load(std::memory_order_acquire); }
  Partitioner partitioner() const { return by_; }
  /// To which a key belongs; 0 before the number of partitions is known, when there is none.
  std::int32_t of(std::string_view key) const {
    const std::uint32_t count = partitions();
    return count == 0 ? 0 : partition_of(key, count, by_);
  }

  /// Whether this process has it.
  bool has(std::int32_t unit) const { return owner(unit) != kNobody; }
  /// Whether that task's source reads its partition.
  bool has(std::int32_t unit, int task) const { return owner(unit) == task; }
  /// Whether the record is of a partition that has gone to another owner.
  bool lacks(const weir_record& record) const {
    return on() && record.origin != nullptr && record.origin->partition >= 0 &&
           !has(record.origin->partition);
  }
  void add(std::int32_t unit, int task) { owners_[static_cast<std::size_t>(unit)] = task; }
  void remove(std::int32_t unit) { owners_[static_cast<std::size_t>(unit)] = kNobody; }
  std::vector<std::int32_t> all() const;

  /// What a unit goes on from: what was saved last, or what it begins with, or nothing. The number is the one
  /// behind which this process goes on counting.
  struct Loaded {
    Checkpoint unit;
    std::string damaged;  ///< what is wrong with newer ones
  };
  /// Or why it cannot be had. The number of partitions has been set.
  std::variant<Loaded, std::string> load(const weir_origin& origin, const PipelineGraph& graph,
                                         Origins& origins) const;

 private:
  static constexpr int kNobody = -1;

  int owner(std::int32_t unit) const {
    return unit >= 0 && static_cast<std::uint32_t>(unit) < partitions()
               ? owners_[static_cast<std::size_t>(unit)].load()
               : kNobody;
  }
  Checkpoint beginning(std::int32_t unit) const;

  Partitioner by_ = Partitioner::kMurmur2;
  const UnitFolder* folder_ = nullptr;
  std::vector<Checkpoint> begin_with_;
  std::mutex mutex_;                            // for set_partitions()
  std::unique_ptr<std::atomic<int>[]> owners_;  // tasks, by the unit's number; there before partitions_ is
  std::atomic<std::uint32_t> partitions_{0};
};

}  // namespace weir
