// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "checkpoint/positions.h"
#include "runtime/inline_node.h"

namespace weir {

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

  /// Commits what `held` allows. False when the source refused for now; then it comes again with the next
  /// commit.
  bool commit(const HeldPositions& held);
  /// By which a sink that commits the positions proves that they are this source's; empty: none.
  std::string claim();
  void forget_origin(const weir_origin* origin) {
    // Another task may have it by now.
    if (!services_.units.has(origin->partition)) services_.saved.forget(origin);
    positions_.forget(origin);
    if (event_times_) event_times_->forget(origin);
  }
  void forget_units(const std::vector<std::int32_t>& units) {
    positions_.forget_if([&](const weir_origin& origin) {
      return std::find(units.begin(), units.end(), origin.partition) != units.end();
    });
  }
  /// A partition has come, and reading goes on there.
  void take_over(const weir_position& position) {
    if (view(position.origin->source) == name()) positions_.restored({position});
  }
  const Positions& positions() const { return positions_; }

 private:
  void emitted(const weir_record* records, std::size_t count) override {
    if (!services_.units.on()) return positions_.read(records, count);
    for (std::size_t i = 0; i < count; ++i) {
      if (is_ours(records[i])) positions_.read(records + i, 1);
    }
  }
  bool is_ours(const weir_record& record) const override {
    return !services_.units.on() || record.origin == nullptr ||
           services_.units.has(record.origin->partition, task_number_);
  }

  Positions positions_;
  std::vector<weir_position> restored_;
  bool ended_ = false;
};

}  // namespace weir
