// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "runtime/key_rule.h"
#include "runtime/laned_node.h"
#include "runtime/stage_node.h"

namespace weir {

/// What a task does for one partition, with state by partition: a node of every stage between the source and
/// the sinks. Used by the task's thread.
class Lane final : public TaskControl {
 public:
  /// Where the source leads to within the lane, for the partition's event time.
  struct Entry {
    StageNode* node;
    std::size_t wire;
  };

  /// `nodes`: of the task, by stage; those between are LanedNodes, which have been connected with the source.
  /// `partitions`: how many there are in all. All but the numbers outlive the lane.
  Lane(Services& services, TaskControl& task, const PipelineGraph& graph, int task_number,
       const std::vector<StageNode*>& nodes, const weir_origin* origin, std::uint32_t partitions);
  /// Waits for the calls that run; none does where calm().
  ~Lane() override;

  const weir_origin* origin() const { return origin_; }

  /// Takes up what the stages have saved, those of the lane. Before start(). Throws std::runtime_error, for
  /// people, when a stage cannot.
  void load(const Checkpoint::TaskState& saved, const FindOrigin& origins);
  /// Makes and starts the instances, and opens the task's nodes for the partition.
  void start();
  void save(Checkpoint::TaskState& to) const;

  /// Event time of the partition has come so far; told when it moves on.
  void tell_time(std::int64_t time);
  std::int64_t time() const { return time_; }
  /// It had come so far in the last run.
  void restore_time(std::int64_t time) { time_ = time; }

  /// From now on nothing of it goes on: records that it holds are left to the partition's next owner, and
  /// what its workers still do is not sent. `saved`: what it holds is saved.
  void close(bool saved);
  /// Whether no call is running, so that it may be destroyed at once.
  bool calm() const;

  void stop_for(StopReason reason) override;
  bool failed() const override { return closed_ || task_.failed(); }
  bool stopping() const override { return task_.stopping(); }
  bool leave_timers(const StageNode& stage, bool kept, const std::function<std::size_t()>& due) override {
    return task_.leave_timers(stage, kept, due);
  }
  void work_done(StageNode& node, Work& work) override { task_.work_done(node, work); }
  void wake() override { task_.wake(); }
  void give_up(const weir_origin* const*, std::size_t, bool) override {}  // sources only
  bool take_over(const weir_origin* const*, std::size_t, std::uint32_t) override { return false; }

 private:
  TaskControl& task_;
  const weir_origin* const origin_;
  const KeyRule key_rule_;
  bool closed_ = false;
  std::int64_t time_ = Watermarks::kStart;
  std::vector<Entry> entries_;
  std::vector<LanedNode*> doors_;                  ///< beside nodes_
  std::vector<std::unique_ptr<StageNode>> nodes_;  ///< in the graph's order
};

}  // namespace weir
