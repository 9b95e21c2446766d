// SPDX-License-Identifier: Apache-2.0
#include "runtime/laned_node.h"

#include <algorithm>

namespace weir {

void LanedNode::add(const weir_origin* origin, StageNode& node) {
  node.pause(paused_);
  const std::lock_guard lock(mutex_);
  children_.push_back({origin, &node});
}

void LanedNode::remove(const weir_origin* origin) {
  const std::lock_guard lock(mutex_);
  std::erase_if(children_, [&](const Child& child) { return child.origin == origin; });
}

StageNode* LanedNode::find(const weir_record& record) {
  for (const auto& child : children_) {
    if (child.origin == record.origin) return child.node;
  }
  task_.stop_for({name(), "not_taken_over",
                  "the source has emitted the record " + describe_origin(record) +
                      ", whose partition it has not taken over"});
  return nullptr;
}

void LanedNode::take(const weir_record* records, std::size_t count, Inlet inlet) {
  for (std::size_t begin = 0; begin < count && !task_.failed();) {
    std::size_t end = begin + 1;
    while (end < count && records[end].origin == records[begin].origin) ++end;
    if (StageNode* const node = find(records[begin])) node->take(records + begin, end - begin, inlet);
    begin = end;
  }
}

void LanedNode::take(const weir_group& group, Inlet inlet) {
  if (group.count == 0) return;
  if (StageNode* const node = find(group.records[0])) node->take(group, inlet);
}

void LanedNode::take_watermark(std::size_t wire, std::int64_t time) {
  for (const auto& child : children_) child.node->take_watermark(wire, time);
}

void LanedNode::take_idle(std::size_t wire, bool idle) {
  for (const auto& child : children_) child.node->take_idle(wire, idle);
}

void LanedNode::finish(bool ended) {
  for (const auto& child : children_) child.node->finish(ended);
}

void LanedNode::flush() {
  for (const auto& child : children_) child.node->flush();
}

void LanedNode::interrupt() {
  const std::lock_guard lock(mutex_);
  for (const auto& child : children_) child.node->interrupt();
}

std::int64_t LanedNode::next_timer() {
  std::int64_t next = Timers::kNever;
  for (const auto& child : children_) next = std::min(next, child.node->next_timer());
  return next;
}

void LanedNode::fire_timers(std::int64_t now) {
  for (const auto& child : children_) {
    if (child.node->next_timer() != Timers::kNever) child.node->fire_timers(now);
  }
}

void LanedNode::set_asked(bool asked, std::int64_t now) {
  for (const auto& child : children_) child.node->set_asked(asked, now);
}

bool LanedNode::full() const {
  return std::any_of(children_.begin(), children_.end(), [](const Child& c) { return c.node->full(); });
}

void LanedNode::hand_over() {
  for (const auto& child : children_) child.node->hand_over();
}

void LanedNode::pause(bool paused) {
  paused_ = paused;
  for (const auto& child : children_) child.node->pause(paused);
}

bool LanedNode::has_outstanding() const {
  return std::any_of(children_.begin(), children_.end(),
                     [](const Child& c) { return c.node->has_outstanding(); });
}

void LanedNode::hold(HeldPositions& held, bool saved) const {
  for (const auto& child : children_) child.node->hold(held, saved);
}

std::uint64_t LanedNode::held(bool saved) const {
  std::uint64_t count = 0;
  for (const auto& child : children_) count += child.node->held(saved);
  return count;
}

void LanedNode::expire(std::int64_t now) {
  for (const auto& child : children_) child.node->expire(now);
}

}  // namespace weir
