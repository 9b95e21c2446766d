// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint_store.h"

namespace weir {

/// The last checkpoint of a pipeline under test, in memory. Outlives the jobs that save to it. Thread-safe.
class KeptCheckpoint final : public CheckpointStore {
 public:
  std::string save(int task, const std::vector<weir_position>& positions,
                   const std::vector<std::string>& states) override;
  std::variant<Saved, std::string> load(Origins& origins) const override;

 private:
  using Origin = std::tuple<std::string, std::string, std::int32_t>;  // source, name, partition

  mutable std::mutex mutex_;  // guards what follows
  std::map<int, std::map<Origin, std::int64_t>> positions_;
  std::map<int, std::vector<std::string>> states_;
};

}  // namespace weir
