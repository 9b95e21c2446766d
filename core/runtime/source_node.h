// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/positions.h"
#include "runtime/inline_node.h"

namespace weir {

class Lanes;

/// A source within a task: it notes the position of each record that it emits, and hands back those that are
/// safe.
class SourceNode final : public InlineNode {
 public:
  /// `restored`: positions of a store, of all sources; the node picks its own.
  SourceNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
             int task_number, const std::vector<weir_position>& restored);

  void start() override;
  /// One poll. False when there was nothing. With budget 0 it only keeps the source alive.
  bool poll(std::size_t budget);
  bool ended() const { return ended_; }
  /// How far it is, 0 to 1; negative when unknown. [any-thread, between start and the task's end]
  double progress() const;

  /// Commits those positions, which `positions()` has given. False when the source refused for now; then they
  /// come again with the next ones.
  bool commit(const std::vector<weir_position>& positions);
  /// By which a sink that commits the positions proves that they are this source's; empty: none.
  std::string claim();
  void forget_origin(const weir_origin* origin) {
    services_.saved.forget(origin);
    positions_.forget(origin);
    if (event_times_) event_times_->forget(origin);
    pass_origin(origin, false);
  }
  const Positions& positions() const { return positions_; }

  // -- with state by partition --
  /// From now on event time is told to the lanes, each that of its partition. They outlive this.
  void tell_to(Lanes& lanes) { lanes_ = &lanes; }
  /// The partition is here: reading goes on behind what is saved, and records are to be expected.
  void go_on_at(const weir_position& position);
  void expect(const weir_origin* origin);
  /// Event time of a partition, as a part of what is saved with it; load_times() returns how far it had come.
  void save_times(const weir_origin* origin, std::int64_t time, Checkpoint::TaskState& to) const;
  std::optional<std::int64_t> load_times(const Checkpoint::TaskState& saved, const FindOrigin& origins);
  /// Which of these may be committed: of partitions that are still here, and have not been committed so far.
  std::vector<weir_position> committable(const std::vector<weir_position>& saved) const;

 private:
  void tell_time() override;
  void emitted(const weir_record* records, std::size_t count) override { positions_.read(records, count); }
  /// With state by partition the positions are the task's own, not the job's: a partition may have come to
  /// another task of this process before this one learns that it has lost it.
  std::optional<std::int64_t> goes_on_at(const weir_origin* origin) const override {
    return lanes_ != nullptr ? positions_.read_up_to(origin) : std::nullopt;
  }

  Positions positions_;
  std::vector<weir_position> restored_;
  bool ended_ = false;
  Lanes* lanes_ = nullptr;
};

}  // namespace weir
