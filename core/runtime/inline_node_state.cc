// SPDX-License-Identifier: Apache-2.0
//
// What an InlineNode keeps, over checkpoints and restarts.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "runtime/inline_node.h"
#include "state/store/stage_store.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

/// As it is saved.
std::uint64_t number_of(Split split) {
  switch (split) {
    case Split::kByTask:
      return 0;
    case Split::kByKey:
      return 1;
    case Split::kWhole:
      break;
  }
  return 2;
}

}  // namespace

template <class F>
void InlineNode::each_list(F&& f) const {
  store_ != nullptr ? store_->lists().for_each(f) : kept_.lists.for_each(f);
}

void InlineNode::hold(HeldPositions& held, bool saved) const {
  if (saved && is_stateful()) return;
  each_list([&](const OwnedRecords& list) { held.add(list.data(), list.size()); });
}

std::uint64_t InlineNode::held(bool saved) const {
  std::uint64_t count = 0;
  if (!saved || !is_stateful()) each_list([&](const OwnedRecords& list) { count += list.size(); });
  return count;
}

bool InlineNode::is_stateful() const {
  return (stage_.plugin->capabilities & WEIR_STATEFUL) != 0;
}

void InlineNode::write_out(const std::string& folder) {
  if (store_ == nullptr) return;
  kept_.states.write_out();
  store_->snapshot(folder + "/" + std::to_string(task_number_) + "." + name(), number_of(stage_.split));
}

void InlineNode::save(Checkpoint::StageState& to, bool changes) {
  if (!is_stateful() && !event_times_) return;
  SnapshotWriter snapshot;
  if (store_ != nullptr) store_->last_snapshot().save(snapshot);
  snapshot.number(is_stateful() ? 1 : 0);
  snapshot.number(event_times_ ? 1 : 0);
  if (event_times_) event_times_->save(snapshot);
  if (is_stateful()) {
    // After the end of the input there may be more of it: how far that is, its sources tell.
    snapshot.time(watermarks().now() == Watermarks::kEnd ? Watermarks::kStart : watermarks().now());
    // What stands on disk says itself what has changed; the rest is little, and then no older files must
    // stay.
    const bool only_changes = changes && store_ == nullptr;
    to.is_whole = !only_changes;
    SnapshotWriter waiting;
    if (standstill_.on()) standstill_.save(waiting);
    to.rest = [states = kept_.save(snapshot, only_changes), behind = waiting.take()](SnapshotWriter& rest) {
      states.save(rest);
      rest.raw(behind);
    };
  }
  to.snapshot = snapshot.take();
}

void InlineNode::load(const std::vector<std::string_view>& layers, const FindOrigin& origins, SavedBy by) {
  std::vector<SnapshotReader> readers(layers.begin(), layers.end());
  // What stands on disk is never saved as changes: then there is one layer.
  const auto [stored, text] = divide_snapshot(layers.back());
  readers.back() = SnapshotReader(text);
  for (auto older = readers.begin(); older + 1 != readers.end(); ++older) skip_snapshot_head(*older);
  SnapshotReader& from = readers.back();
  const bool stateful = from.number() != 0;
  if (from.number() != 0) {
    if (!event_times_) throw std::runtime_error("it had an `event_time:`, which is gone from the file");
    event_times_->load(from, origins, services_.clock.now(), by == SavedBy::kThisTask);
  }
  if (!stateful) return;
  if (!is_stateful()) throw std::runtime_error("it is of a plugin that keeps none");
  // Tasks that exchange records have it in common; where they do not, the least makes no record late.
  const std::int64_t time = from.time();
  restored_ = std::min(restored_.value_or(time), time);
  restore_watermark(*restored_);
  // A task that keeps what it reads itself goes on with its own.
  const bool apart = stage_.split == Split::kByTask && by != SavedBy::kOtherRun;
  if (apart && by == SavedBy::kOtherTask) return;
  const KeyShare share = apart ? KeyShare{} : share_;
  StoredEntries entries;
  if (stored) entries = take_stored(*stored, origins, by, share);
  kept_.load(readers, origins, share, entries);
  if (store_ != nullptr) store_->take_lists(kept_.lists, origins);
  if (!from.at_end()) standstill_.load(from, origins, share, by);
}

StoredEntries InlineNode::take_stored(const StoredPart& stored, const FindOrigin& origins, SavedBy by,
                                      const KeyShare& share) {
  const std::string folder = services_.stores->folder_of(stored.folder);
  if (store_ == nullptr) {
    const auto theirs = services_.stores->read(folder);
    each_stored_record(*theirs, [&](std::string_view key, std::int64_t window, std::string_view record) {
      if (!share.has(key)) return;
      SnapshotReader from(record);
      OwnedRecords one;
      load_record(from, origins, one);
      kept_.lists.append({key.data(), key.size()}, window, one.data(), 1);
    });
    return {folder, services_.stores};
  }
  // With as many tasks as there were, that divide the work as those did, each goes on with what it had.
  const bool as_it_was = stored.split == number_of(stage_.split);
  if (as_it_was && by == SavedBy::kOtherTask) return {};
  const bool is_all_mine = (as_it_was && by == SavedBy::kThisTask) || share.has_all();
  if (is_all_mine && store_->begin_with(folder, stored)) return {};
  store_->take_lists(folder, share);
  return {folder, services_.stores};
}

void InlineNode::forget(const std::function<bool(const weir_record&)>& gone) {
  with_lists([&](auto& lists) {
    lists.remove_if([&](const weir_record& record) {
      if (!gone(record)) return false;
      counts_.given_up.add(1);
      return true;
    });
  });
  standstill_.forget(gone);
}

}  // namespace weir
