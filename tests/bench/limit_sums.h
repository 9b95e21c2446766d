// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace weir::bench {

/// The accumulator of the limit programs.
struct Sum {
  std::int64_t sum = 0, count = 0;

  void add(std::int64_t n) {
    sum += n;
    ++count;
  }
  void take_away(const Sum& o) {
    sum -= o.sum;
    count -= o.count;
  }
};

/// A hash table of keys of at most 15 bytes, with linear probing and everything in place.
template <class T>
class Sums {
 public:
  T& operator[](std::string_view key) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[find(key)];
    if (slot.size == 0) {
      if (key.empty() || key.size() > sizeof slot.key) throw std::runtime_error("a key of another size");
      std::memcpy(slot.key, key.data(), key.size());
      slot.size = static_cast<char>(key.size());
      ++size_;
    }
    return slot.value;
  }
  template <class F>
  void each(F&& f) {
    for (Slot& slot : slots_) {
      if (slot.size != 0) f(slot.name(), slot.value);
    }
  }
  void clear() {
    slots_.assign(slots_.size(), {});
    size_ = 0;
  }

 private:
  struct Slot {
    char key[15] = {};
    char size = 0;
    T value{};
    std::string_view name() const { return {key, static_cast<std::size_t>(size)}; }
  };

  std::size_t find(std::string_view key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = std::hash<std::string_view>()(key) & mask;
    while (slots_[i].size != 0 && slots_[i].name() != key) i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.size != 0) slots_[find(slot.name())] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace weir::bench
