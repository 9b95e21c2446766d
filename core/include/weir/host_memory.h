// SPDX-License-Identifier: Apache-2.0
//
// The memory part of the host's table: blocks. Used by the runtime and by the host of testing.h; a plugin
// reaches it through weir_host only.
#pragma once

#include <weir/abi.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

/// A block: this header, the bytes, then WEIR_PADDING readable ones. It may hold a reference to a parent,
/// whose bytes its records refer to as well.
struct weir_block {
  std::atomic<std::uint32_t> references{1};
  std::size_t capacity = 0;
  weir_block* parent = nullptr;
};

namespace weir::host_memory {

inline char* data_of(weir_block* block) {
  return reinterpret_cast<char*>(block + 1);
}

inline weir_block* block_new(size_t capacity, char** data) {
  void* memory = std::malloc(sizeof(weir_block) + capacity + WEIR_PADDING);
  if (memory == nullptr) return nullptr;
  auto* block = new (memory) weir_block;
  block->capacity = capacity;
  *data = data_of(block);
  std::memset(*data + capacity, 0, WEIR_PADDING);
  return block;
}

inline void block_retain(weir_block* block) {
  block->references.fetch_add(1, std::memory_order_relaxed);
}

inline void block_release(weir_block* block) {
  while (block != nullptr && block->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    weir_block* parent = block->parent;
    block->~weir_block();
    std::free(block);
    block = parent;
  }
}

/// A block that holds a reference to `parent`, which may be null.
inline weir_block* block_new_over(weir_block* parent, size_t capacity, char** data) {
  weir_block* block = block_new(capacity, data);
  if (block == nullptr || parent == nullptr) return block;
  block_retain(parent);
  block->parent = parent;
  return block;
}

inline int block_is_unique(const weir_block* block) {
  return block->references.load(std::memory_order_acquire) == 1 ? 1 : 0;
}

/// Counts once for each run of records that share a block: neighbours nearly always do.
inline void retain(const weir_record* records, size_t count) {
  for (size_t i = 0; i < count;) {
    weir_block* const block = records[i].block;
    std::uint32_t run = 0;
    for (; i < count && records[i].block == block; ++i) ++run;
    if (block != nullptr) block->references.fetch_add(run, std::memory_order_relaxed);
  }
}

inline void release(const weir_record* records, size_t count) {
  for (size_t i = 0; i < count;) {
    weir_block* const block = records[i].block;
    std::uint32_t run = 0;
    for (; i < count && records[i].block == block; ++i) ++run;
    if (block == nullptr) continue;
    // All but one cannot be the last reference; the last one may free the block.
    if (run > 1) block->references.fetch_sub(run - 1, std::memory_order_acq_rel);
    block_release(block);
  }
}

/// What stands in a failure beside the record's own.
struct FailureText {
  std::string_view stage, port, code, message;
};

/// A copy of `record` that carries a failure; attempts and first time go on from one it carried before. The
/// caller owns one reference to the copy's block.
inline weir_record with_failure(const weir_record& record, const FailureText& text, std::int64_t now) {
  const std::size_t size =
      sizeof(weir_failure) + text.stage.size() + text.port.size() + text.code.size() + text.message.size();
  char* p = nullptr;
  weir_block* block = block_new_over(record.block, size, &p);
  if (block == nullptr) throw std::bad_alloc();
  auto* failure = new (p) weir_failure{};
  p += sizeof(weir_failure);
  const auto put = [&p](std::string_view s) {
    if (!s.empty()) std::memcpy(p, s.data(), s.size());
    const weir_slice out{p, s.size()};
    p += s.size();
    return out;
  };
  failure->size = sizeof(weir_failure);
  failure->stage = put(text.stage);
  failure->port = put(text.port);
  failure->code = put(text.code);
  failure->message = put(text.message);
  failure->attempts = record.failure == nullptr ? 1 : record.failure->attempts + 1;
  failure->first_time = record.failure == nullptr ? now : record.failure->first_time;
  failure->last_time = now;
  weir_record copy = record;
  copy.block = block;
  copy.failure = failure;
  return copy;
}

}  // namespace weir::host_memory
