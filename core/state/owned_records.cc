// SPDX-License-Identifier: Apache-2.0
#include "state/owned_records.h"

#include <weir/host_memory.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace weir {
namespace {

/// A block may be this many times larger than what its records use before they are copied out of it.
constexpr std::size_t kSparse = 4;

std::size_t capacity_of(const weir_block* block) {
  std::size_t bytes = 0;
  for (; block != nullptr; block = block->parent) bytes += block->capacity + sizeof(weir_block);
  return bytes;
}

std::size_t failure_bytes(const weir_failure* f) {
  return f == nullptr ? 0 : sizeof *f + f->stage.size + f->port.size + f->code.size + f->message.size;
}

/// What the bytes that a record refers to need, alignment included.
std::size_t bytes_of(const weir_record& r) {
  std::size_t bytes =
      r.value.size + r.key.size + r.header_count * sizeof(weir_header) + failure_bytes(r.failure);
  for (std::uint32_t i = 0; i < r.header_count; ++i)
    bytes += r.headers[i].name.size + r.headers[i].value.size;
  return bytes + 2 * alignof(std::max_align_t);
}

/// Writes one thing after another into a block.
class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}

  weir_slice put(weir_slice s) {
    if (s.data == nullptr) return s;
    std::memcpy(to_, s.data, s.size);
    const weir_slice copy{to_, s.size};
    to_ += s.size;
    return copy;
  }
  template <class T>
  T* place(std::size_t count) {
    const auto misaligned = reinterpret_cast<std::uintptr_t>(to_) % alignof(T);
    if (misaligned != 0) to_ += alignof(T) - misaligned;
    T* at = reinterpret_cast<T*>(to_);
    to_ += count * sizeof(T);
    return at;
  }

 private:
  char* to_;
};

weir_record copy_into(Writer& to, const weir_record& r, weir_block* block) {
  weir_record copy = r;
  copy.block = block;
  if (r.header_count != 0) {
    auto* headers = to.place<weir_header>(r.header_count);
    for (std::uint32_t i = 0; i < r.header_count; ++i) {
      headers[i] = {to.put(r.headers[i].name), to.put(r.headers[i].value)};
    }
    copy.headers = headers;
  }
  if (r.failure != nullptr) {
    auto* failure = new (to.place<weir_failure>(1)) weir_failure(*r.failure);
    failure->stage = to.put(r.failure->stage);
    failure->port = to.put(r.failure->port);
    failure->code = to.put(r.failure->code);
    failure->message = to.put(r.failure->message);
    copy.failure = failure;
  }
  copy.key = to.put(r.key);
  copy.value = to.put(r.value);
  return copy;
}

}  // namespace

OwnedRecords::~OwnedRecords() {
  host_memory::release(records_.data(), records_.size());
}

void OwnedRecords::let_go(const weir_record& record) {
  host_memory::release(&record, 1);
}

void OwnedRecords::append(const weir_record* records, std::size_t count) {
  // Room is made before anything is counted up, and by doubling: a window grows by one record at a time.
  if (records_.capacity() < records_.size() + count)
    records_.reserve(std::max(records_.size() + count, 2 * records_.capacity()));
  bytes_ += count * sizeof(weir_record);
  std::size_t copied = 0;  // of the records just before i, those that are to be copied into one block
  std::size_t copied_bytes = 0;
  const auto copy = [&](std::size_t end) {
    if (copied != 0) copy_run(records + end - copied, copied, copied_bytes);
    copied = copied_bytes = 0;
  };
  for (std::size_t i = 0; i < count;) {
    std::size_t run = 1;
    while (i + run < count && records[i + run].block == records[i].block) ++run;
    const std::size_t held = capacity_of(records[i].block);
    std::size_t used = 0;
    for (std::size_t k = i; k < i + run; ++k) used += bytes_of(records[k]);
    if (records[i].block == nullptr || held <= kSparse * used) {
      copy(i);
      host_memory::retain(records + i, run);
      records_.insert(records_.end(), records + i, records + i + run);
      bytes_ += held;
    } else {
      copied += run;
      copied_bytes += used;
    }
    i += run;
  }
  copy(count);
}

void OwnedRecords::append_copy(const weir_record& record) {
  bytes_ += sizeof record;
  copy_run(&record, 1, bytes_of(record));
}

/// Copies records into one block, in which they need `bytes`.
void OwnedRecords::copy_run(const weir_record* records, std::size_t count, std::size_t bytes) {
  char* data = nullptr;
  weir_block* block = host_memory::block_new(bytes, &data);
  if (block == nullptr) throw std::bad_alloc();
  block->references.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
  Writer to(data);
  for (std::size_t i = 0; i < count; ++i) records_.push_back(copy_into(to, records[i], block));
  bytes_ += bytes;
}

void OwnedRecords::adopt(const weir_record& record) {
  records_.push_back(record);
  bytes_ += sizeof record + capacity_of(record.block);
}

void OwnedRecords::append(OwnedRecords&& other) {
  if (records_.empty()) return swap(other);
  records_.insert(records_.end(), other.records_.begin(), other.records_.end());
  bytes_ += other.bytes_;
  other.records_.clear();
  other.bytes_ = 0;
}

}  // namespace weir
