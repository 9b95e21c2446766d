// SPDX-License-Identifier: Apache-2.0
#include "graph/stage_order.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weir {
namespace {

void report_cycle(const PipelineGraph& graph, const std::vector<std::set<std::size_t>>& inputs,
                  const std::vector<bool>& placed, Diagnostics& diagnostics) {
  // Walking back along inputs that could not be placed must meet a stage again.
  std::size_t at = static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
  std::vector<std::size_t> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    at = *std::find_if(inputs[at].begin(), inputs[at].end(), [&](std::size_t i) { return !placed[i]; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  std::reverse(path.begin(), path.end());
  std::string text = graph.stages[path.back()].spec.name;
  for (const std::size_t i : path) text += " -> " + graph.stages[i].spec.name;
  diagnostics.add(graph.stages[at].spec.mark, "the stages form a cycle: " + text);
}

}  // namespace

void put_in_order(PipelineGraph& graph, Diagnostics& diagnostics) {
  const std::size_t n = graph.stages.size();
  std::vector<std::set<std::size_t>> inputs(n);
  const auto each_edge = [&](auto&& f) {
    for (std::size_t i = 0; i < n; ++i) {
      for (const auto& port : graph.stages[i].ports) {
        for (const auto& to : port.consumers) f(i, to.stage);
      }
      for (const auto& to : graph.stages[i].error.consumers) f(i, to.stage);
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
  if (order.size() != n) return report_cycle(graph, inputs, placed, diagnostics);
  std::vector<std::size_t> new_index(n);
  for (std::size_t i = 0; i < n; ++i) new_index[order[i]] = i;
  std::vector<GraphStage> sorted;
  sorted.reserve(n);
  for (const std::size_t i : order) sorted.push_back(std::move(graph.stages[i]));
  for (auto& stage : sorted) {
    for (auto& port : stage.ports) {
      for (auto& to : port.consumers) to.stage = new_index[to.stage];
    }
    for (auto& to : stage.error.consumers) to.stage = new_index[to.stage];
  }
  graph.stages = std::move(sorted);
}

}  // namespace weir
