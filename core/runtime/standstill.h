// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/receiver.h"
#include "runtime/work.h"
#include "state/key_share.h"
#include "state/record_snapshot.h"
#include "state/snapshot.h"

namespace weir {

/// Work that waits, as it stands in a snapshot.
void save_works(SnapshotWriter& to, const std::vector<const Work*>& works);
std::vector<std::unique_ptr<Work>> load_works(SnapshotReader& from, const FindOrigin& origins);

/// A stage was stopped among timers that are due. Until the next start its time stands still: what comes to
/// it belongs behind those timers, so it waits here and is saved with them. Used by the task's thread.
class Standstill {
 public:
  using Works = std::deque<std::unique_ptr<Work>>;

  bool on() const { return on_; }
  /// `waited`: what came before all that is put here from now on.
  void begin(Works waited = {});
  /// No longer: what has waited, in order. Records with keys stand one by one.
  Works end();

  /// `keys` is null where the stage has none, or does not ask for these.
  void put(const weir_record* records, const weir_slice* keys, std::size_t count, Inlet inlet);
  void put(const weir_group& group, Inlet inlet);
  /// Forgets records that another owner reads again.
  void forget(const std::function<bool(const weir_record&)>& gone);

  /// While it is on.
  void save(SnapshotWriter& to) const;
  /// Takes this task's share, and is on then.
  void load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share, SavedBy by);

 private:
  Work& add(Work::Kind kind, Inlet inlet);

  bool on_ = false;
  Works works_;
};

}  // namespace weir
