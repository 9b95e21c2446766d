// SPDX-License-Identifier: Apache-2.0
#include "state/timers.h"

#include <algorithm>
#include <utility>

#include "state/keyed_table.h"

namespace weir {

std::uint32_t Timers::hash_of(weir_slice key, std::int64_t time) {
  const auto mixed = static_cast<std::uint64_t>(time) * 0x9e3779b97f4a7c15u;
  return hash_key({key.data, key.size}) ^ static_cast<std::uint32_t>(mixed >> 32);
}

std::size_t Timers::slot_of(weir_slice key, std::int64_t time, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.entry == 0) return i;
    if (slot.hash != hash) continue;
    const Entry& entry = entries_[slot.entry - 1];
    if (entry.time == time && entry.has_key == (key.data != nullptr) &&
        entry.key == std::string_view(key.data, key.size))
      return i;
  }
}

/// At most three of four slots are taken.
void Timers::grow() {
  if (4 * (size_ + 1) <= 3 * slots_.size()) return;
  std::vector<Slot> old(std::max(kFewestSlots, 2 * slots_.size()));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].entry != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

/// Moves those behind it that would no longer be found.
void Timers::empty_slot(std::size_t at) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = (at + 1) & mask; slots_[i].entry != 0; i = (i + 1) & mask) {
    if (((i - slots_[i].hash) & mask) < ((i - at) & mask)) continue;
    slots_[at] = slots_[i];
    at = i;
  }
  slots_[at] = {};
}

void Timers::set(weir_slice key, std::int64_t time) {
  if (latest_ && time > *latest_) {
    ++refused_;
    return;
  }
  set_in_order(key, time, next_order_++);
}

void Timers::set_in_order(weir_slice key, std::int64_t time, std::uint64_t order) {
  grow();
  const std::uint32_t hash = hash_of(key, time);
  const std::size_t at = slot_of(key, time, hash);
  if (slots_[at].entry != 0) return;
  std::uint32_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[number];
  if (key.data != nullptr) entry.key.assign(key.data, key.size);
  entry.time = time;
  entry.has_key = key.data != nullptr;
  entry.is_set = true;
  slots_[at] = {hash, number + 1};
  ++size_;
  queue_.push({time, order, number, hash});
  if (!all_changed_) note_set(number, order);
}

/// When changes are as much as all there is, all of it is no dearer to save.
void Timers::note_set(std::uint32_t entry, std::uint64_t order) {
  entries_[entry].is_new = true;
  added_.push_back({order, entry});
  all_changed_ = added_.size() > size_ + kFewestSlots;
}

void Timers::note_gone(Entry& entry) {
  if (std::exchange(entry.is_new, false)) return;
  gone_.time(entry.time);
  gone_.slice(entry.has_key ? weir_slice{entry.key.data(), entry.key.size()} : weir_slice{nullptr, 0});
  all_changed_ = ++gone_count_ > size_ + kFewestSlots;
}

void Timers::begin_changes() {
  all_changed_ = false;
  added_.clear();
  gone_ = {};
  gone_count_ = 0;
}

void Timers::erase(weir_slice key, std::int64_t time) {
  if (size_ == 0) return;
  const std::size_t at = slot_of(key, time, hash_of(key, time));
  if (slots_[at].entry == 0) return;
  Entry& entry = entries_[slots_[at].entry - 1];
  entry.is_set = false;
  if (!all_changed_) note_gone(entry);
  empty_slot(at);
  --size_;
  drop_erased();
}

std::int64_t Timers::next() {
  while (!queue_.empty()) {
    const TimerQueue::Node first = queue_.first();
    if (entries_[first.entry].is_set) return first.time;
    queue_.pop();
    recycle(first.entry);
  }
  return kNever;
}

std::optional<Timers::Timer> Timers::pop_due(std::int64_t now) {
  while (!queue_.empty()) {
    const TimerQueue::Node first = queue_.first(now);
    if (first.time > now) break;
    queue_.pop();
    prefetch();
    Entry& entry = entries_[first.entry];
    if (entry.is_set) {
      const std::size_t mask = slots_.size() - 1;
      std::size_t at = first.hash & mask;
      while (slots_[at].entry != first.entry + 1) at = (at + 1) & mask;
      empty_slot(at);
      --size_;
      if (!all_changed_) note_gone(entry);
      Timer timer{entry.time, std::move(entry.key), entry.has_key};
      entry.is_set = false;
      recycle(first.entry);
      return timer;
    }
    recycle(first.entry);
  }
  return std::nullopt;
}

std::size_t Timers::count_due(std::int64_t now) const {
  std::size_t count = 0;
  queue_.for_each([&](const TimerQueue::Node& node) {
    if (node.time <= now && entries_[node.entry].is_set) ++count;
  });
  return count;
}

std::size_t Timers::peek_keys(std::span<weir_slice> keys) const {
  std::size_t count = 0;
  queue_.ready(0, keys.size(), [&](const TimerQueue::Node& node) {
    const Entry& entry = entries_[node.entry];
    if (entry.is_set) keys[count++] = {entry.key.data(), entry.key.size()};
  });
  return count;
}

void Timers::prefetch() const {
  constexpr std::size_t kAhead = 48;
  queue_.ready(kAhead, 1, [&](const TimerQueue::Node& node) {
    __builtin_prefetch(&entries_[node.entry]);
    __builtin_prefetch(&slots_[node.hash & (slots_.size() - 1)]);
  });
}

void Timers::recycle(std::uint32_t entry) {
  entries_[entry].key.clear();
  free_.push_back(entry);
}

void Timers::drop_erased() {
  if (queue_.size() <= 2 * size_ + kFewestSlots) return;
  queue_.remove_if([&](const TimerQueue::Node& node) {
    if (entries_[node.entry].is_set) return false;
    recycle(node.entry);
    return true;
  });
}

void Timers::close() {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  queue_.for_each([&](const TimerQueue::Node& node) {
    if (node.time != kNever && entries_[node.entry].is_set) latest = std::max(latest, node.time);
  });
  latest_ = latest;
}

void Timers::save_timer(SnapshotWriter& to, std::uint64_t order, const Entry& entry) const {
  to.time(entry.time);
  to.number(order);
  to.slice(entry.has_key ? weir_slice{entry.key.data(), entry.key.size()} : weir_slice{nullptr, 0});
}

void Timers::save(SnapshotWriter& to, bool changes) {
  if (changes) to.number(all_changed_ ? 1 : 0);
  if (!changes || all_changed_) {
    to.number(size_);
    queue_.for_each([&](const TimerQueue::Node& node) {
      Entry& entry = entries_[node.entry];
      entry.is_new = false;
      if (entry.is_set) save_timer(to, node.order, entry);
    });
    return begin_changes();
  }
  to.number(gone_count_);
  to.raw(gone_.bytes());
  const std::size_t begun = to.begin_text();
  // From the back: an entry that was used again is the timer that was set last.
  for (auto added = added_.rbegin(); added != added_.rend(); ++added) {
    Entry& entry = entries_[added->entry];
    if (std::exchange(entry.is_new, false) && entry.is_set) save_timer(to, added->order, entry);
  }
  to.end_text(begun);
  begin_changes();
}

void Timers::load(SnapshotReader& from, const KeyShare& share) {
  for (std::uint64_t left = from.number(); left > 0; --left) load_one(from, share);
}

void Timers::load_one(SnapshotReader& from, const KeyShare& share) {
  const std::int64_t time = from.time();
  const std::uint64_t order = from.number();
  const weir_slice key = from.slice();
  if (!(key.data == nullptr ? share.has_keyless() : share.has({key.data, key.size}))) return;
  set_in_order(key, time, order);
  next_order_ = std::max(next_order_, order + 1);
}

void Timers::load_changes(SnapshotReader& from, const KeyShare& share) {
  if (from.number() != 0) {
    *this = {};
    return load(from, share);
  }
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::int64_t time = from.time();
    erase(from.slice(), time);
  }
  for (SnapshotReader added(from.text()); !added.at_end();) load_one(added, share);
}

void Timers::merge(Timers&& other) {
  if (size_ == 0) {
    *this = std::move(other);
    return;
  }
  other.queue_.for_each([&](const TimerQueue::Node& node) {
    const Entry& entry = other.entries_[node.entry];
    if (!entry.is_set) return;
    set_in_order(entry.has_key ? weir_slice{entry.key.data(), entry.key.size()} : weir_slice{nullptr, 0},
                 entry.time, node.order);
  });
  next_order_ = std::max(next_order_, other.next_order_);
}

}  // namespace weir
