// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
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
  struct Consumer {
    std::size_t stage = 0;    ///< index into PipelineGraph::stages
    std::uint32_t input = 0;  ///< which of its inputs
    bool broadcast = false;   ///< to that stage in every task
    bool operator==(const Consumer&) const = default;
  };

  std::string name;
  weir_item item = WEIR_RECORDS;
  bool discarded = false;
  std::vector<Consumer> consumers;
  std::string schema = {};  ///< a JSON Schema of what leaves by it; empty: none is declared
};

/// How several tasks share the work of a stage.
enum class Split {
  kByTask,  ///< each task does what it reads itself
  kByKey,   ///< each key belongs to one task
  kWhole    ///< all belongs to the first task
};

struct GraphStage {
  StageSpec spec;
  const weir_plugin* plugin = nullptr;
  std::shared_ptr<OpenStage> open;
  std::vector<GraphPort> ports;  ///< by port number
  GraphPort error{"error", WEIR_RECORDS, false, {}, {}};
  bool has_event_time = false;  ///< the stage itself or one before it has `event_time:`
  Split split = Split::kByTask;
  /// What saved state depends on, as a JSON object: options that shape it and the stage's key.
  std::string state_shape = {};
  std::uint32_t transactions = 0;  ///< sinks: how they take part in checkpoints, flags of weir_place

  /// Whether it stands between the sources and the sinks.
  bool is_between() const { return spec.kind == StageKind::kWindow || spec.kind == StageKind::kProcess; }
  /// Whether the stage runs on threads of its own, behind a queue.
  bool has_workers() const { return (plugin->capabilities & WEIR_BLOCKS) != 0 || spec.concurrency > 1; }
};

/// A pipeline that fits together: every stage's plugin found and its options accepted, item kinds match, no
/// cycle, every port accounted for. Nothing runs.
struct PipelineGraph {
  PipelineSpec spec;
  std::vector<GraphStage> stages;                ///< each stage after those it reads from
  std::vector<std::string> dropped_states = {};  ///< stages whose saved state a job of it leaves behind
  std::string begin_with = {};  ///< an exported checkpoint that a job of it begins with; empty: none
  bool verify_ports = false;    ///< a job of it compares what leaves by each port with its declaration
  std::optional<std::size_t>
      keeper;  ///< the sink that keeps the checkpoints; none: they go to a folder, if any

  /// Whether what goes this way may belong to another task than the one that has it; with state by partition
  /// it never does.
  bool is_exchanged(const GraphPort::Consumer& to) const {
    return spec.tasks > 1 && !spec.by_partition && (to.broadcast || stages[to.stage].split != Split::kByTask);
  }
  /// Whether what some port leads to that stage passes from task to task.
  bool has_exchange_before(std::size_t stage) const;
  /// The same of any stage.
  bool has_exchange() const;
  /// Whether some stage says that it is stateful.
  bool keeps_state() const;
};

/// Checks a spec against the plugins. All that is wrong goes to `diagnostics`; then there is no graph, as
/// when something stood in it before. `log` outlives the graph: plugins may write to it.
std::optional<PipelineGraph> build_graph(PipelineSpec spec, PluginCatalog& catalog, Log& log,
                                         Diagnostics& diagnostics);

}  // namespace weir
