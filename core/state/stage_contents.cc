// SPDX-License-Identifier: Apache-2.0
#include "state/stage_contents.h"

#include <utility>

namespace weir {

StageState::Frozen StageContents::save(SnapshotWriter& to, bool changes) {
  timers.save(to, changes);
  event_timers.save(to, changes);
  lists.save(to, changes);
  return states.freeze(changes);
}

void StageContents::load(std::vector<SnapshotReader>& layers, const FindOrigin& origins,
                         const KeyShare& share, const StoredEntries& stored) {
  // Apart at first: what one task has given up, another may have.
  Timers its_timers, its_event_timers;
  WindowLists its_lists;
  for (auto& from : layers) {
    if (&from == &layers.front()) {
      its_timers.load(from, share);
      its_event_timers.load(from, share);
      its_lists.load(from, origins, share);
    } else {
      its_timers.load_changes(from, share);
      its_event_timers.load_changes(from, share);
      its_lists.load_changes(from, origins, share);
    }
  }
  timers.merge(std::move(its_timers));
  event_timers.merge(std::move(its_event_timers));
  lists.merge(std::move(its_lists));
  states.load(layers, share, stored);
}

void skip_snapshot_head(SnapshotReader& from) {
  const auto nowhere = [](std::string_view, std::string_view, std::int32_t) { return nullptr; };
  const bool stateful = from.number() != 0;
  const bool timed = from.number() != 0;
  if (timed) {
    from.time();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      load_origin(from, nowhere);
      from.time();
      from.number();
    }
  }
  if (stateful) from.time();
}

std::string join_snapshots(const std::vector<std::string_view>& layers, const FindOrigin& origins) {
  std::vector<SnapshotReader> readers;
  std::string_view head;
  for (const auto layer : layers) {
    auto& from = readers.emplace_back(layer);
    skip_snapshot_head(from);
    head = layer.substr(0, layer.size() - from.left());
  }
  StageContents contents;
  contents.load(readers, origins, {});
  contents.states.open_saved();
  SnapshotWriter to;
  to.raw(head);
  contents.save(to, false).save(to);
  // What has waited behind timers that were due when the last one was made.
  const std::string_view last = layers.back();
  to.raw(last.substr(last.size() - readers.back().left()));
  return to.take();
}

}  // namespace weir
