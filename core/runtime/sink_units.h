// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/unit_store.h"
#include "graph/pipeline_graph.h"

namespace weir {

/// Units in the place that a sink writes to, which keeps them. While tasks run they are saved by the sink's
/// instances, with what those write; save() is for before.
class SinkUnits final : public UnitStore {
 public:
  /// `keeper` outlives this.
  explicit SinkUnits(const GraphStage& keeper) : keeper_(keeper) {}

  std::string open() override;
  bool has_units() const override { return has_units_; }
  std::string crash_file() const override { return {}; }

  std::variant<Claim, std::string> claim(const weir_origin& origin, int task,
                                         Origins& origins) const override;
  std::variant<Claim, std::string> look_at(const weir_origin& origin, Origins& origins) const override;
  std::string save(std::vector<Unit>& units) const override;
  std::variant<CheckpointStore::Loaded, std::string> load_all(Origins& origins) const override;

 private:
  using Saved = std::map<std::string, std::string>;

  /// Of one, or the names of all.
  std::string look(const std::string* name, Saved& saved) const;
  std::string problem(const std::string& why) const;
  std::variant<Claim, std::string> read(std::uint64_t term, const Saved& saved, Origins& origins) const;

  const GraphStage& keeper_;
  bool has_units_ = false;
  mutable std::mutex mutex_;  // the stage's functions want one call at a time
};

/// What a sink calls the unit of the partition.
std::string unit_name(const weir_origin& origin);
bool is_unit_name(std::string_view name);

/// Where the units of that pipeline are kept, see PipelineGraph::keeper. `graph` outlives it.
std::unique_ptr<UnitStore> open_unit_store(const PipelineGraph& graph);

}  // namespace weir
