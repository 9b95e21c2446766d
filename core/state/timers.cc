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
  push({time, order, number});
}

void Timers::erase(weir_slice key, std::int64_t time) {
  if (size_ == 0) return;
  const std::size_t at = slot_of(key, time, hash_of(key, time));
  if (slots_[at].entry == 0) return;
  entries_[slots_[at].entry - 1].is_set = false;
  empty_slot(at);
  --size_;
  drop_erased();
}

std::optional<Timers::Timer> Timers::pop_due(std::int64_t now) {
  if (heap_.empty() || heap_.front().time > now) return std::nullopt;
  const Node first = heap_.front();
  Entry& entry = entries_[first.entry];
  const weir_slice key = entry.has_key ? weir_slice{entry.key.data(), entry.key.size()} : weir_slice{};
  empty_slot(slot_of(key, entry.time, hash_of(key, entry.time)));
  --size_;
  Timer timer{entry.time, std::move(entry.key), entry.has_key};
  entry.is_set = false;
  drop_erased();
  return timer;
}

void Timers::push(const Node& node) {
  std::size_t at = heap_.size();
  heap_.push_back(node);
  while (at > 0) {
    const std::size_t parent = (at - 1) / kChildren;
    if (!(node < heap_[parent])) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = node;
}

/// Puts the node at `at` or further down, where it belongs.
void Timers::sink(std::size_t at, const Node& node) {
  for (;;) {
    const std::size_t first = kChildren * at + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    const std::size_t end = std::min(first + kChildren, heap_.size());
    for (std::size_t child = first + 1; child < end; ++child) {
      if (heap_[child] < heap_[least]) least = child;
    }
    if (!(heap_[least] < node)) break;
    heap_[at] = heap_[least];
    at = least;
  }
  heap_[at] = node;
}

void Timers::pop() {
  const std::uint32_t entry = heap_.front().entry;
  entries_[entry].key.clear();
  free_.push_back(entry);
  const Node last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sink(0, last);
}

void Timers::drop_erased() {
  while (!heap_.empty() && !entries_[heap_.front().entry].is_set) pop();
  if (heap_.size() > 2 * size_ + kFewestSlots) drop_all_erased();
}

void Timers::drop_all_erased() {
  std::size_t kept = 0;
  for (const Node& node : heap_) {
    if (entries_[node.entry].is_set) {
      heap_[kept++] = node;
    } else {
      entries_[node.entry].key.clear();
      free_.push_back(node.entry);
    }
  }
  heap_.resize(kept);
  for (std::size_t i = kept; i-- > 0;) sink(i, Node(heap_[i]));
}

void Timers::close() {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  for (const Node& node : heap_) {
    if (node.time != kNever && entries_[node.entry].is_set) latest = std::max(latest, node.time);
  }
  latest_ = latest;
}

void Timers::save(SnapshotWriter& to) const {
  to.number(size_);
  for (const Node& node : heap_) {
    const Entry& entry = entries_[node.entry];
    if (!entry.is_set) continue;
    to.time(node.time);
    to.number(node.order);
    to.slice(entry.has_key ? weir_slice{entry.key.data(), entry.key.size()} : weir_slice{nullptr, 0});
  }
}

void Timers::load(SnapshotReader& from, const KeyShare& share) {
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::int64_t time = from.time();
    const std::uint64_t order = from.number();
    const weir_slice key = from.slice();
    if (!(key.data == nullptr ? share.has_keyless() : share.has({key.data, key.size}))) continue;
    set_in_order(key, time, order);
    next_order_ = std::max(next_order_, order + 1);
  }
}

}  // namespace weir
