// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_table.h"

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>

namespace weir {
namespace {

constexpr std::size_t kFewestSlots = 16;

std::uint64_t load(const char* p, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, size);
  return word;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint32_t hash_key(std::string_view key) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;
  std::uint64_t hash = key.size() * kOdd ^ 0x2545f4914f6cdd1du;
  const char* p = key.data();
  std::size_t left = key.size();
  for (; left >= 8; left -= 8, p += 8) hash = mix(hash ^ load(p, 8), kOdd);
  if (left != 0) hash = mix(hash ^ load(p, left), kOdd);
  return static_cast<std::uint32_t>(mix(hash, kOdd) >> 16);
}

std::uint32_t KeyedTable::class_of(std::size_t size) {
  if (size <= kSmall) return static_cast<std::uint32_t>((size + 15) / 16 - 1);
  const auto power = static_cast<std::uint32_t>(std::bit_width(size - 1) - 1);
  const std::size_t quarter = std::size_t{1} << (power - 2);
  const auto quarters = static_cast<std::uint32_t>((size - 4 * quarter + quarter - 1) / quarter);
  return 32 + 4 * (power - kSmallPower) + quarters - 1;
}

std::size_t KeyedTable::size_of(std::uint32_t size_class) {
  if (size_class < 32) return (size_class + 1) * std::size_t{16};
  const std::size_t quarter = kSmall >> 2 << (size_class - 32) / 4;
  return quarter * (5 + (size_class - 32) % 4);
}

/// The key's slot, or the empty one where it would stand.
std::size_t KeyedTable::slot_of(std::uint32_t hash, std::string_view key) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.at == 0) return i;
    if (slot.hash != hash) continue;
    const Entry* entry = entry_at(slot.at);
    if (std::string_view(entry->key(), entry->key_size) == key) return i;  // no key has no address either
  }
}

std::size_t KeyedTable::last_slot_of(std::string_view key) const {
  if (key.data() != last_key_ || last_slot_ >= slots_.size() || slots_[last_slot_].at == 0) return kNone;
  // The same place may hold another key by now.
  const Entry* entry = entry_at(slots_[last_slot_].at);
  return std::string_view(entry->key(), entry->key_size) == key ? last_slot_ : kNone;
}

weir_slice KeyedTable::find(std::string_view key) const {
  if (size_ == 0) return {nullptr, 0};
  std::size_t at = last_slot_of(key);
  if (at == kNone) {
    at = slot_of(hash_key(key), key);
    last_key_ = key.data();
    last_slot_ = at;
  }
  const Slot& slot = slots_[at];
  if (slot.at == 0) return {nullptr, 0};
  const Entry* entry = entry_at(slot.at);
  return {entry->value(), entry->value_size};
}

char* KeyedTable::room(std::string_view key, std::size_t bytes, std::size_t& held) {
  if (bytes > UINT32_MAX / 4 || key.size() > UINT32_MAX / 4)
    throw std::length_error("a state value over 1 GiB");
  if (4 * (size_ + 1) > 3 * slots_.size()) grow();
  std::size_t at = last_slot_of(key);
  if (at == kNone) {
    const std::uint32_t hash = hash_key(key);
    at = slot_of(hash, key);
    slots_[at].hash = hash;
    last_key_ = key.data();
    last_slot_ = at;
  }
  Slot& slot = slots_[at];
  if (slot.at == 0) {
    held = kNone;
    slot.at = new_entry(key, bytes);
    ++size_;
  } else {
    const Entry* entry = entry_at(slot.at);
    held = entry->value_size;
    if (bytes > entry->value_capacity) {
      slot.at = moved(slot.at, std::max<std::size_t>(bytes, 2 * std::size_t{entry->value_capacity}));
    }
  }
  Entry* entry = writable(slot.at);
  note_change(slot.at, *entry);
  const std::size_t before = held == kNone ? 0 : held;
  if (bytes > before) std::memset(entry->value() + before, 0, bytes - before);
  entry->value_size = static_cast<std::uint32_t>(bytes);
  return entry->value();
}

void KeyedTable::prefetch(const weir_slice* keys, std::size_t count) const {
  constexpr std::size_t kAtOnce = 64;
  if (size_ == 0) return;
  const std::size_t mask = slots_.size() - 1;
  std::array<std::uint32_t, kAtOnce> hashes;
  for (; count > 0; keys += std::min(kAtOnce, count), count -= std::min(kAtOnce, count)) {
    const std::size_t n = std::min(kAtOnce, count);
    for (std::size_t i = 0; i < n; ++i) {
      hashes[i] = hash_key({keys[i].data, keys[i].size});
      __builtin_prefetch(&slots_[hashes[i] & mask]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t at = hashes[i] & mask;
      while (slots_[at].at != 0 && slots_[at].hash != hashes[i]) at = (at + 1) & mask;
      if (slots_[at].at == 0) continue;
      const char* const entry = reinterpret_cast<const char*>(entry_at(slots_[at].at));
      __builtin_prefetch(entry);
      __builtin_prefetch(entry + kLine);
      __builtin_prefetch(entry + 2 * kLine);
    }
  }
}

bool KeyedTable::erase(std::string_view key) {
  if (size_ == 0) return false;
  std::size_t hole = slot_of(hash_key(key), key);
  if (slots_[hole].at == 0) return false;
  if (!all_changed_) {
    erased_.emplace_back(key);
    all_changed_ = erased_.size() > most_changes();
  }
  release(slots_[hole].at);
  --size_;
  // Those behind move up, so that no probe ends at a hole before what it looks for.
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = (hole + 1) & mask; slots_[i].at != 0; i = (i + 1) & mask) {
    const std::size_t home = slots_[i].hash & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = {};
  return true;
}

/// Above it all of the table is no dearer to save than its changes.
std::size_t KeyedTable::most_changes() const {
  return std::max<std::size_t>(kFewestSlots, size_ / 2);
}

void KeyedTable::note_change(std::uint32_t at, Entry& entry) {
  if (all_changed_ || entry.generation() == generation_) return;
  entry.mark = generation_ << kClassBits | entry.size_class();
  changed_.push_back(at);
  all_changed_ = changed_.size() > most_changes();
}

KeyedTable::Frozen KeyedTable::freeze() {
  Frozen frozen;
  for (Chunk& chunk : chunks_) {
    chunk.frozen = true;
    frozen.parts_.push_back({chunk.memory, chunk.used});
  }
  frozen.size_ = size_;
  frozen.all_changed_ = all_changed_;
  if (!all_changed_) {
    frozen.changed_ = std::move(changed_);
    frozen.erased_ = std::move(erased_);
  }
  changed_.clear();
  erased_.clear();
  // When all numbers have been used, changes can no longer be told apart.
  all_changed_ = generation_ == kLastGeneration;
  if (!all_changed_) ++generation_;
  return frozen;
}

void KeyedTable::thaw() {
  for (Chunk& chunk : chunks_) chunk.frozen = false;
}

void KeyedTable::copy(Chunk& chunk) {
  std::shared_ptr<char[]> own(new char[chunk.size]);
  std::memcpy(own.get(), chunk.memory.get(), chunk.used);
  chunk.memory = std::move(own);
  chunk.frozen = false;
}

void KeyedTable::grow() {
  std::vector<Slot> old(std::max(kFewestSlots, 2 * slots_.size()));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.at == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].at != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

std::uint32_t KeyedTable::allocate(std::size_t size) {
  const std::uint32_t size_class = class_of(size);
  const std::size_t whole = size_of(size_class);
  if (const std::uint32_t at = free_[size_class]; at != 0) {
    Entry* entry = writable(at);
    std::memcpy(&free_[size_class], entry, sizeof(std::uint32_t));
    entry->mark = size_class;
    return at;
  }
  if (chunks_.empty() || chunks_[filling_].size - chunks_[filling_].used < whole) {
    const std::size_t last = chunks_.empty() ? kFirstChunk / 2 : chunks_[filling_].size;
    // What is larger than a chunk gets one of its own, and the one before goes on being filled.
    const bool alone = whole > kLargestChunk;
    const std::size_t chunk = alone ? whole : std::max(whole, std::min(2 * last, kLargestChunk));
    if (chunks_.size() >= (std::size_t{1} << (32 - kUnitBits)) - 1) throw std::bad_alloc();
    chunks_.push_back({std::shared_ptr<char[]>(new char[chunk]), 0, static_cast<std::uint32_t>(chunk)});
    chunk_bytes_ += chunk;
    const auto index = static_cast<std::uint32_t>(chunks_.size() - 1);
    if (!alone) filling_ = index;
    if (alone) {
      chunks_[index].used = static_cast<std::uint32_t>(whole);
      const std::uint32_t at = (index << kUnitBits) + 1;
      writable(at)->mark = size_class;
      return at;
    }
  }
  Chunk& chunk = chunks_[filling_];
  const std::uint32_t at = (filling_ << kUnitBits) + static_cast<std::uint32_t>(chunk.used / kUnit) + 1;
  chunk.used += static_cast<std::uint32_t>(whole);
  writable(at)->mark = size_class;
  return at;
}

void KeyedTable::release(std::uint32_t at) {
  Entry* entry = writable(at);
  const std::uint32_t size_class = entry->size_class();
  entry->mark |= kFree;
  std::memcpy(static_cast<void*>(entry), &free_[size_class], sizeof(std::uint32_t));
  free_[size_class] = at;
}

std::uint32_t KeyedTable::new_entry(std::string_view key, std::size_t value_capacity) {
  const std::size_t fixed = sizeof(Entry) + Entry::padded(key.size());
  const std::uint32_t at = allocate(fixed + value_capacity);
  Entry* entry = writable(at);
  entry->key_size = static_cast<std::uint32_t>(key.size());
  entry->value_size = 0;
  entry->value_capacity = static_cast<std::uint32_t>(size_of(entry->size_class()) - fixed);
  if (!key.empty()) std::memcpy(entry->key(), key.data(), key.size());
  return at;
}

std::uint32_t KeyedTable::moved(std::uint32_t at, std::size_t value_capacity) {
  const Entry* old = writable(at);  // not copied away below
  const std::uint32_t to = new_entry({old->key(), old->key_size}, value_capacity);
  Entry* entry = writable(to);
  entry->value_size = old->value_size;
  std::memcpy(entry->value(), old->value(), old->value_size);
  release(at);
  return to;
}

}  // namespace weir
