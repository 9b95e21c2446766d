// SPDX-License-Identifier: Apache-2.0
#include "testing/graph_under_test.h"

#include <chrono>
#include <memory>
#include <utility>

#include "testing/replaced_stages.h"

namespace weir {
namespace {

class Rewriter {
 public:
  Rewriter(const PipelineGraph& real, const Wanted& wanted, Bench& bench, Log& log)
      : graph_(real), wanted_(wanted), bench_(bench), log_(log) {}

  PipelineGraph rewrite() {
    graph_.spec.tasks = wanted_.tasks;
    graph_.verify_ports = true;
    graph_.spec.checkpoint_store.clear();
    graph_.spec.by_partition = false;
    graph_.spec.exactly_once = false;
    graph_.keeper.reset();
    for (auto& stage : graph_.stages) stage.transactions = 0;
    // Only steps make checkpoints: the runtime's own come by the machine's clock.
    graph_.spec.checkpoint_every = std::chrono::hours(24 * 365);
    const std::size_t stages = graph_.stages.size();
    for (std::size_t i = 0; i < stages; ++i) add_feeds(i);
    for (std::size_t i = 0; i < stages; ++i) replace(graph_.stages[i]);
    for (std::size_t i = 0; i < stages; ++i) add_taps(i);
    auto& conductor = add(StageKind::kSource, "conductor");
    use(conductor, conducted_source(*bench_.conductor, conductor.spec.name, log_));
    return std::move(graph_);
  }

 private:
  static void use(GraphStage& stage, ReplacedStage replaced) {
    stage.plugin = replaced.plugin;
    stage.open = std::move(replaced.open);
  }

  void replace(GraphStage& stage) {
    const bool replaced = is_replaced(stage, wanted_.answered);
    stage.spec.concurrency = 1;
    const std::string& name = stage.spec.name;
    if (!replaced) {
      if (!wanted_.failing.contains(name)) return;
      auto& failing = bench_.failing[name];
      if (failing == nullptr)
        failing = std::make_unique<FailingStage>(*stage.plugin, stage.open->get(), bench_.scripts[name]);
      stage.plugin = &failing->plugin();
      return;
    }
    if (stage.spec.kind == StageKind::kSource) {
      SourceFeed& feed = bench_.feeds[name];
      feed.is_source = true;
      return use(stage, fed_source(feed, name, log_));
    }
    Script& script = bench_.scripts[name];
    if (stage.spec.kind == StageKind::kSink) script.taken = &bench_.seen[name];
    use(stage, scripted_stage(static_cast<weir_kind>(stage.plugin->kind), script, name, log_));
  }

  void add_taps(std::size_t index) {
    for (std::size_t p = 0; p < graph_.stages[index].ports.size(); ++p) {
      const std::size_t at = add_tap(index, graph_.stages[index].ports[p].name);
      auto& consumers = graph_.stages[index].ports[p].consumers;
      consumers.insert(consumers.begin(), {at, 0, false});
    }
    const auto& error = graph_.stages[index].error;
    if (!error.discarded && error.consumers.empty()) return;
    const std::size_t at = add_tap(index, error.name);
    auto& consumers = graph_.stages[index].error.consumers;
    consumers.insert(consumers.begin(), {at, 0, false});
  }

  /// Its index.
  std::size_t add_tap(std::size_t index, const std::string& port) {
    const std::string name = graph_.stages[index].spec.name + "." + port;
    GraphStage& stage = add(StageKind::kSink, name);
    use(stage, tap(bench_.seen[name], name, log_));
    return graph_.stages.size() - 1;
  }

  void add_feeds(std::size_t index) {
    if (graph_.stages[index].spec.kind == StageKind::kSource) return;
    const std::string name = graph_.stages[index].spec.name;
    const weir_input* const* input = graph_.stages[index].plugin->inputs;
    if (input == nullptr || *input == nullptr) return add_feed(name, {index, 0, false});
    for (std::uint32_t n = 0; input[n] != nullptr; ++n) {
      add_feed(name + "." + input[n]->name, {index, n, is_broadcast(index, n)});
    }
  }

  void add_feed(const std::string& name, GraphPort::Consumer to) {
    if (!wanted_.fed.contains(name)) return;
    GraphStage& stage = add(StageKind::kSource, "into " + name);
    use(stage, fed_source(bench_.feeds[name], stage.spec.name, log_));
    stage.ports.push_back({"records", WEIR_RECORDS, false, {to}, {}});
    stage.ports.push_back({"groups", WEIR_GROUPS, false, {to}, {}});
    // One that is never told the time does not hold that of the stage back.
    stage.has_event_time = wanted_.timed.contains(name);
  }

  /// As the pipeline's own connection to that input is.
  bool is_broadcast(std::size_t index, std::uint32_t input) const {
    for (const auto& stage : graph_.stages) {
      for (const auto& port : stage.ports) {
        for (const auto& to : port.consumers) {
          if (to.stage == index && to.input == input) return to.broadcast;
        }
      }
    }
    return false;
  }

  GraphStage& add(StageKind kind, const std::string& name) {
    auto& stage = graph_.stages.emplace_back();
    stage.spec.kind = kind;
    stage.spec.name = name;
    return stage;
  }

  PipelineGraph graph_;
  const Wanted& wanted_;
  Bench& bench_;
  Log& log_;
};

}  // namespace

bool is_replaced(const GraphStage& stage, const std::set<std::string>& answered) {
  return stage.spec.kind == StageKind::kSource || stage.spec.kind == StageKind::kSink ||
         (stage.plugin->capabilities & WEIR_BLOCKS) != 0 || answered.contains(stage.spec.name);
}

PipelineGraph graph_under_test(const PipelineGraph& real, const Wanted& wanted, Bench& bench, Log& log) {
  return Rewriter(real, wanted, bench, log).rewrite();
}

}  // namespace weir
