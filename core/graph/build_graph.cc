// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "graph/delivery.h"
#include "graph/key_use.h"
#include "graph/pipeline_graph.h"
#include "graph/quoted.h"
#include "graph/stage_order.h"
#include "graph/stage_settings.h"
#include "graph/surroundings.h"
#include "graph/wiring.h"
#include "graph/work_split.h"
#include "plugin/library.h"
#include "plugin/options_binding.h"

namespace weir {
namespace {

weir_kind abi_kind(StageKind kind) {
  switch (kind) {
    case StageKind::kSource:
      return WEIR_SOURCE;
    case StageKind::kWindow:
      return WEIR_WINDOW;
    case StageKind::kProcess:
      return WEIR_PROCESS;
    case StageKind::kSink:
      break;
  }
  return WEIR_SINK;
}

std::string state_shape(const StageSpec& spec, const weir_plugin& plugin, const nlohmann::json& options) {
  nlohmann::json shape = nlohmann::json::object();
  if (!spec.key.empty()) shape["key"] = spec.key;
  for (const auto* const* option = plugin.options; *option != nullptr; ++option) {
    const weir_option& o = **option;
    if (o.shapes_state != 0 && o.secret == 0 && options.contains(o.name)) shape[o.name] = options[o.name];
  }
  return shape.dump();
}

class Builder {
 public:
  Builder(PipelineSpec spec, PluginCatalog& catalog, Log& log, Diagnostics& diagnostics)
      : catalog_(catalog), log_(log), diagnostics_(diagnostics) {
    graph_.spec = std::move(spec);
  }

  std::optional<PipelineGraph> build() {
    for (const auto& stage : graph_.spec.stages) open(stage);
    Wiring wiring(graph_, diagnostics_);
    for (std::size_t i = 0; i < graph_.stages.size(); ++i) wiring.wire(i);
    for (const auto& ref : graph_.spec.discard) wiring.discard(ref);
    wiring.check_loose_ends();
    put_in_order(graph_, diagnostics_);
    spread_event_time();
    split_work(graph_);
    check_key_use(graph_, diagnostics_);
    check_surroundings(graph_, diagnostics_);
    settle_delivery(graph_, diagnostics_);
    check_store();
    check_state();
    check_poison();
    if (!diagnostics_.empty()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  /// Finds the plugin and lets it check its options. A stage that fails stays in the graph without plugin, so
  /// that its neighbours are checked and nothing is reported twice.
  void open(const StageSpec& spec) {
    auto& stage = graph_.stages.emplace_back();
    stage.spec = spec;
    if (spec.plugin.empty()) return;  // told by the reader of the file
    auto found = catalog_.find(abi_kind(spec.kind), spec.plugin);
    if (auto* why = std::get_if<std::string>(&found)) {
      diagnostics_.add(spec.plugin_mark, *why);
      return;
    }
    const weir_plugin& plugin = *std::get<0>(found);
    const std::string label = std::string(kind_name(plugin.kind)) + " plugin " + in_quotes(spec.plugin);
    check_stage_settings(spec, plugin, label, diagnostics_);
    const auto options = bind_options(spec.options, plugin.options, label, diagnostics_,
                                      [&](const Node::Entry& entry) { return takers(spec.kind, entry); });
    if (!options) return;
    std::vector<OpenStage::Problem> problems;
    stage.open = OpenStage::open(plugin, graph_.spec.name, spec.name, *options, log_, problems);
    for (const auto& problem : problems) {
      const Mark& mark = find_mark(spec.options, problem.pointer);
      diagnostics_.add(mark.line == 0 ? spec.mark : mark,
                       "stage " + in_quotes(spec.name) + ": " + problem.message);
    }
    if (stage.open == nullptr) return;
    stage.plugin = &plugin;
    stage.state_shape = state_shape(spec, plugin, *options);
    for (const auto* port : stage.open->ports()) {
      const std::string schema = port->schema == nullptr ? "" : port->schema;
      if (!schema.empty())
        check_schema(spec.plugin_mark, label + ", port " + in_quotes(port->name), schema, diagnostics_);
      stage.ports.push_back({port->name, static_cast<weir_item>(port->item), false, {}, schema});
    }
  }

  /// Which plugins of the kind take an option that this one does not take.
  std::string takers(StageKind kind, const Node::Entry& entry) {
    if (entry.key == "event_time") return "; it is said at a source or a process";
    std::string names;
    for (const weir_plugin* plugin : catalog_.of_kind(abi_kind(kind))) {
      if (takes_option(entry, plugin->options))
        names += (names.empty() ? "" : ", ") + std::string(plugin->name);
    }
    return names.empty() ? names
                         : "; " + std::string(kind_name(abi_kind(kind))) + " plugins that take it: " + names;
  }

  /// State that goes with the process is lost in silence at the next start.
  void check_store() {
    if (!graph_.spec.checkpoint_store.empty() || graph_.keeper || graph_.spec.state_may_be_lost) return;
    if (graph_.spec.exactly_once || graph_.spec.by_partition || !graph_.spec.checkpoint_sink.empty())
      return;  // told already
    for (const auto& stage : graph_.stages) {
      if (stage.plugin == nullptr || (stage.plugin->capabilities & WEIR_STATEFUL) == 0) continue;
      const Mark& mark =
          graph_.spec.checkpoint_mark.line == 0 ? stage.spec.mark : graph_.spec.checkpoint_mark;
      diagnostics_.add(mark,
                       "stage " + in_quotes(stage.spec.name) +
                           " keeps state, which needs a place; expected checkpoint: {store: FOLDER}, or "
                           "{store: none} to begin without it at each start");
    }
  }

  /// What the file asks for would have no effect.
  void check_poison() {
    const auto& spec = graph_.spec;
    if (spec.poison_mark.line == 0 || spec.poison_after == 0) return;
    if (!spec.checkpoint_store.empty() || !spec.poison_notes.empty()) return;
    diagnostics_.add(spec.poison_mark,
                     "poison_after has no folder for its notes of crashes, since checkpoints are not kept in "
                     "one; expected poison_after: {times: " +
                         std::to_string(spec.poison_after) + ", notes: FOLDER}, or 0");
  }

  /// Files of a store go nowhere but to a folder.
  void check_state() {
    const auto& [on_disk, path, memory, mark] = graph_.spec.state;
    if (!on_disk || !graph_.keeps_state()) return;
    if (graph_.keeper || !graph_.spec.checkpoint_sink.empty()) {
      diagnostics_.add(mark,
                       "state: rocksdb goes with checkpoints in a folder alone, not in a sink's place; "
                       "expected checkpoint: {store: FOLDER}");
    } else if (graph_.spec.by_partition) {
      diagnostics_.add(mark,
                       "state: rocksdb keeps the state of a whole task, and `by: partition` that of each "
                       "partition in a place of its own; expected one of the two");
    } else if (graph_.spec.checkpoint_store.empty() && path.empty()) {
      diagnostics_.add(mark,
                       "state: rocksdb needs a folder; expected checkpoint: {store: FOLDER}, or without "
                       "checkpoints state: {kind: rocksdb, path: FOLDER}");
    }
  }

  /// From each stage to those behind it; they stand in order by now.
  void spread_event_time() {
    for (auto& stage : graph_.stages) {
      stage.has_event_time = stage.has_event_time || stage.spec.event_time;
      if (!stage.has_event_time) continue;
      for (const auto& port : stage.ports) {
        for (const auto& to : port.consumers) graph_.stages[to.stage].has_event_time = true;
      }
      for (const auto& to : stage.error.consumers) graph_.stages[to.stage].has_event_time = true;
    }
  }

  PluginCatalog& catalog_;
  Log& log_;
  Diagnostics& diagnostics_;
  PipelineGraph graph_;
};

}  // namespace

std::optional<PipelineGraph> build_graph(PipelineSpec spec, PluginCatalog& catalog, Log& log,
                                         Diagnostics& diagnostics) {
  return Builder(std::move(spec), catalog, log, diagnostics).build();
}

}  // namespace weir
