// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <variant>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// The last checkpoint of a pipeline under test, in memory. Outlives the jobs that save to it. Thread-safe.
class KeptCheckpoint final : public CheckpointStore {
 public:
  std::string save(int group, const Checkpoint& checkpoint) override;
  std::variant<Loaded, std::string> load(Origins& origins) const override;

 private:
  mutable std::mutex mutex_;  // guards kept_
  std::map<int, std::string> kept_;
};

}  // namespace weir
