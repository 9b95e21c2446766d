// SPDX-License-Identifier: Apache-2.0
#include "state/window_lists.h"

#include <algorithm>

namespace weir {
namespace {

void save_records(SnapshotWriter& to, const OwnedRecords& records, std::size_t from) {
  to.number(records.size() - from);
  for (std::size_t i = from; i < records.size(); ++i) save_record(to, records.data()[i]);
}

void load_records(SnapshotReader& from, const FindOrigin& origins, OwnedRecords& into) {
  for (std::uint64_t left = from.number(); left > 0; --left) load_record(from, origins, into);
}

}  // namespace

OwnedRecords WindowLists::take(weir_slice key, std::int64_t window) {
  const auto found = lists_.find(Id{std::string(view(key)), window});
  if (found == lists_.end()) return {};
  OwnedRecords records = std::move(found->second.records);
  erase(found);
  return records;
}

void WindowLists::drop_front(weir_slice key, std::int64_t window, std::size_t count) {
  const auto found = lists_.find(Id{std::string(view(key)), window});
  if (found == lists_.end()) return;
  List& list = found->second;
  if (count >= list.records.size()) return erase(found);
  const std::size_t known = std::min(count, list.saved);
  list.saved -= known;
  list.dropped += known;
  list.records.remove_if([&](const weir_record&) { return count > 0 && count-- > 0; });
  note(found->first, list);
}

/// When lists come and go more than there are, all of them are no dearer to save.
void WindowLists::note(const Id& id) {
  constexpr std::size_t kFew = 16;
  changed_.push_back(id);
  if (changed_.size() <= kFew + 2 * lists_.size()) return;
  all_changed_ = true;
  changed_.clear();
}

void WindowLists::erase(Lists::iterator list) {
  if (!all_changed_ && list->second.known) note(list->first);
  lists_.erase(list);
}

void WindowLists::save_change(SnapshotWriter& to, const Id& id) {
  const auto found = lists_.find(id);
  if (found != lists_.end() && !found->second.noted) return;
  to.text(id.first);
  to.time(id.second);
  if (found == lists_.end()) return to.number(kGone);
  List& list = found->second;
  to.number(list.rewritten ? kWhole : kMoved);
  if (!list.rewritten) to.number(list.dropped);
  save_records(to, list.records, list.rewritten ? 0 : list.saved);
  list.saved_all();
}

void WindowLists::save(SnapshotWriter& to, bool changes) {
  if (changes) to.number(all_changed_ ? 1 : 0);
  if (!changes || all_changed_) {
    to.number(lists_.size());
    for (auto& [id, list] : lists_) {
      to.text(id.first);
      to.time(id.second);
      save_records(to, list.records, 0);
      list.saved_all();
    }
  } else {
    const std::size_t begun = to.begin_text();
    for (const auto& id : changed_) save_change(to, id);
    to.end_text(begun);
  }
  all_changed_ = false;
  changed_.clear();
}

void WindowLists::load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share) {
  for (std::uint64_t left = from.number(); left > 0; --left) {
    std::string key(from.text());
    const std::int64_t window = from.time();
    OwnedRecords others;
    load_records(from, origins, share.has(key) ? lists_[Id{std::move(key), window}].records : others);
  }
}

void WindowLists::load_changes(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share) {
  if (from.number() != 0) {
    lists_.clear();
    return load(from, origins, share);
  }
  for (SnapshotReader changed(from.text()); !changed.at_end();) {
    Id id{changed.text(), 0};
    id.second = changed.time();
    const std::uint64_t what = changed.number();
    if (what != kMoved) lists_.erase(id);
    if (what == kGone) continue;
    OwnedRecords others;
    OwnedRecords& records = share.has(id.first) ? lists_[id].records : others;
    std::uint64_t dropped = what == kMoved ? changed.number() : 0;
    records.remove_if([&](const weir_record&) { return dropped > 0 && dropped-- > 0; });
    load_records(changed, origins, records);
  }
}

void WindowLists::merge(WindowLists&& other) {
  for (auto& [id, list] : other.lists_) lists_[id].records.append(std::move(list.records));
}

}  // namespace weir
