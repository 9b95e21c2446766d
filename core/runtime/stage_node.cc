// SPDX-License-Identifier: Apache-2.0
#include "runtime/stage_node.h"

#include <weir/host_memory.h>

#include <algorithm>

namespace weir {

void Outlet::emit(const weir_record* records, std::size_t count) const {
  if (check_ != nullptr && !check_->passes(records, count)) return;
  count_->add(count);
  for (const Consumer& to : consumers_) to.node->take(records, count, to.inlet);
}

void Outlet::emit(const weir_group& group) const {
  if (check_ != nullptr && !check_->passes(group)) return;
  count_->add(group.count);
  for (const Consumer& to : consumers_) {
    weir_group copy = group;
    copy.input = to.inlet.input;
    to.node->take(copy);
  }
}

void Outlet::tell_watermark(std::int64_t time) const {
  for (const Consumer& to : consumers_) to.node->take_watermark(to.wire, time);
}

void Outlet::tell_idle(bool idle) const {
  for (const Consumer& to : consumers_) to.node->take_idle(to.wire, idle);
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
    if (!graph.verify_ports) continue;
    checks_.push_back(std::make_unique<PortCheck>(task, name(), stage_.ports[p]));
    outlets_.back().verify_by(*checks_.back());
  }
}

void StageNode::connect(const std::vector<StageNode*>& nodes) {
  const auto wire = [&](Outlet& outlet, const GraphPort& port) {
    for (const auto& to : port.consumers) {
      StageNode& node = *nodes[to.stage];
      outlet.connect({&node, {to.input, to.broadcast}, node.watermarks_.add(!stage_.has_event_time)});
    }
  };
  for (std::size_t p = 0; p < stage_.ports.size(); ++p) wire(outlets_[p], stage_.ports[p]);
  wire(error_, stage_.error);
  collect_queues(*this);
}

void StageNode::take_idle(std::size_t wire, bool idle) {
  if (watermarks_.set_idle(wire, idle)) on_watermark(watermarks_.now());
  if (watermarks_.idle() == idle_) return;
  idle_ = !idle_;
  on_idle(idle_);
}

void StageNode::tell_watermark(std::int64_t time) const {
  for (const auto& outlet : outlets_) outlet.tell_watermark(time);
  error_.tell_watermark(time);
}

void StageNode::tell_idle(bool idle) const {
  for (const auto& outlet : outlets_) outlet.tell_idle(idle);
  error_.tell_idle(idle);
}

void StageNode::collect_queues(const StageNode& from) {
  const auto visit = [&](const Outlet& outlet) {
    for (const auto& to : outlet.consumers()) {
      StageNode* const consumer = to.node;
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
