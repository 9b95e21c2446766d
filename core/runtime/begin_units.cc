// SPDX-License-Identifier: Apache-2.0
#include "runtime/begin_units.h"

#include <algorithm>
#include <fstream>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_lines.h"
#include "runtime/saved_states.h"

namespace weir {
namespace {

/// Whether it is what one partition has, as a UnitStore keeps it.
bool is_unit(const Checkpoint& checkpoint) {
  return checkpoint.positions.size() == 1 && checkpoint.states.size() <= 1 && checkpoint.prepared.empty() &&
         checkpoint.positions.front().origin->partition == checkpoint.group;
}

std::variant<std::vector<Checkpoint>, std::string> read_units(const std::string& file, Origins& origins) {
  const std::string what = "--begin-with " + file + ": ";
  std::ifstream in(file);
  if (!in) return what + "the file cannot be read";
  auto lines = read_lines(in, origins);
  if (auto* problem = std::get_if<std::string>(&lines)) return what + *problem;
  auto& units = std::get<0>(lines);
  if (!std::all_of(units.begin(), units.end(), is_unit)) {
    return what +
           "it holds a checkpoint of a pipeline as a whole, which cannot be divided among partitions; with "
           "`by: partition` a pipeline begins with what one `by: partition` has exported";
  }
  return std::move(units);
}

std::string keep(std::vector<Checkpoint> checkpoints, const UnitStore& store, Origins& origins) {
  std::vector<UnitStore::Unit> units;
  for (auto& checkpoint : checkpoints) {
    const weir_origin* const origin = checkpoint.positions.front().origin;
    auto claimed = store.claim(*origin, 0, origins);
    if (auto* problem = std::get_if<std::string>(&claimed)) return *problem;
    const auto& claim = std::get<UnitStore::Claim>(claimed);
    checkpoint.number = std::max(checkpoint.number, claim.last ? claim.last->number : 0) + 1;
    units.push_back({origin, claim.term, std::move(checkpoint)});
  }
  if (auto problem = store.save(units); !problem.empty()) return problem;
  for (const auto& unit : units) {
    if (!unit.taken) continue;
    return "another process of the pipeline has claimed partition " + std::to_string(unit.origin->partition) +
           " of " + std::string(view(unit.origin->name)) +
           " meanwhile, which stays as it was; --drop-state and --begin-with change what is saved: stop all "
           "processes, start one with them, then the others without";
  }
  return {};
}

}  // namespace

std::string begin_units(const PipelineGraph& graph, const UnitStore& store, Log& log, Origins& origins) {
  if (graph.begin_with.empty() && graph.dropped_states.empty()) return {};
  std::vector<Checkpoint> checkpoints;
  if (!graph.begin_with.empty()) {
    if (store.has_units()) {
      return "--begin-with " + graph.begin_with +
             ": the pipeline has checkpoints already; remove those first, or give the pipeline another name "
             "or "
             "place for its checkpoints";
    }
    auto units = read_units(graph.begin_with, origins);
    if (auto* problem = std::get_if<std::string>(&units)) return *problem;
    checkpoints = std::move(std::get<0>(units));
  } else {
    auto loaded = store.load_all(origins);
    if (auto* problem = std::get_if<std::string>(&loaded)) return *problem;
    for (const auto& what : std::get<0>(loaded).damaged) log.write(LogLevel::kWarn, "checkpoint", what);
    checkpoints = std::move(std::get<0>(loaded).checkpoints);
  }
  if (auto problem = check_saved_states(graph, checkpoints, graph.dropped_states); !problem.empty())
    return problem;
  return keep(std::move(checkpoints), store, origins);
}

}  // namespace weir
