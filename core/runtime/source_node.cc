// SPDX-License-Identifier: Apache-2.0
#include "runtime/source_node.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/lanes.h"

namespace weir {

SourceNode::SourceNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
                       int task_number, const std::vector<weir_position>& restored)
    : InlineNode(services, task, graph, stage, task_number) {
  for (const auto& position : restored) {
    if (view(position.origin->source) == name()) restored_.push_back(position);
  }
}

void SourceNode::start() {
  if (!create()) return;
  if (!restored_.empty() && stage_.plugin->restore != nullptr) {
    positions_.restored(restored_);
    settle(stage_.plugin->restore(instance_, context(), restored_.data(), restored_.size()), nullptr, 0);
  }
  if (!task_.failed()) settle(stage_.plugin->start(instance_, context()), nullptr, 0);
  if (event_times_ && !task_.failed()) tell_time();
}

bool SourceNode::poll(std::size_t budget) {
  const weir_status status = stage_.plugin->poll(instance_, context(), budget);
  settle(status, nullptr, 0);
  // In a meeting of the tasks nothing may be set off; it is told with the next records.
  if (budget == 0) return false;
  if (event_times_ && !task_.failed()) tell_time();
  if (status == WEIR_END) {
    ended_ = true;
    lanes_ != nullptr ? lanes_->tell_end() : tell_watermark(Watermarks::kEnd);
  }
  return status == WEIR_OK;
}

double SourceNode::progress() const {
  return stage_.plugin->progress == nullptr ? -1 : stage_.plugin->progress(instance_);
}

std::vector<weir_position> SourceNode::committable(const std::vector<weir_position>& saved) const {
  std::vector<weir_position> positions;
  std::copy_if(saved.begin(), saved.end(), std::back_inserter(positions), [&](const weir_position& p) {
    const auto before = positions_.committed(p.origin);
    return before && *before < p.next;
  });
  return positions;
}

bool SourceNode::commit(const std::vector<weir_position>& positions) {
  if (positions.empty()) return true;
  if (stage_.plugin->commit != nullptr) {
    const weir_status status =
        stage_.plugin->commit(instance_, context(), positions.data(), positions.size());
    if (status == WEIR_FAILED) {
      const StopReason reason = take_error();
      services_.log.write(LogLevel::kWarn, name(),
                          "positions are not committed yet, trying again: " + reason.message);
      return false;
    }
    settle(status, nullptr, 0);
    if (status != WEIR_OK) return false;
  }
  positions_.committed(positions);
  // Where no checkpoint says so.
  if (graph_.spec.checkpoint_store.empty() && !graph_.keeper) services_.saved.set(positions);
  return true;
}

void SourceNode::go_on_at(const weir_position& position) {
  positions_.go_on_at(position);
}

void SourceNode::expect(const weir_origin* origin) {
  if (event_times_) event_times_->expect(origin, services_.clock.now());
}

void SourceNode::save_times(const weir_origin* origin, std::int64_t time, Checkpoint::TaskState& to) const {
  if (!event_times_) return;
  SnapshotWriter one;
  one.number(0);
  one.number(1);
  // After the end of the input there may be more of it.
  event_times_->save(one, origin, time == Watermarks::kEnd ? event_times_->watermark_of(origin) : time);
  to.push_back({name(), stage_.state_shape, one.take()});
}

std::optional<std::int64_t> SourceNode::load_times(const Checkpoint::TaskState& saved,
                                                   const FindOrigin& origins) {
  const auto own =
      std::find_if(saved.begin(), saved.end(), [&](const auto& state) { return state.stage == name(); });
  if (own == saved.end() || !event_times_) return std::nullopt;
  SnapshotReader from(own->snapshot);
  from.number();  // a source keeps no state
  from.number();  // and has event time
  const std::int64_t time = SnapshotReader(from).time();
  event_times_->load(from, origins, services_.clock.now(), true);
  return time;
}

void SourceNode::tell_time() {
  if (lanes_ == nullptr) return InlineNode::tell_time();
  if (event_times_) lanes_->tell_times(*event_times_);
}

std::string SourceNode::claim() {
  if (stage_.plugin->claim == nullptr) return {};
  return std::string(view(stage_.plugin->claim(instance_, context())));
}

}  // namespace weir
