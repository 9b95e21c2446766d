// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// The last checkpoint of a pipeline under test with what it goes on from, in memory. Outlives the jobs that
/// save to it. Thread-safe.
class KeptCheckpoint final : public CheckpointStore {
 public:
  std::string save(const Checkpoint& checkpoint, std::string_view bytes) override;
  std::variant<Loaded, std::string> load(Origins& origins) const override;

 private:
  mutable std::mutex mutex_;  // guards kept_
  std::map<int, std::vector<std::string>>
      kept_;  ///< of each group: a whole one, and those that go on from it
};

}  // namespace weir
