// SPDX-License-Identifier: Apache-2.0
#include "runtime/saved_states.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "graph/quoted.h"
#include "runtime/stage_node.h"
#include "state/snapshot.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

using nlohmann::json;

/// 0: a snapshot that holds event time only; a stage that is gone takes nothing along then.
std::uint64_t kind_of(const Checkpoint::StageState& state) {
  return SnapshotReader(divide_snapshot(state.snapshot).text).number();
}

/// "`size` was 3600000 and is 7200000".
std::string difference(const std::string& saved, const std::string& now) {
  const json before = json::parse(saved, nullptr, false), after = json::parse(now, nullptr, false);
  std::set<std::string> names;
  for (const auto& [name, value] : before.items()) names.insert(name);
  for (const auto& [name, value] : after.items()) names.insert(name);
  const auto value_in = [](const json& of, const std::string& name) {
    return of.contains(name) ? of[name].dump() : std::string("not given");
  };
  std::string text;
  for (const auto& name : names) {
    const std::string was = value_in(before, name), is = value_in(after, name);
    if (was == is) continue;
    text += std::string(text.empty() ? "" : ", ").append("`").append(name).append("` was ").append(was);
    text.append(" and is ").append(is);
  }
  return text;
}

/// Empty, or why the stage cannot take it up.
std::string refusal(const PipelineGraph& graph, const Checkpoint::StageState& saved) {
  const auto stage = std::find_if(graph.stages.begin(), graph.stages.end(),
                                  [&](const auto& s) { return s.spec.name == saved.stage; });
  const std::uint64_t kind = kind_of(saved);
  if (stage == graph.stages.end()) return kind != 0 ? "is gone from the file" : "";
  if (stage->has_workers() != (kind == kWaitingWork) && kind != 0) {
    return stage->has_workers() ? "waits for workers now, and keeps no state"
                                : "has no workers now, for whom records were waiting";
  }
  if (kind != 1) return {};
  if ((stage->plugin->capabilities & WEIR_STATEFUL) == 0) {
    return "has now the plugin " + in_quotes(stage->spec.plugin) + ", which keeps none";
  }
  if (stage->state_shape != saved.shape)
    return "was another one: " + difference(saved.shape, stage->state_shape);
  return {};
}

}  // namespace

std::string check_saved_states(const PipelineGraph& graph, std::vector<Checkpoint>& checkpoints,
                               const std::vector<std::string>& to_drop) {
  const std::set<std::string> dropped(to_drop.begin(), to_drop.end());
  std::set<std::string> held;
  std::map<std::string, std::string> refused;
  for (auto& checkpoint : checkpoints) {
    for (auto& task : checkpoint.states) {
      for (const auto& state : task) {
        held.insert(state.stage);
        if (dropped.contains(state.stage)) continue;
        if (auto why = refusal(graph, state); !why.empty()) refused[state.stage] = std::move(why);
      }
      task.erase(std::remove_if(task.begin(), task.end(),
                                [&](const auto& state) { return dropped.contains(state.stage); }),
                 task.end());
    }
  }
  for (const auto& name : dropped) {
    if (!held.contains(name)) {
      return "--drop-state: the checkpoint holds no state of a stage " + in_quotes(name) +
             suggestion(name, {held.begin(), held.end()});
    }
  }
  if (refused.empty()) return {};
  std::string text = "the checkpoint holds state that the pipeline cannot take up:";
  std::string options;
  for (const auto& [name, why] : refused) {
    text.append("\n  stage ").append(in_quotes(name)).append(" ").append(why);
    options.append(" --drop-state ").append(name);
  }
  return text + "\nchange the file back, or begin without it:" + options;
}

}  // namespace weir
