// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Bytes for keys: a hash table with linear probing whose slots are 8 bytes and whose entries stand in chunks
/// of growing size, so that a key and a small accumulator cost little more than themselves, and a table that
/// is dropped as a whole is freed by the chunk. Used by one thread.
///
/// freeze() tells another thread what it holds, at the price of a look at each chunk: chunks are shared then,
/// and the table copies one before it writes to it.
class KeyedTable {
  struct Entry;

 public:
  class Frozen;

  KeyedTable() = default;
  KeyedTable(KeyedTable&&) noexcept = default;
  KeyedTable& operator=(KeyedTable&&) noexcept = default;

  static constexpr std::size_t kNone = SIZE_MAX;

  /// The value; data == NULL when there is none. Valid until the table is changed.
  weir_slice find(std::string_view key) const;
  /// Makes the value `bytes` long: what it held stays, what is new is zero. `held`: its size before, or
  /// kNone.
  char* room(std::string_view key, std::size_t bytes, std::size_t& held);
  bool erase(std::string_view key);

  std::size_t size() const { return size_; }
  /// Memory held, in bytes.
  std::size_t bytes() const { return chunk_bytes_ + slots_.capacity() * sizeof(Slot); }

  /// Calls f(key, value) for each, as they stand in memory; it must not change the table.
  template <class F>
  void for_each(F&& f) const {
    for (const Chunk& chunk : chunks_) visit(chunk.memory.get(), chunk.used, f);
  }

  /// As room(), with the bytes.
  void put(std::string_view key, std::string_view value) {
    std::size_t held = 0;
    char* const at = room(key, value.size(), held);
    if (!value.empty()) std::memcpy(at, value.data(), value.size());
  }
  /// Calls f(key, value, its size) for each, which may write to the value; all count as changed.
  template <class F>
  void rewrite_each(F&& f);

  /// What it holds now, and what of that has changed since the last call.
  Frozen freeze();
  /// Whether that is anything. Before the first call all has.
  bool has_changed() const { return all_changed_ || !changed_.empty() || !erased_.empty(); }
  bool was_frozen() const { return generation_ > 1; }
  /// Nobody reads what was frozen any more: chunks need not be copied. Whoever read it has ended before.
  void thaw();

  /// Brings what find() and room() look at for these keys nearer to the processor, for many at once: each
  /// alone would wait for memory twice.
  void prefetch(const weir_slice* keys, std::size_t count) const;

 private:
  static constexpr std::size_t kUnit = 8;
  static constexpr std::uint32_t kUnitBits =
      15;                                   ///< of a place: which unit of a chunk; the rest: which chunk
  static constexpr std::size_t kLine = 64;  ///< of the processor's cache
  static constexpr std::size_t kLinesAhead = 4;
  static constexpr std::size_t kFirstChunk = 1024;
  static constexpr std::size_t kLargestChunk = kUnit << kUnitBits;
  /// Up to here sizes are rounded to 16 bytes, above to quarters of a power of 2.
  static constexpr std::uint32_t kSmallPower = 9;
  static constexpr std::size_t kSmall = std::size_t{1} << kSmallPower;

  static constexpr std::uint32_t kFree = 1u << 31;  ///< of an entry's mark: it is not in use
  static constexpr std::uint32_t kClassBits = 7;
  static constexpr std::uint32_t kLastGeneration = (kFree >> kClassBits) - 1;

  struct Entry {
    std::uint32_t key_size;
    std::uint32_t value_size;
    std::uint32_t value_capacity;
    /// The size class of the whole entry, for the list of free ones; above it the generation in which its
    /// change was noted; kFree.
    std::uint32_t mark;

    std::uint32_t size_class() const { return mark & ((1u << kClassBits) - 1); }
    std::uint32_t generation() const { return (mark & ~kFree) >> kClassBits; }
    bool is_free() const { return (mark & kFree) != 0; }

    static std::size_t padded(std::size_t size) { return (size + kUnit - 1) / kUnit * kUnit; }
    char* key() { return reinterpret_cast<char*>(this + 1); }
    const char* key() const { return reinterpret_cast<const char*>(this + 1); }
    char* value() { return key() + padded(key_size); }
    const char* value() const { return key() + padded(key_size); }
    weir_slice key_slice() const { return {key(), key_size}; }
    weir_slice value_slice() const { return {value(), value_size}; }
  };
  static_assert(sizeof(Entry) % kUnit == 0);

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t at = 0;  ///< place of the entry, 0 when empty
  };

  struct Chunk {
    std::shared_ptr<char[]> memory;
    std::uint32_t used = 0;
    std::uint32_t size = 0;
    bool frozen =
        false;  ///< what stands in it may be read elsewhere: only what is behind `used` may be written
  };

  /// 32 size classes of 16 bytes each, then four for each power of 2.
  static constexpr std::size_t kClasses = 32 + 4 * 24;
  static std::uint32_t class_of(std::size_t size);
  static std::size_t size_of(std::uint32_t size_class);

  template <class F>
  static void visit(const char* memory, std::size_t used, F& f) {
    for (std::size_t at = 0; at < used;) {
      const auto* entry = reinterpret_cast<const Entry*>(memory + at);
      at += size_of(entry->size_class());
      for (std::size_t line = 0; line < kLinesAhead; ++line)
        __builtin_prefetch(memory + std::min(at + line * kLine, used));
      if (!entry->is_free()) f(entry->key_slice(), entry->value_slice());
    }
  }
  static std::size_t chunk_of(std::uint32_t at) { return (at - 1) >> kUnitBits; }
  static std::size_t place_in_chunk(std::uint32_t at) { return ((at - 1) & ((1u << kUnitBits) - 1)) * kUnit; }

  const Entry* entry_at(std::uint32_t at) const {
    return reinterpret_cast<const Entry*>(chunks_[chunk_of(at)].memory.get() + place_in_chunk(at));
  }
  /// The same, to be written to.
  Entry* writable(std::uint32_t at) {
    Chunk& chunk = chunks_[chunk_of(at)];
    if (chunk.frozen) copy(chunk);
    return reinterpret_cast<Entry*>(chunk.memory.get() + place_in_chunk(at));
  }
  static void copy(Chunk& chunk);
  std::size_t most_changes() const;
  /// The entry is about to be written to.
  void note_change(std::uint32_t at, Entry& entry);
  std::size_t slot_of(std::uint32_t hash, std::string_view key) const;
  /// The slot of the key that was asked for last, where this is that key; else kNone. A stage asks for a key
  /// several times for a record, with the same bytes.
  std::size_t last_slot_of(std::string_view key) const;
  void grow();
  std::uint32_t allocate(std::size_t size);
  void release(std::uint32_t at);
  /// A new place with room for the value, the old bytes copied into it.
  std::uint32_t moved(std::uint32_t at, std::size_t value_capacity);
  std::uint32_t new_entry(std::string_view key, std::size_t value_capacity);

  std::vector<Slot> slots_;
  std::vector<Chunk> chunks_;
  std::array<std::uint32_t, kClasses> free_{};
  std::size_t size_ = 0;
  std::size_t chunk_bytes_ = 0;
  std::uint32_t filling_ = 0;               ///< the chunk that new entries go to
  mutable const char* last_key_ = nullptr;  ///< where its bytes stood
  mutable std::size_t last_slot_ = 0;

  // What has changed since the last freeze(), unless that is most of it.
  bool all_changed_ = true;
  std::uint32_t generation_ = 1;  ///< grows with each freeze()
  std::vector<std::uint32_t> changed_;
  std::vector<std::string> erased_;
};

/// What a table held at one moment. It may be read by any thread, and outlive the table.
class KeyedTable::Frozen {
 public:
  std::size_t size() const { return size_; }
  /// Whether it is known what has changed since the table was frozen before: where that is much, it is not.
  bool has_changes() const { return !all_changed_; }
  /// How many entries for_each_changed() gives, at most, and erased().
  std::size_t change_count() const { return changed_.size() + erased_.size(); }

  /// As KeyedTable::for_each.
  template <class F>
  void for_each(F&& f) const {
    for (const Part& part : parts_) visit(part.memory.get(), part.used, f);
  }
  /// Those of them that were written since then; one may come twice.
  template <class F>
  void for_each_changed(F&& f) const {
    for (const std::uint32_t at : changed_) {
      const auto* entry =
          reinterpret_cast<const Entry*>(parts_[chunk_of(at)].memory.get() + place_in_chunk(at));
      if (!entry->is_free()) f(entry->key_slice(), entry->value_slice());
    }
  }
  /// Keys that were erased since then. They may have come back.
  const std::vector<std::string>& erased() const { return erased_; }

 private:
  friend class KeyedTable;
  struct Part {
    std::shared_ptr<const char[]> memory;
    std::size_t used;
  };
  std::vector<Part> parts_;
  std::size_t size_ = 0;
  bool all_changed_ = true;
  std::vector<std::uint32_t> changed_;
  std::vector<std::string> erased_;
};

template <class F>
void KeyedTable::rewrite_each(F&& f) {
  for (std::uint32_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    for (std::size_t place = 0; place < chunks_[chunk].used;) {
      const std::uint32_t at = (chunk << kUnitBits) + static_cast<std::uint32_t>(place / kUnit) + 1;
      place += size_of(entry_at(at)->size_class());
      if (entry_at(at)->is_free()) continue;
      Entry* const entry = writable(at);
      note_change(at, *entry);
      f(entry->key_slice(), entry->value(), std::size_t{entry->value_size});
    }
  }
}

/// A fast hash of short texts; differs between runs of no program, so that results repeat.
std::uint32_t hash_key(std::string_view key);

}  // namespace weir
