// SPDX-License-Identifier: Apache-2.0
#include "runtime/stage_node.h"

#include <weir/host_memory.h>

#include <algorithm>

namespace weir {

void Outlet::emit(const weir_record* records, std::size_t count) const {
  count_->add(count);
  for (StageNode* consumer : consumers_) consumer->take(records, count);
}

void Outlet::emit(const weir_group& group) const {
  count_->add(group.count);
  for (StageNode* consumer : consumers_) consumer->take(group);
}

StageNode::StageNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
                     int task_number)
    : services_(services),
      task_(task),
      graph_(graph),
      index_(stage),
      stage_(graph.stages[stage]),
      task_number_(task_number),
      counts_(services.metrics.counts(stage, task_number)),
      error_(counts_.error, stage_.error.discarded) {
  for (std::size_t p = 0; p < stage_.ports.size(); ++p) {
    outlets_.emplace_back(counts_.ports[p], stage_.ports[p].discarded);
  }
}

void StageNode::connect(const std::vector<StageNode*>& nodes) {
  for (std::size_t p = 0; p < stage_.ports.size(); ++p) {
    for (const std::size_t to : stage_.ports[p].consumers) outlets_[p].connect(*nodes[to]);
  }
  for (const std::size_t to : stage_.error.consumers) error_.connect(*nodes[to]);
  collect_queues(*this);
}

void StageNode::collect_queues(const StageNode& from) {
  const auto visit = [&](const Outlet& outlet) {
    for (StageNode* consumer : outlet.consumers()) {
      if (!consumer->stage().has_workers()) {
        collect_queues(*consumer);
      } else if (std::find(downstream_queues_.begin(), downstream_queues_.end(), consumer) ==
                 downstream_queues_.end()) {
        downstream_queues_.push_back(consumer);
      }
    }
  };
  for (const auto& outlet : from.outlets_) visit(outlet);
  visit(from.error_);
}

void StageNode::send_out(std::uint32_t port, const weir_record* records, std::size_t count) {
  if (task_.failed() || count == 0) return;
  Outlet& to = outlet(port);
  if (to.wired()) return to.emit(records, count);
  const weir_failure& failure = *records[0].failure;
  task_.stop_for({name(), std::string(view(failure.code)),
                  "cannot take the record " + describe_origin(records[0]) + ": " +
                      std::string(view(failure.message)) + "; wire the port '" + name() +
                      ".error' to keep such records and go on"});
}

void StageNode::send_failed(std::uint32_t port, const std::string& port_name, const weir_record* records,
                            std::size_t count, std::string_view code, std::string_view message) {
  const std::int64_t now = services_.clock.now();
  OwnedRecords failed;
  for (std::size_t i = 0; i < count; ++i) {
    failed.adopt(host_memory::with_failure(records[i], {name(), port_name, code, message}, now));
  }
  send_out(port, failed.data(), failed.size());
}

std::string describe_origin(const weir_record& record) {
  if (record.origin == nullptr) return "(of no source)";
  std::string text = std::string(view(record.origin->source)) + "[" + std::string(view(record.origin->name));
  if (record.origin->partition >= 0) text += "/" + std::to_string(record.origin->partition);
  return text + "@" + std::to_string(record.position) + "]";
}

}  // namespace weir
