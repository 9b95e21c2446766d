// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/log.h"
#include "plugin/open_stage.h"
#include "plugin/registry.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// An output of a stage and where it leads: to stages, or on purpose nowhere.
struct GraphPort {
  std::string name;
  weir_item item = WEIR_RECORDS;
  bool discarded = false;
  std::vector<std::size_t> consumers;  ///< indices into PipelineGraph::stages
};

struct GraphStage {
  StageSpec spec;
  const weir_plugin* plugin = nullptr;
  std::shared_ptr<OpenStage> open;
  std::vector<GraphPort> ports;  ///< by port number
  GraphPort error{"error", WEIR_RECORDS, false, {}};

  /// Whether the stage runs on threads of its own, behind a queue.
  bool has_workers() const { return (plugin->capabilities & WEIR_BLOCKS) != 0 || spec.concurrency > 1; }
};

/// A pipeline that fits together: every stage's plugin found and its options accepted, item kinds match, no
/// cycle, every port accounted for. Nothing runs.
struct PipelineGraph {
  PipelineSpec spec;
  std::vector<GraphStage> stages;  ///< each stage after those it reads from
};

/// Checks a spec against the plugins. All that is wrong goes to `diagnostics`; then there is no graph, as
/// when something stood in it before. `log` outlives the graph: plugins may write to it.
std::optional<PipelineGraph> build_graph(PipelineSpec spec, PluginCatalog& catalog, Log& log,
                                         Diagnostics& diagnostics);

}  // namespace weir
