// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "state/store/key_value_store.h"

namespace weir {

/// Opens what a snapshot keeps in a folder, named as StoredPart has it.
using OpenStored = std::function<std::unique_ptr<KeyValueStore>(const std::string& folder)>;

/// Writes a stage's snapshot: a line `stage`, then one for each origin of its event time, timer, record of a
/// list and entry of a state, which stands behind its `state`. Throws std::runtime_error where it cannot be
/// understood.
void snapshot_to_lines(std::size_t task, const Checkpoint::StageState& state, const OpenStored& open,
                       const std::function<void(const char* kind, nlohmann::json what)>& write);

/// Puts such a snapshot together again.
class SnapshotFromLines {
 public:
  /// From the line `stage`.
  explicit SnapshotFromLines(nlohmann::json stage) : stage_(std::move(stage)) {}

  std::size_t task() const { return stage_.at("task").get<std::size_t>(); }
  /// Throws std::invalid_argument for a kind that is none.
  void take(const std::string& kind, const nlohmann::json& what);
  Checkpoint::StageState finish() const;

 private:
  struct State {
    nlohmann::json head;
    std::vector<nlohmann::json> entries;
  };

  nlohmann::json stage_;
  std::vector<nlohmann::json> times_, timers_, event_timers_, records_, works_;
  std::vector<State> states_;
  bool standstill_ = false;
};

}  // namespace weir
