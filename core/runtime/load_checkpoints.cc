// SPDX-License-Identifier: Apache-2.0
#include "runtime/load_checkpoints.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "checkpoint/chain.h"
#include "checkpoint/checkpoint_lines.h"
#include "runtime/sink_units.h"
#include "runtime/stage_node.h"
#include "state/snapshot.h"

namespace weir {
namespace {

using LoadedOr = std::variant<CheckpointStore::Loaded, std::string>;

/// A group's checkpoints in a sink: a whole one, and under numbered names those that say what has changed.
/// Some of those may be left over from before the whole one.
LoadedOr load_from_sink(const GraphStage& keeper, Origins& origins) {
  const std::string who = "stage '" + keeper.spec.name + "', which keeps the checkpoints: ";
  std::map<std::string, std::string> saved;
  if (auto problem = keeper.open->load(saved); !problem.empty()) return who + problem;
  std::map<std::string, std::map<std::uint64_t, Checkpoint>> by_group;
  for (const auto& [name, content] : saved) {
    if (is_unit_name(name))
      return who + "it holds checkpoints of this pipeline `by: partition`, such as " + name +
             ", which cannot be put together; keep `by: partition`, or give the pipeline another name";
    auto checkpoint = decode(content, origins);
    if (auto* problem = std::get_if<std::string>(&checkpoint))
      return who + "checkpoint " + name + ": " + *problem;
    auto& taken = std::get<0>(checkpoint);
    const std::uint64_t number = taken.number;
    by_group[name.substr(0, name.find('.'))].emplace(number, std::move(taken));
  }
  CheckpointStore::Loaded loaded;
  for (auto& [name, chain] : by_group) {
    auto link = std::find_if(chain.begin(), chain.end(), [](const auto& c) { return c.second.base == 0; });
    if (link == chain.end()) return who + "checkpoint " + name + " is missing, on which others go on";
    Checkpoint last = std::move(link->second);
    for (++link; link != chain.end(); ++link) {
      if (auto problem = put_on(std::move(last), link->second); !problem.empty())
        return who + "checkpoint " + std::to_string(link->first) + " of " + name + ": " + problem;
      last = std::move(link->second);
    }
    loaded.checkpoints.push_back(std::move(last));
  }
  return loaded;
}

/// State stands in a checkpoint of one of several groups only where each partition keeps its own: tasks that
/// exchange records make one checkpoint together.
bool is_of_one_partition(const Checkpoint& checkpoint) {
  return checkpoint.groups > 1 &&
         std::any_of(checkpoint.states.begin(), checkpoint.states.end(), [](const auto& task) {
           return std::any_of(task.begin(), task.end(), [](const auto& state) {
             return SnapshotReader(state.snapshot).number() == kKeepsState;
           });
         });
}

LoadedOr load_from_lines(const std::string& file, const CheckpointStore::Loaded& stored, Origins& origins) {
  if (!stored.checkpoints.empty()) {
    return "--begin-with " + file +
           ": the pipeline has a checkpoint already; remove that first, or give the pipeline another name or "
           "place for its checkpoints";
  }
  std::ifstream in(file);
  if (!in) return "--begin-with " + file + ": the file cannot be read";
  auto lines = read_lines(in, origins);
  if (auto* problem = std::get_if<std::string>(&lines)) return "--begin-with " + file + ": " + *problem;
  const auto& all = std::get<0>(lines);
  if (std::any_of(all.begin(), all.end(), is_of_one_partition)) {
    return "--begin-with " + file +
           ": it holds what a pipeline `by: partition` has kept, each partition with an event time of its "
           "own, "
           "which cannot be put together; expected checkpoint: {store: FOLDER, by: partition}";
  }
  return CheckpointStore::Loaded{std::move(std::get<0>(lines)), {}, stored.last};
}

/// Those of groups that the newest checkpoint's job did not have: it has begun with what they held.
void pass_over_old_groups(std::vector<Checkpoint>& checkpoints) {
  const auto newest = std::max_element(checkpoints.begin(), checkpoints.end(),
                                       [](const auto& a, const auto& b) { return a.number < b.number; });
  if (newest == checkpoints.end()) return;
  std::erase_if(checkpoints, [groups = newest->groups](const auto& c) { return c.group >= groups; });
}

}  // namespace

std::variant<CheckpointStore::Loaded, std::string> load_checkpoints(const PipelineGraph& graph,
                                                                    const CheckpointStore* store,
                                                                    Origins& origins) {
  LoadedOr loaded = CheckpointStore::Loaded{};
  if (graph.keeper) {
    loaded = load_from_sink(graph.stages[*graph.keeper], origins);
  } else if (store != nullptr) {
    loaded = store->load(origins);
  }
  auto* const stored = std::get_if<CheckpointStore::Loaded>(&loaded);
  if (stored == nullptr) return loaded;
  pass_over_old_groups(stored->checkpoints);
  if (!graph.begin_with.empty()) loaded = load_from_lines(graph.begin_with, *stored, origins);
  if (auto* const taken = std::get_if<CheckpointStore::Loaded>(&loaded)) {
    for (const auto& checkpoint : taken->checkpoints) taken->last = std::max(taken->last, checkpoint.number);
  }
  return loaded;
}

}  // namespace weir
