// SPDX-License-Identifier: Apache-2.0
#include "runtime/source_node.h"

#include <utility>

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
    tell_watermark(Watermarks::kEnd);
  }
  return status == WEIR_OK;
}

double SourceNode::progress() const {
  return stage_.plugin->progress == nullptr ? -1 : stage_.plugin->progress(instance_);
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
  return true;
}

std::string SourceNode::claim() {
  if (stage_.plugin->claim == nullptr) return {};
  return std::string(view(stage_.plugin->claim(instance_, context())));
}

}  // namespace weir
