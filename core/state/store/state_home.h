// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "state/store/cache_budget.h"
#include "state/store/key_value_store.h"

namespace weir {

/// Where the stores of a job stand while it runs: a folder of its own, made anew and removed at the end. What
/// killed runs have left there is removed by the next. Thread-safe, outlives its stores.
class StateHome {
 public:
  /// `working` and `checkpoints` are folders: for the stores, and for their snapshots; `memory`: bytes for
  /// all stores together. Throws std::runtime_error, for people, where it cannot be.
  StateHome(const std::string& working, const std::string& pipeline, std::string checkpoints,
            std::size_t memory);
  StateHome(const StateHome&) = delete;
  StateHome& operator=(const StateHome&) = delete;
  ~StateHome();

  /// A new store, empty or with what is in a snapshot.
  std::unique_ptr<KeyValueStore> make();
  std::unique_ptr<KeyValueStore> make_from(const std::string& snapshot);
  std::unique_ptr<KeyValueStore> read(const std::string& snapshot);

  CacheBudget& budget() { return budget_; }
  const std::string& checkpoints() const { return checkpoints_; }
  /// Of a snapshot that is named as it stands below the folder of checkpoints.
  std::string folder_of(const std::string& snapshot) const { return checkpoints_ + "/" + snapshot; }

 private:
  std::string next_folder() { return folder_ + "/" + std::to_string(next_++); }

  const std::string checkpoints_;
  CacheBudget budget_;
  std::unique_ptr<StoreEngine> engine_;
  std::string folder_;
  int lock_ = -1;  ///< of a file in it, for as long as it is in use
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace weir
