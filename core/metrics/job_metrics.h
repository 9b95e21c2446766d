// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// A count that one thread writes and any thread reads.
class OwnedCount {
 public:
  void add(std::uint64_t n) { n_.store(n_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t get() const { return n_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> n_{0};
};

/// What is counted of one stage within one task. Written by the task's thread.
struct StageCounts {
  explicit StageCounts(std::size_t port_count) : ports(port_count) {}
  OwnedCount in;                 ///< records taken
  std::deque<OwnedCount> ports;  ///< records that left, by port number
  OwnedCount error;              ///< records that left by the error port
  OwnedCount given_up;   ///< records that were held and forgotten: their partition's next owner reads them
  OwnedCount held_back;  ///< milliseconds in which the task read nothing because the stage's queue was full
};

/// A stage's sums over all tasks, at one moment.
struct StageTotals {
  std::uint64_t in = 0;
  std::vector<std::uint64_t> ports;
  std::uint64_t error = 0;
  std::uint64_t given_up = 0;
  std::uint64_t held_back = 0;
  std::map<std::string, std::uint64_t> named;  ///< the plugin's own counters

  /// Adds those of the same stage in another job of the same graph.
  StageTotals& operator+=(const StageTotals& other);
};

/// What checkpoints have cost. Times in microseconds.
struct CheckpointCosts {
  std::uint64_t bytes = 0, last_bytes = 0;                    ///< written, by all of them and by the last one
  std::uint64_t pauses = 0;                                   ///< how often a task has stood still for one
  std::int64_t pause = 0, last_pause = 0, longest_pause = 0;  ///< in all, and for one
  std::int64_t last_duration = 0;  ///< until the last one was durable, which may be beside the stream

  CheckpointCosts& operator+=(const CheckpointCosts& later);
};

/// All counts of a job.
class JobMetrics {
 public:
  /// `port_counts[i]`: how many ports stage i has.
  JobMetrics(const std::vector<std::size_t>& port_counts, int tasks);

  StageCounts& counts(std::size_t stage, int task) {
    return slots_[stage * tasks_ + static_cast<std::size_t>(task)];
  }
  /// The plugin's counter of that name; the same for all instances of the stage. Thread-safe.
  std::atomic<std::uint64_t>& named(std::size_t stage, std::string_view name);

  /// Thread-safe.
  std::vector<StageTotals> totals() const;

  /// A checkpoint of the task is made: what it has counted so far will stand for good, but that each stage
  /// still holds so many records which are read again if the job fails. By the task's thread.
  void note_checkpoint(int task, const std::vector<std::uint64_t>& held);
  /// That one has been saved at `now`, in milliseconds since 1970.
  void checkpointed(int task, std::int64_t now);
  /// A task has stood still for one; one of that size has become durable. Thread-safe.
  void checkpoint_paused(std::chrono::steady_clock::duration time);
  void checkpoint_written(std::uint64_t bytes, std::chrono::steady_clock::duration time);
  CheckpointCosts checkpoint_costs() const;
  /// The totals of each task when its last checkpoint was saved, with what was held as given up; and how many
  /// checkpoints there were. Thread-safe.
  std::vector<StageTotals> totals_at_checkpoints() const;
  std::uint64_t checkpoints() const;
  /// When the last one was saved. Thread-safe.
  std::optional<std::int64_t> last_checkpoint() const;

 private:
  StageTotals total_of(std::size_t slot) const;

  const std::size_t tasks_;
  std::deque<StageCounts> slots_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::map<std::string, std::unique_ptr<std::atomic<std::uint64_t>>, std::less<>>> named_;
  std::vector<StageTotals> noted_;                                 ///< by slot
  std::vector<StageTotals> saved_;                                 ///< the same without named ones
  std::vector<std::map<std::string, std::uint64_t>> saved_named_;  ///< by stage
  std::uint64_t checkpoints_ = 0;
  std::optional<std::int64_t> last_checkpoint_;
  CheckpointCosts costs_;
};

}  // namespace weir
