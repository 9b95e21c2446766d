// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "state/key_share.h"
#include "state/record_snapshot.h"
#include "state/snapshot.h"
#include "state/stage_state.h"
#include "state/timers.h"
#include "state/window_lists.h"

namespace weir {

/// All that is kept for a stage that says it is stateful, within a task. Used by the task's thread.
struct StageContents {
  Timers timers, event_timers;
  WindowLists lists;
  StageState states;

  /// Writes what it holds, or with `changes` what of that has changed since the last call, but for what is
  /// given back, which is to be written behind it: by any thread, until states.thaw().
  StageState::Frozen save(SnapshotWriter& to, bool changes);

  /// Adds what a task has kept, as far as `share` says: all of it, and then what had changed each time. Each
  /// reader stands behind the snapshot's head.
  void load(std::vector<SnapshotReader>& layers, const FindOrigin& origins, const KeyShare& share,
            const StoredEntries& stored = {});
};

/// Passes over what stands in a stage's snapshot before its contents: whether it keeps state, and times.
void skip_snapshot_head(SnapshotReader& from);

/// One snapshot that holds what several say together: one of all, and then of what had changed each time.
/// Throws std::runtime_error when they cannot be understood.
std::string join_snapshots(const std::vector<std::string_view>& layers, const FindOrigin& origins);

}  // namespace weir
