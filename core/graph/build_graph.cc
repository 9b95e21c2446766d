// SPDX-License-Identifier: Apache-2.0
#include <weir/field_path.h>
#include <weir/suggestion.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/times.h"
#include "graph/pipeline_graph.h"
#include "graph/port_schema.h"
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

const char* items_of(std::uint32_t bits) {
  return bits == (WEIR_RECORDS | WEIR_GROUPS) ? "records or groups"
         : bits == WEIR_GROUPS                ? "groups"
                                              : "records";
}

std::string in_quotes(const std::string& name) {
  return "'" + name + "'";
}

class Builder {
 public:
  Builder(PipelineSpec spec, PluginCatalog& catalog, Log& log, Diagnostics& diagnostics)
      : catalog_(catalog), log_(log), diagnostics_(diagnostics) {
    graph_.spec = std::move(spec);
  }

  std::optional<PipelineGraph> build() {
    for (const auto& stage : graph_.spec.stages) open(stage);
    for (std::size_t i = 0; i < graph_.stages.size(); ++i) wire(i);
    for (const auto& ref : graph_.spec.discard) discard(ref);
    check_loose_ends();
    check_tasks();
    check_store();
    sort();
    spread_event_time();
    if (!diagnostics_.empty()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  /// Finds the plugin and lets it check its options. A stage that fails stays in the graph without plugin, so
  /// that its neighbours are checked and nothing is reported twice.
  void open(const StageSpec& spec) {
    names_[spec.name] = graph_.stages.size();
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
    if (spec.concurrency > 1 && (plugin.capabilities & WEIR_CONCURRENT) == 0) {
      diagnostics_.add(spec.concurrency_mark.value_or(spec.mark),
                       "the " + label + " cannot run with a concurrency of more than 1");
    }
    check_key(spec, plugin);
    check_event_time(spec);
    const auto options = bind_options(spec.options, plugin.options, label, diagnostics_);
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
    for (const auto* port : stage.open->ports()) {
      const std::string schema = port->schema == nullptr ? "" : port->schema;
      if (!schema.empty()) check_schema(spec, label + ", port " + in_quotes(port->name), schema);
      stage.ports.push_back({port->name, static_cast<weir_item>(port->item), false, {}, schema});
    }
  }

  void check_schema(const StageSpec& spec, const std::string& whose, const std::string& schema) {
    try {
      const PortSchema checked(schema);
    } catch (const std::invalid_argument& e) {
      diagnostics_.add(spec.plugin_mark, whose + ": the declared JSON Schema cannot be used: " + e.what());
    }
  }

  void check_key(const StageSpec& spec, const weir_plugin& plugin) {
    if (spec.key.empty()) return;
    if ((plugin.capabilities & WEIR_BLOCKS) != 0 || spec.concurrency > 1) {
      diagnostics_.add(spec.key_mark, "'key' is for stages that keep state; the " +
                                          std::string(to_string(spec.kind)) + " " + in_quotes(spec.name) +
                                          " runs on workers, which have none");
    }
    for (const auto& path : spec.key) check_path(path, spec.key_mark);
  }

  void check_event_time(const StageSpec& spec) {
    if (!spec.event_time) return;
    if (spec.event_time->field) check_path(*spec.event_time->field, spec.event_time->field_mark);
    const auto format = TimeFormat::parse(spec.event_time->format);
    if (!format.ok()) {
      diagnostics_.add(spec.event_time->format_mark,
                       "'format' is " + in_quotes(spec.event_time->format) + ", " + format.message());
    }
    if (spec.event_time->field || spec.kind == StageKind::kSource) return;
    diagnostics_.add(spec.event_time->mark,
                     "'event_time' of the process " + in_quotes(spec.name) +
                         " has no 'field', expected the path of the field with the time");
  }

  void check_path(const std::string& path, const Mark& mark) {
    try {
      FieldPath::parse(path, "");
    } catch (const OptionError& e) {
      diagnostics_.add(mark, e.what());
    }
  }

  /// The port that `ref` means; null, and told, when there is none. Null and silent when its stage is broken
  /// itself.
  GraphPort* resolve(const PortRef& ref) {
    const auto found = names_.find(ref.stage);
    if (found == names_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, index] : names_) known.push_back(name);
      diagnostics_.add(ref.mark, "there is no stage " + in_quotes(ref.stage) + suggestion(ref.stage, known));
      if (const auto near = nearest(ref.stage, known)) note_meant(names_[*near], ref.port);
      return nullptr;
    }
    auto& stage = graph_.stages[found->second];
    if (ref.port == "error") return &stage.error;
    if (stage.plugin == nullptr) return nullptr;
    std::vector<std::string> known;
    for (auto& port : stage.ports) {
      if (port.name == ref.port) return &port;
      known.push_back(port.name);
    }
    known.emplace_back("error");
    diagnostics_.add(ref.mark, "stage " + in_quotes(ref.stage) + " has no port " + in_quotes(ref.port) +
                                   suggestion(ref.port, known));
    if (const auto near = nearest(ref.port, known)) note_meant(found->second, *near);
    return nullptr;
  }

  /// A wrong reference most likely means this port, which is then not told to lead nowhere as well.
  void note_meant(std::size_t stage, const std::string& name) {
    for (const auto& port : graph_.stages[stage].ports) {
      if (port.name == name) meant_.insert(&port);
    }
  }

  void wire(std::size_t index) {
    const auto spec = graph_.stages[index].spec;
    const auto* plugin = graph_.stages[index].plugin;
    for (const auto& ref : spec.from) {
      auto* port = resolve(ref);
      if (port == nullptr) continue;
      GraphPort::Consumer to{index, 0, ref.broadcast};
      if (plugin != nullptr && !find_input(ref, spec, *plugin, to)) {
        meant_.insert(port);
        continue;
      }
      const std::uint32_t accepts = plugin == nullptr           ? WEIR_RECORDS | WEIR_GROUPS
                                    : plugin->inputs == nullptr ? plugin->accepts
                                                                : plugin->inputs[to.input]->accepts;
      if ((accepts & port->item) == 0) {
        diagnostics_.add(ref.mark, "port " + in_quotes(ref.stage + "." + ref.port) + " gives " +
                                       items_of(port->item) + ", but stage " + in_quotes(spec.name) + " (" +
                                       kind_name(plugin->kind) + " " + in_quotes(spec.plugin) + ") takes " +
                                       items_of(accepts));
        meant_.insert(port);
        continue;
      }
      const auto same = [&](const auto& other) { return other.stage == index && other.input == to.input; };
      if (std::any_of(port->consumers.begin(), port->consumers.end(), same)) {
        diagnostics_.add(ref.mark, "stage " + in_quotes(spec.name) + " reads port " +
                                       in_quotes(ref.stage + "." + ref.port) + " twice");
        continue;
      }
      port->consumers.push_back(to);
    }
    if (plugin != nullptr) check_inputs(spec, *plugin);
  }

  /// Which input of the stage `ref` means; false, and told, when it has none such.
  bool find_input(const PortRef& ref, const StageSpec& spec, const weir_plugin& plugin,
                  GraphPort::Consumer& to) {
    const auto names = input_names(plugin);
    const std::string who =
        "stage " + in_quotes(spec.name) + " (" + kind_name(plugin.kind) + " " + in_quotes(spec.plugin) + ")";
    if (names.empty() == ref.input.empty()) {
      const auto found = std::find(names.begin(), names.end(), ref.input);
      if (names.empty()) return true;
      if (found != names.end()) {
        to.input = static_cast<std::uint32_t>(found - names.begin());
        to.broadcast = to.broadcast || plugin.inputs[to.input]->broadcast != 0;
        return true;
      }
      diagnostics_.add(ref.mark,
                       who + " has no input " + in_quotes(ref.input) + suggestion(ref.input, names));
    } else if (names.empty()) {
      diagnostics_.add(ref.mark, who + " has one input, which has no name; expected from: " + ref.stage);
    } else {
      std::string example;
      for (const auto& name : names) example += (example.empty() ? "" : ", ") + name + ": STAGE";
      diagnostics_.add(ref.mark, who + " has several inputs; expected from: {" + example + "}");
    }
    return false;
  }

  static std::vector<std::string> input_names(const weir_plugin& plugin) {
    std::vector<std::string> names;
    for (const auto* const* input = plugin.inputs; input != nullptr && *input != nullptr; ++input) {
      names.emplace_back((*input)->name);
    }
    return names;
  }

  /// Each input must be fed. One that is misspelt has been told already.
  void check_inputs(const StageSpec& spec, const weir_plugin& plugin) {
    const auto names = input_names(plugin);
    const auto is_named = [&](const std::string& name) {
      return std::any_of(spec.from.begin(), spec.from.end(), [&](const auto& ref) {
        return ref.input == name || (std::find(names.begin(), names.end(), ref.input) == names.end());
      });
    };
    for (const auto& name : names) {
      if (is_named(name)) continue;
      diagnostics_.add(spec.mark, "stage " + in_quotes(spec.name) + " reads nothing at its input " +
                                      in_quotes(name) + "; expected from: {" + name + ": STAGE}");
    }
  }

  void discard(const PortRef& ref) {
    auto* port = resolve(ref);
    if (port == nullptr) return;
    if (!port->consumers.empty()) {
      diagnostics_.add(ref.mark,
                       "port " + in_quotes(ref.stage + "." + ref.port) + " is discarded here, but stage " +
                           in_quotes(graph_.stages[port->consumers[0].stage].spec.name) + " reads it");
    }
    port->discarded = true;
  }

  void check_loose_ends() {
    for (const auto& stage : graph_.stages) {
      for (const auto& port : stage.ports) {
        if (port.discarded || !port.consumers.empty() || meant_.contains(&port)) continue;
        const std::string name = stage.spec.name + "." + port.name;
        diagnostics_.add(stage.spec.mark, "port " + in_quotes(name) + " leads nowhere; wire it (from: " +
                                              (port.name == "out" ? stage.spec.name : name) +
                                              ") or name it under 'discard:'");
      }
    }
  }

  /// State that goes with the process is lost in silence at the next start.
  void check_store() {
    if (!graph_.spec.checkpoint_store.empty() || graph_.spec.state_may_be_lost) return;
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

  /// Each task has a state of its own: a key whose records several tasks read would be counted by each of
  /// them.
  void check_tasks() {
    if (graph_.spec.tasks == 1) return;
    for (const auto& stage : graph_.stages) {
      const bool stateful = stage.plugin != nullptr && (stage.plugin->capabilities & WEIR_STATEFUL) != 0;
      const bool broadcast = std::any_of(stage.spec.from.begin(), stage.spec.from.end(),
                                         [](const auto& ref) { return ref.broadcast; });
      if (!stateful && !broadcast) continue;
      diagnostics_.add(
          graph_.spec.tasks_mark,
          "stage " + in_quotes(stage.spec.name) + " " +
              (stateful ? "keeps state" : "reads a broadcast input") +
              ", which one task must see as a whole; expected tasks: 1 (several processes may share "
              "the topic when records are partitioned by that key)");
    }
  }

  /// Puts each stage after those it reads from; what remains when that is impossible is a cycle.
  void sort() {
    const std::size_t n = graph_.stages.size();
    std::vector<std::set<std::size_t>> inputs(n);
    const auto each_edge = [&](auto&& f) {
      for (std::size_t i = 0; i < n; ++i) {
        for (const auto& port : graph_.stages[i].ports) {
          for (const auto& to : port.consumers) f(i, to.stage);
        }
        for (const auto& to : graph_.stages[i].error.consumers) f(i, to.stage);
      }
    };
    each_edge([&](std::size_t from, std::size_t to) { inputs[to].insert(from); });
    std::vector<std::size_t> order;
    std::vector<bool> placed(n, false);
    for (bool progress = true; progress;) {
      progress = false;
      for (std::size_t i = 0; i < n; ++i) {
        const auto ready = [&](std::size_t input) { return placed[input]; };
        if (placed[i] || !std::all_of(inputs[i].begin(), inputs[i].end(), ready)) continue;
        placed[i] = progress = true;
        order.push_back(i);
      }
    }
    if (order.size() != n) return report_cycle(inputs, placed);
    std::vector<std::size_t> new_index(n);
    for (std::size_t i = 0; i < n; ++i) new_index[order[i]] = i;
    std::vector<GraphStage> sorted;
    sorted.reserve(n);
    for (const std::size_t i : order) sorted.push_back(std::move(graph_.stages[i]));
    for (auto& stage : sorted) {
      for (auto& port : stage.ports) {
        for (auto& to : port.consumers) to.stage = new_index[to.stage];
      }
      for (auto& to : stage.error.consumers) to.stage = new_index[to.stage];
    }
    graph_.stages = std::move(sorted);
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

  void report_cycle(const std::vector<std::set<std::size_t>>& inputs, const std::vector<bool>& placed) {
    // Walking back along inputs that could not be placed must meet a stage again.
    std::size_t at =
        static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    std::vector<std::size_t> path;
    while (std::find(path.begin(), path.end(), at) == path.end()) {
      path.push_back(at);
      at = *std::find_if(inputs[at].begin(), inputs[at].end(), [&](std::size_t i) { return !placed[i]; });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), at));
    std::reverse(path.begin(), path.end());
    std::string text = graph_.stages[path.back()].spec.name;
    for (const std::size_t i : path) text += " -> " + graph_.stages[i].spec.name;
    diagnostics_.add(graph_.stages[at].spec.mark, "the stages form a cycle: " + text);
  }

  PluginCatalog& catalog_;
  Log& log_;
  Diagnostics& diagnostics_;
  PipelineGraph graph_;
  std::map<std::string, std::size_t> names_;
  std::set<const GraphPort*> meant_;  ///< by references that have been told to be wrong
};

}  // namespace

std::optional<PipelineGraph> build_graph(PipelineSpec spec, PluginCatalog& catalog, Log& log,
                                         Diagnostics& diagnostics) {
  return Builder(std::move(spec), catalog, log, diagnostics).build();
}

}  // namespace weir
