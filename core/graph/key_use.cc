// SPDX-License-Identifier: Apache-2.0
#include "graph/key_use.h"

#include <cstddef>
#include <string>

#include "graph/quoted.h"

namespace weir {
namespace {

/// What reaches a stage, besides what all tasks see.
struct Intake {
  bool records = false;
  bool groups = false;
  const StageSpec* window_without_key = nullptr;  ///< groups come from it
  bool broadcast_by_the_file = false;             ///< at an input that the plugin has not declared as that
};

Intake intake_of(const PipelineGraph& graph, std::size_t stage) {
  Intake intake;
  const weir_plugin& plugin = *graph.stages[stage].plugin;
  const auto look = [&](const GraphStage& from, const GraphPort& port) {
    for (const auto& to : port.consumers) {
      if (to.stage != stage) continue;
      const bool declared = plugin.inputs != nullptr && plugin.inputs[to.input]->broadcast != 0;
      if (to.broadcast) intake.broadcast_by_the_file |= !declared;
      if (to.broadcast) continue;
      (port.item == WEIR_GROUPS ? intake.groups : intake.records) = true;
      if (port.item == WEIR_GROUPS && from.spec.kind == StageKind::kWindow && from.spec.key.empty()) {
        intake.window_without_key = &from.spec;
      }
    }
  };
  for (const auto& from : graph.stages) {
    for (const auto& port : from.ports) look(from, port);
    look(from, from.error);
  }
  return intake;
}

/// The input as the file says `broadcast: true` of it.
const PortRef& broadcast_ref(const GraphStage& stage) {
  for (const auto& ref : stage.spec.from) {
    if (!ref.broadcast) continue;
    for (const auto* const* input = stage.plugin->inputs; input != nullptr && *input != nullptr; ++input) {
      if (ref.input == (*input)->name && (*input)->broadcast == 0) return ref;
    }
  }
  return stage.spec.from.front();
}

void check_stage(const PipelineGraph& graph, std::size_t index, Diagnostics& diagnostics) {
  const GraphStage& stage = graph.stages[index];
  const std::string who =
      "stage " + in_quotes(stage.spec.name) + " (process " + in_quotes(stage.spec.plugin) + ")";
  const bool works_by_key = (stage.plugin->capabilities & WEIR_KEYED) != 0;
  const Intake intake = intake_of(graph, index);
  if (!stage.spec.key.empty()) {
    if (intake.groups && !intake.records) {
      diagnostics.add(
          stage.spec.key_mark,
          "'key' has no effect at " + who +
              ": it reads groups, which have the key of their window; expected key: at the window");
    } else if (!works_by_key && !stage.has_workers() && (stage.plugin->capabilities & WEIR_STATEFUL) == 0) {
      diagnostics.add(stage.spec.key_mark,
                      "'key' has no effect at " + who +
                          ", which does the same with each record; to give records a key, put a set_key "
                          "before it");
    }
  } else if (works_by_key && intake.records) {
    diagnostics.add(
        stage.spec.mark,
        who +
            " does its work for each key, and has none; expected key: FIELD, or key: $key for the "
            "records' own");
  } else if (works_by_key && intake.window_without_key != nullptr) {
    diagnostics.add(stage.spec.mark, who + " does its work for each key, and the window " +
                                         in_quotes(intake.window_without_key->name) +
                                         " that it reads has none; expected key: FIELD there");
  }
  if (works_by_key && intake.broadcast_by_the_file) {
    const PortRef& ref = broadcast_ref(stage);
    diagnostics.add(ref.mark,
                    "input " + in_quotes(ref.input) + " of " + who +
                        " cannot be broadcast: its records belong to their keys, and what all tasks see "
                        "belongs to none; expected " +
                        ref.input + ": " + ref.stage);
  }
}

}  // namespace

void check_key_use(const PipelineGraph& graph, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    if (graph.stages[i].plugin != nullptr && graph.stages[i].spec.kind == StageKind::kProcess) {
      check_stage(graph, i, diagnostics);
    }
  }
}

}  // namespace weir
