// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/diagnostics.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Connects the ports of a graph as `from:` and `discard:` say, and tells what does not fit: no such stage,
/// port or input, another kind of items, inputs that are not fed, ports that lead nowhere. What one wrong
/// name brings about is told once. The graph's stages stay where they are meanwhile.
class Wiring {
 public:
  Wiring(PipelineGraph& graph, Diagnostics& diagnostics);

  /// What one stage reads.
  void wire(std::size_t stage);
  void discard(const PortRef& ref);
  /// After all others: each port must lead somewhere or be discarded.
  void check_loose_ends();

 private:
  GraphPort* resolve(const PortRef& ref);
  void note_meant(std::size_t stage, const std::string& name);
  bool find_input(const PortRef& ref, const StageSpec& spec, const weir_plugin& plugin,
                  GraphPort::Consumer& to);
  void check_schemas(const PortRef& ref, const GraphPort& port, const GraphStage& to, std::uint32_t input);
  void check_inputs(const StageSpec& spec, const weir_plugin& plugin);

  PipelineGraph& graph_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::size_t> names_;
  std::set<const GraphPort*> meant_;  ///< by references that have been told to be wrong
};

}  // namespace weir
