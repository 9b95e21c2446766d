// SPDX-License-Identifier: Apache-2.0
#include "runtime/lane.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/inline_node.h"
#include "runtime/worker_node.h"

namespace weir {

Lane::Lane(Services& services, TaskControl& task, const PipelineGraph& graph, int task_number,
           const std::vector<StageNode*>& nodes, const weir_origin* origin, std::uint32_t partitions)
    : task_(task), origin_(origin), key_rule_(origin->partition, partitions, graph.spec.partitioner) {
  std::vector<StageNode*> all = nodes;
  const GraphStage* source = nullptr;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const GraphStage& stage = graph.stages[i];
    if (stage.spec.kind == StageKind::kSource) source = &stage;
    if (!stage.is_between()) continue;
    if (stage.has_workers()) {
      nodes_.push_back(std::make_unique<WorkerNode>(services, *this, graph, i, task_number));
    } else {
      auto node = std::make_unique<InlineNode>(services, *this, graph, i, task_number);
      node->keep_to(key_rule_);
      nodes_.push_back(std::move(node));
    }
    doors_.push_back(static_cast<LanedNode*>(nodes[i]));
    nodes_.back()->take_wires_of(*nodes[i]);
    all[i] = nodes_.back().get();
  }
  const std::vector<Exchange*> no_exchanges(all.size(), nullptr);
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) (*node)->connect(all, no_exchanges);
  // As the source was connected: each stage that it leads to has its wires first.
  std::vector<std::size_t> wires(all.size(), 0);
  const auto enter = [&](const GraphPort& port) {
    for (const auto& to : port.consumers) {
      if (graph.stages[to.stage].is_between()) entries_.push_back({all[to.stage], wires[to.stage]++});
    }
  };
  for (const auto& port : source->ports) enter(port);
  enter(source->error);
}

Lane::~Lane() = default;

void Lane::load(const Checkpoint::TaskState& saved, const FindOrigin& origins) {
  for (const auto& state : saved) {
    const auto node =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n->name() == state.stage; });
    if (node == nodes_.end()) continue;  // the source's event time, or what check_saved_states lets pass
    try {
      (*node)->load(state.layers(), origins, SavedBy::kThisTask);
    } catch (const std::exception& e) {
      throw std::runtime_error("the stage '" + state.stage + "' cannot take up its state: " + e.what() +
                               "; to begin without it: --drop-state " + state.stage);
    }
  }
}

void Lane::start() {
  // First, so that an abort reaches one that hangs in its start. Nothing comes by them before all have
  // started.
  for (std::size_t i = 0; i < nodes_.size(); ++i) doors_[i]->add(origin_, *nodes_[i]);
  // From the back, so that whatever a stage emits finds the next ones started.
  for (auto node = nodes_.rbegin(); node != nodes_.rend() && !failed(); ++node) (*node)->start();
}

void Lane::save(Checkpoint::TaskState& to) const {
  for (const auto& node : nodes_) {
    Checkpoint::StageState one{node->name(), node->stage().state_shape, {}};
    node->save(one, false);
    if (one.rest) {
      SnapshotWriter all;
      all.raw(one.snapshot);
      std::exchange(one.rest, {})(all);
      one.snapshot = all.take();
    }
    node->saved();  // here it is in any case
    if (!one.snapshot.empty()) to.push_back(std::move(one));
  }
}

void Lane::tell_time(std::int64_t time) {
  time_ = time;
  for (const auto& entry : entries_) entry.node->take_watermark(entry.wire, time);
}

void Lane::close(bool saved) {
  closed_ = true;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    StageNode& node = *nodes_[i];
    doors_[i]->remove(origin_);
    node.counts().given_up.add(node.held(saved));
    node.pause(true);
    node.interrupt();
  }
}

bool Lane::calm() const {
  return std::none_of(nodes_.begin(), nodes_.end(), [](const auto& n) { return n->has_outstanding(); });
}

void Lane::stop_for(StopReason reason) {
  if (!closed_) task_.stop_for(std::move(reason));
}

}  // namespace weir
