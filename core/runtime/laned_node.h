// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "runtime/stage_node.h"

namespace weir {

/// With state by partition, a stage between the source and the sinks within a task: for each partition that
/// the task reads it has a node of its own, with its own state, timers, windows and workers, so that nothing
/// of one partition depends on another. Those nodes belong to their Lane and lead to each other; here they
/// stand side by side. Used by the task's thread, except interrupt().
class LanedNode final : public StageNode {
 public:
  using StageNode::StageNode;

  void add(const weir_origin* origin, StageNode& node);
  void remove(const weir_origin* origin);

  void start() override {}
  /// From the source: to the node of the partition that the records come from.
  void take(const weir_record* records, std::size_t count, Inlet inlet) override;
  void take(const weir_group& group, Inlet inlet) override;
  /// Of the source as a whole: to all.
  void take_watermark(std::size_t wire, std::int64_t time) override;
  void take_idle(std::size_t wire, bool idle) override;

  void finish(bool ended) override;
  void flush() override;
  void interrupt() override;
  std::int64_t next_timer() override;
  void fire_timers(std::int64_t now) override;
  void set_asked(bool asked, std::int64_t now) override;
  bool full() const override;
  void hand_over() override;
  void pause(bool paused) override;
  bool has_outstanding() const override;
  void hold(HeldPositions& held, bool saved) const override;
  std::uint64_t held(bool saved) const override;
  void expire(std::int64_t now) override;

 private:
  struct Child {
    const weir_origin* origin;
    StageNode* node;
  };

  /// Of the record's partition; null, and told, when the source has not taken that over.
  StageNode* find(const weir_record& record);

  std::vector<Child> children_;
  mutable std::mutex mutex_;  // held to change children_, and by interrupt()
  bool paused_ = false;
};

}  // namespace weir
