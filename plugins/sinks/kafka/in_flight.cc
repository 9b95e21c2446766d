// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/in_flight.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace weir::kafka {
namespace {

std::size_t size_with_all(const Record& r) {
  std::size_t size = r.value.size + r.key.size;
  for (const auto& h : r.header_list()) size += sizeof h + h.name.size + h.value.size;
  if (r.failure != nullptr) {
    const weir_failure& f = *r.failure;
    size += sizeof f + f.stage.size + f.port.size + f.code.size + f.message.size;
  }
  return size;
}

/// Puts things one behind the other; those with an alignment must come first.
class Writer {
 public:
  explicit Writer(char* p) : p_(p) {}

  template <class T>
  T* make(const T& from, std::size_t count = 1) {
    T* const first = reinterpret_cast<T*>(p_);
    for (std::size_t i = 0; i < count; ++i) new (first + i) T((&from)[i]);
    p_ += count * sizeof(T);
    return first;
  }
  void move_in(weir_slice& s) {
    if (s.data == nullptr) return;
    if (s.size != 0) std::memcpy(p_, s.data, s.size);
    s.data = p_;
    p_ += s.size;
  }

 private:
  char* p_;
};

}  // namespace

InFlight::Item& InFlight::keep(const Record& record) {
  Writer to(allocate(sizeof(Item) + size_with_all(record)));
  Slab& slab = slabs_.back();
  ++slab.kept;
  Item& item = *to.make(Item{record, &slab});
  Record& r = item.record;
  r.block = slab.block.get();
  weir_header* headers = nullptr;
  weir_failure* failure = nullptr;
  if (r.header_count != 0) r.headers = headers = to.make(*r.headers, r.header_count);
  if (r.failure != nullptr) r.failure = failure = to.make(*r.failure);
  to.move_in(r.value);
  to.move_in(r.key);
  for (std::uint32_t i = 0; i < r.header_count; ++i) {
    to.move_in(headers[i].name);
    to.move_in(headers[i].value);
  }
  if (failure != nullptr) {
    for (weir_slice* s : {&failure->stage, &failure->port, &failure->code, &failure->message}) to.move_in(*s);
  }
  return item;
}

void InFlight::let_go(Item& item) {
  Slab& slab = *item.slab;
  if (--slab.kept != 0 || &slab == &slabs_.back()) return;
  // The host may still hold a record that failed; then the block is left to it.
  if (slab.block.unique() && slab.block.capacity() == kSlabBytes && spare_.size() < kSpareSlabs) {
    slab.used = 0;
    spare_.splice(spare_.end(), slabs_, slab.self);
  } else {
    slabs_.erase(slab.self);
  }
}

char* InFlight::allocate(std::size_t bytes) {
  bytes = (bytes + alignof(Item) - 1) / alignof(Item) * alignof(Item);
  if (!slabs_.empty() && slabs_.back().kept == 0 && slabs_.back().block.unique()) slabs_.back().used = 0;
  if (slabs_.empty() || slabs_.back().used + bytes > slabs_.back().block.capacity()) next_slab(bytes);
  Slab& slab = slabs_.back();
  char* const p = slab.block.data() + slab.used;
  slab.used += bytes;
  return p;
}

/// Makes the last slab one with room for `bytes`.
void InFlight::next_slab(std::size_t bytes) {
  if (!slabs_.empty() && slabs_.back().kept == 0) slabs_.pop_back();
  if (bytes <= kSlabBytes && !spare_.empty()) {
    slabs_.splice(slabs_.end(), spare_, spare_.begin());
    return;
  }
  slabs_.push_back({context_.block(std::max(bytes, kSlabBytes)), 0, 0, {}});
  slabs_.back().self = std::prev(slabs_.end());
}

}  // namespace weir::kafka
