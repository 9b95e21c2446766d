// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace weir {

/// Bytes for keys: a hash table with linear probing whose slots are 8 bytes and whose entries stand in chunks
/// of growing size, so that a key and a small accumulator cost little more than themselves, and a table that
/// is dropped as a whole is freed by the chunk. Used by one thread.
class KeyedTable {
 public:
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
    for (const Chunk& chunk : chunks_) {
      for (std::size_t at = 0; at < chunk.used;) {
        const auto* entry = reinterpret_cast<const Entry*>(chunk.memory.get() + at);
        at += size_of(entry->size_class & ~kFree);
        __builtin_prefetch(chunk.memory.get() + std::min<std::size_t>(at, chunk.used));
        if ((entry->size_class & kFree) != 0) continue;
        f(weir_slice{entry->key(), entry->key_size}, weir_slice{entry->value(), entry->value_size});
      }
    }
  }

  /// Brings what find() and room() look at for these keys nearer to the processor, for many at once: each
  /// alone would wait for memory twice.
  void prefetch(const weir_slice* keys, std::size_t count) const;

 private:
  static constexpr std::size_t kUnit = 8;
  static constexpr std::uint32_t kUnitBits =
      15;  ///< of a place: which unit of a chunk; the rest: which chunk
  static constexpr std::size_t kFirstChunk = 1024;
  static constexpr std::size_t kLargestChunk = kUnit << kUnitBits;
  /// Up to here sizes are rounded to 16 bytes, above to quarters of a power of 2.
  static constexpr std::uint32_t kSmallPower = 9;
  static constexpr std::size_t kSmall = std::size_t{1} << kSmallPower;

  static constexpr std::uint32_t kFree = 1u << 31;  ///< of a size class: the entry is not in use

  struct Entry {
    std::uint32_t key_size;
    std::uint32_t value_size;
    std::uint32_t value_capacity;
    std::uint32_t size_class;  ///< of the whole entry, for the list of free ones

    static std::size_t padded(std::size_t size) { return (size + kUnit - 1) / kUnit * kUnit; }
    char* key() { return reinterpret_cast<char*>(this + 1); }
    const char* key() const { return reinterpret_cast<const char*>(this + 1); }
    char* value() { return key() + padded(key_size); }
    const char* value() const { return key() + padded(key_size); }
  };
  static_assert(sizeof(Entry) % kUnit == 0);

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t at = 0;  ///< place of the entry, 0 when empty
  };

  struct Chunk {
    std::unique_ptr<char[]> memory;
    std::uint32_t used = 0;
    std::uint32_t size = 0;
  };

  /// 32 size classes of 16 bytes each, then four for each power of 2.
  static constexpr std::size_t kClasses = 32 + 4 * 24;
  static std::uint32_t class_of(std::size_t size);
  static std::size_t size_of(std::uint32_t size_class);

  Entry* entry_at(std::uint32_t at) const {
    const Chunk& chunk = chunks_[(at - 1) >> kUnitBits];
    const std::size_t unit = (at - 1) & ((1u << kUnitBits) - 1);
    return reinterpret_cast<Entry*>(chunk.memory.get() + unit * kUnit);
  }
  std::size_t slot_of(std::uint32_t hash, std::string_view key) const;
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
  std::uint32_t filling_ = 0;  ///< the chunk that new entries go to
};

/// A fast hash of short texts; differs between runs of no program, so that results repeat.
std::uint32_t hash_key(std::string_view key);

}  // namespace weir
