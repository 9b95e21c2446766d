// SPDX-License-Identifier: Apache-2.0
#include "graph/surroundings.h"

#include <weir/surroundings.h>

#include <algorithm>
#include <string>

#include "graph/quoted.h"
#include "plugin/library.h"

namespace weir {
namespace {

/// Whether all tasks see what comes by that input.
bool is_broadcast(const GraphStage& stage, const PortRef& ref) {
  if (ref.broadcast) return true;
  const auto* const* input = stage.plugin->inputs;
  while (input != nullptr && *input != nullptr && ref.input != (*input)->name) ++input;
  return input != nullptr && *input != nullptr && (*input)->broadcast != 0;
}

/// The first of the stage's references by whose input nothing comes that tells event time; null: there is
/// none.
const PortRef* find_timeless(const PipelineGraph& graph, const GraphStage& stage) {
  const auto tells = [&](const PortRef& ref) {
    // Of one that is not there, or broken, all is told already.
    return std::none_of(graph.stages.begin(), graph.stages.end(), [&](const GraphStage& from) {
      return from.spec.name == ref.stage && from.plugin != nullptr && !from.has_event_time;
    });
  };
  const auto& all = stage.spec.from;
  for (const auto& ref : all) {
    const auto same = [&](const PortRef& other) { return other.input == ref.input && tells(other); };
    if (!is_broadcast(stage, ref) && std::none_of(all.begin(), all.end(), same)) return &ref;
  }
  return nullptr;
}

void check_stage(const PipelineGraph& graph, const GraphStage& stage, Diagnostics& diagnostics) {
  const std::string who = "stage " + in_quotes(stage.spec.name) + " (" + kind_name(stage.plugin->kind) + " " +
                          in_quotes(stage.spec.plugin) + ")";
  if (!stage.spec.key.empty()) {
    if (const auto why = stage.open->refuses(WEIR_WITH_KEY, 1); !why.empty()) {
      diagnostics.add(stage.spec.key_mark,
                      "'key' has no effect at " + who + ", which " + why + "; expected none");
    }
  }
  const PortRef* const timeless = stage.spec.event_time ? nullptr : find_timeless(graph, stage);
  if (timeless == nullptr) return;
  if (const auto why = stage.open->refuses(WEIR_WITHOUT_EVENT_TIME, 1); !why.empty()) {
    diagnostics.add(timeless->mark, in_quotes(timeless->stage) + " tells no event time, and " + who + " " +
                                        why + "; expected event_time: {field: PATH} at " +
                                        in_quotes(timeless->stage) + " or at a source or process before it");
  }
}

}  // namespace

void check_surroundings(const PipelineGraph& graph, Diagnostics& diagnostics) {
  for (const auto& stage : graph.stages) {
    const bool asked = stage.spec.kind == StageKind::kWindow || stage.spec.kind == StageKind::kProcess;
    if (asked && stage.plugin != nullptr && stage.plugin->stage_refuses != nullptr)
      check_stage(graph, stage, diagnostics);
  }
}

}  // namespace weir
