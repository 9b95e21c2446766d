// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "state/key_share.h"
#include "state/state_options.h"
#include "state/store/state_home.h"
#include "state/store/stored_lists.h"
#include "state/store/stored_part.h"
#include "state/window_lists.h"

namespace weir {

/// The store of one stage within a task, for its keyed states and lists. Used by the task's thread.
class StageStore {
 public:
  /// `home` outlives it. `origins`: see StoredLists.
  StageStore(StateHome& home, FindOrigin origins) : home_(home), origins_(std::move(origins)) {}

  KeyValueStore& store();
  CacheBudget& budget() { return home_.budget(); }
  StoredLists& lists();

  /// Begins with all that is in a snapshot's folder; false when it has begun already.
  bool begin_with(const std::string& folder, const StoredPart& snapshot);
  /// Adds from a snapshot's folder the entries of a state whose keys are `mine`, or lists. Before the state
  /// is made.
  void take_state(const std::string& folder, char kind, const std::string& state, const KeyFilter& mine);
  void take_lists(const std::string& folder, const KeyShare& share);
  /// Moves all of them here.
  void take_lists(WindowLists& lists, const FindOrigin& origins);
  /// Forgets what a state of that name has left, before it is made.
  void forget_state(const std::string& state);

  /// Puts all that the store holds, durably, into the folder `name` below that of the checkpoints; what
  /// stands in caches has been written out. last_snapshot() tells it. `split`: see StoredPart.
  void snapshot(const std::string& name, std::uint64_t split);
  const StoredPart& last_snapshot() const { return snapshot_; }

 private:
  StateHome& home_;
  const FindOrigin origins_;
  std::unique_ptr<KeyValueStore> store_;
  std::optional<StoredLists> lists_;
  StoredPart snapshot_;
};

/// Writes the entries of a state in a store as KeyedValues or KeyedMaps would save them.
void save_entries(KeyValueStore& store, char kind, const std::string& state, SnapshotWriter& to);

/// Visits the entries of a state in a store, as those save themselves, a bounded number at a time.
void each_stored_entry(KeyValueStore& store, bool map, const std::string& state,
                       const std::function<void(const std::string& entries)>& visit);

/// Visits the lists in a store, record by record.
void each_stored_record(
    KeyValueStore& store,
    const std::function<void(std::string_view key, std::int64_t window, std::string_view record)>& visit);

}  // namespace weir
