// SPDX-License-Identifier: Apache-2.0
#include "graph/wiring.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "graph/quoted.h"
#include "graph/schema_match.h"
#include "graph/stage_settings.h"
#include "plugin/library.h"

namespace weir {
namespace {

const char* items_of(std::uint32_t bits) {
  return bits == (WEIR_RECORDS | WEIR_GROUPS) ? "records or groups"
         : bits == WEIR_GROUPS                ? "groups"
                                              : "records";
}

std::vector<std::string> input_names(const weir_plugin& plugin) {
  std::vector<std::string> names;
  for (const auto* const* input = plugin.inputs; input != nullptr && *input != nullptr; ++input) {
    names.emplace_back((*input)->name);
  }
  return names;
}

bool declares_broadcast(const weir_plugin& plugin) {
  const auto* const* input = plugin.inputs;
  while (input != nullptr && *input != nullptr && (*input)->broadcast == 0) ++input;
  return input != nullptr && *input != nullptr;
}

}  // namespace

Wiring::Wiring(PipelineGraph& graph, Diagnostics& diagnostics) : graph_(graph), diagnostics_(diagnostics) {
  for (std::size_t i = 0; i < graph.stages.size(); ++i) names_[graph.stages[i].spec.name] = i;
}

/// The port that `ref` means; null, and told, when there is none. Null and silent when its stage is broken
/// itself.
GraphPort* Wiring::resolve(const PortRef& ref) {
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
void Wiring::note_meant(std::size_t stage, const std::string& name) {
  for (const auto& port : graph_.stages[stage].ports) {
    if (port.name == name) meant_.insert(&port);
  }
}

void Wiring::wire(std::size_t index) {
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
    const bool undeclared = ref.broadcast && plugin != nullptr && plugin->inputs[to.input]->broadcast == 0;
    if (undeclared && port->item == WEIR_GROUPS) {
      diagnostics_.add(ref.mark, "input " + in_quotes(ref.input) + " of stage " + in_quotes(spec.name) +
                                     " cannot be broadcast: it takes groups, and the " +
                                     kind_name(plugin->kind) + " " + in_quotes(spec.plugin) +
                                     " does not declare that all tasks see these; expected from: {" +
                                     ref.input + ": " + ref.stage + "}");
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
    if (plugin != nullptr) check_schemas(ref, *port, graph_.stages[index], to.input);
  }
  if (plugin != nullptr) check_inputs(spec, *plugin);
}

/// Which input of the stage `ref` means; false, and told, when it has none such.
bool Wiring::find_input(const PortRef& ref, const StageSpec& spec, const weir_plugin& plugin,
                        GraphPort::Consumer& to) {
  const auto names = input_names(plugin);
  const std::string who =
      "stage " + in_quotes(spec.name) + " (" + kind_name(plugin.kind) + " " + in_quotes(spec.plugin) + ")";
  if (names.empty() == ref.input.empty()) {
    const auto found = std::find(names.begin(), names.end(), ref.input);
    if (names.empty()) return true;
    if (found != names.end()) {
      to.input = static_cast<std::uint32_t>(found - names.begin());
      const bool declared = plugin.inputs[to.input]->broadcast != 0;
      if (to.broadcast && !declared && declares_broadcast(plugin)) {
        diagnostics_.add(ref.mark,
                         "input " + in_quotes(ref.input) + " of the " + who +
                             " cannot be broadcast: the plugin says itself which of its inputs all tasks "
                             "see; expected from: {" +
                             ref.input + ": " + ref.stage + "}");
        return false;
      }
      to.broadcast = to.broadcast || declared;
      return true;
    }
    diagnostics_.add(ref.mark, who + " has no input " + in_quotes(ref.input) + suggestion(ref.input, names));
  } else if (names.empty()) {
    diagnostics_.add(ref.mark, who + " has one input, which has no name; expected from: " + ref.stage);
  } else {
    std::string example;
    for (const auto& name : names) example += (example.empty() ? "" : ", ") + name + ": STAGE";
    diagnostics_.add(ref.mark, who + " has several inputs; expected from: {" + example + "}");
  }
  return false;
}

/// What the port declares must be able to fit what the input takes.
void Wiring::check_schemas(const PortRef& ref, const GraphPort& port, const GraphStage& to,
                           std::uint32_t input) {
  const std::string taken = to.open->takes(input);
  if (taken.empty()) return;
  const auto names = input_names(*to.plugin);
  const std::string who = "stage " + in_quotes(to.spec.name) + " (" + kind_name(to.plugin->kind) + " " +
                          in_quotes(to.spec.plugin) + ")" +
                          (names.empty() ? "" : ", input " + in_quotes(names[input]));
  if (!check_schema(ref.mark, who, taken, diagnostics_) || port.schema.empty()) return;
  if (const auto why = schema_conflict(port.schema, taken)) {
    diagnostics_.add(ref.mark, "nothing that port " + in_quotes(ref.stage + "." + ref.port) +
                                   " gives can be taken by " + who + ": by their declared schemas " + *why);
  }
}

/// Each input must be fed. One that is misspelt has been told already.
void Wiring::check_inputs(const StageSpec& spec, const weir_plugin& plugin) {
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

void Wiring::discard(const PortRef& ref) {
  auto* port = resolve(ref);
  if (port == nullptr) return;
  if (!port->consumers.empty()) {
    diagnostics_.add(ref.mark,
                     "port " + in_quotes(ref.stage + "." + ref.port) + " is discarded here, but stage " +
                         in_quotes(graph_.stages[port->consumers[0].stage].spec.name) + " reads it");
  }
  port->discarded = true;
}

void Wiring::check_loose_ends() {
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

}  // namespace weir
