// SPDX-License-Identifier: Apache-2.0
#include "runtime/stage_node.h"

#include <weir/host_memory.h>

#include <algorithm>

#include "runtime/exchange.h"
#include "runtime/key_reader.h"

namespace weir {

void Outlet::emit(const weir_record* records, std::size_t count) const {
  if (check_ != nullptr && !check_->passes(records, count)) return;
  count_->add(count);
  for (const Consumer& to : consumers_) to.receiver->take(records, count, to.inlet);
}

void Outlet::emit(const weir_group& group) const {
  if (check_ != nullptr && !check_->passes(group)) return;
  count_->add(group.count);
  for (const Consumer& to : consumers_) {
    weir_group copy = group;
    copy.input = to.inlet.input;
    to.receiver->take(copy, to.inlet);
  }
}

KeyReader* Outlet::key_reader() const {
  if (consumers_.size() != 1 || check_ != nullptr || consumers_[0].inlet.broadcast) return nullptr;
  return consumers_[0].receiver->key_reader();
}

void Outlet::refuse(const weir_record& record, std::string_view why) const {
  consumers_[0].receiver->refuse_keyless(record, why);
}

void Outlet::emit_keyed(const KeyReader& keyed, std::size_t refused) const {
  const std::size_t count = keyed.keys().size();
  count_->add(count + refused);
  consumers_[0].receiver->take_keyed(keyed.records(), keyed.keys().data(), count, consumers_[0].inlet);
}

void Outlet::tell_watermark(std::int64_t time) const {
  for (const Consumer& to : consumers_) {
    if (to.wire != kNoWire) to.receiver->take_watermark(to.wire, time);
  }
}

void Outlet::tell_idle(bool idle) const {
  for (const Consumer& to : consumers_) {
    if (to.wire != kNoWire) to.receiver->take_idle(to.wire, idle);
  }
}

void Outlet::pass_origin(const weir_origin* origin, bool here) const {
  for (const Consumer& to : consumers_) {
    if (to.receiver == to.node) to.node->take_origin(origin, here);
  }
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

void StageNode::connect(const std::vector<StageNode*>& nodes, const std::vector<Exchange*>& exchanges) {
  const auto wire = [&](Outlet& outlet, const GraphPort& port) {
    for (const auto& to : port.consumers) {
      StageNode& node = *nodes[to.stage];
      // With state by partition sinks stand behind many lanes, each with a time of its own; nobody asks
      // there.
      if (graph_.spec.by_partition && node.stage_.spec.kind == StageKind::kSink) {
        outlet.connect({&node, &node, {to.input, to.broadcast}, Outlet::kNoWire});
        continue;
      }
      const bool exchanged = graph_.is_exchanged(to);
      const std::size_t first = node.watermarks_.add(!stage_.has_event_time);
      for (int task = 1; exchanged && task < graph_.spec.tasks; ++task)
        node.watermarks_.add(!stage_.has_event_time);
      Receiver* const receiver = exchanged ? static_cast<Receiver*>(exchanges[to.stage]) : &node;
      outlet.connect({&node, receiver, {to.input, to.broadcast}, first});
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

void StageNode::pass_origin(const weir_origin* origin, bool here) const {
  for (const auto& outlet : outlets_) outlet.pass_origin(origin, here);
  error_.pass_origin(origin, here);
}

void StageNode::tell_idle(bool idle) const {
  for (const auto& outlet : outlets_) outlet.tell_idle(idle);
  error_.tell_idle(idle);
}

void StageNode::collect_queues(const StageNode& from) {
  const auto visit = [&](const Outlet& outlet) {
    for (const auto& to : outlet.consumers()) {
      if (to.receiver != to.node) add_queue(*to.receiver);
      if (to.node->stage().has_workers()) {
        add_queue(*to.node);
      } else {
        collect_queues(*to.node);
      }
    }
  };
  for (const auto& outlet : from.outlets_) visit(outlet);
  visit(from.error_);
}

void StageNode::add_queue(const Receiver& queue) {
  if (std::find(queues_behind_.begin(), queues_behind_.end(), &queue) == queues_behind_.end())
    queues_behind_.push_back(&queue);
}

bool StageNode::full_behind() const {
  return std::any_of(queues_behind_.begin(), queues_behind_.end(),
                     [](const Receiver* q) { return q->full(); });
}

void StageNode::refuse_keyless(const weir_record& record, std::string_view why) {
  counts_.in.add(1);
  send_failed(WEIR_ERROR_PORT, stage_.error.name, &record, 1, "no_key", why);
}

void StageNode::send_poison(const weir_record* records, std::size_t count) {
  const auto poison = std::find_if(records, records + count, [&](const weir_record& record) {
    return services_.suspects.verdict(name(), record) == Suspects::Verdict::kPoison;
  });
  send_failed(WEIR_ERROR_PORT, stage_.error.name, records, count, "poison",
              services_.suspects.reason(name(), *poison));
}

bool StageNode::set_aside(const weir_group& group) {
  if (services_.suspects.none()) return false;
  const auto* const end = group.records + group.count;
  if (std::none_of(group.records, end, [&](const weir_record& record) {
        return services_.suspects.verdict(name(), record) == Suspects::Verdict::kPoison;
      }))
    return false;
  send_poison(group.records, group.count);
  return true;
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

bool blames_records(const GraphStage& stage) {
  return stage.is_between() && (stage.plugin->capabilities & WEIR_BLOCKS) == 0;
}

std::string describe_origin(const weir_record& record) {
  if (record.origin == nullptr) return "(of no source)";
  std::string text = std::string(view(record.origin->source)) + "[" + std::string(view(record.origin->name));
  if (record.origin->partition >= 0) text += "/" + std::to_string(record.origin->partition);
  return text + "@" + std::to_string(record.position) + "]";
}

}  // namespace weir
