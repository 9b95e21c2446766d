// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "windowing/each_key.h"

namespace weir::windowing {

/// Accumulators of windows that overlap, by the pieces of time (panes) that these are made of. Those of a key
/// stand together, so that a window of many panes is one walk through memory: the newest first, since nearly
/// all records belong there, and what is forgotten stands at the end. All of it stands in the host.
class Panes {
 public:
  /// What a key holds, as it stands in the host: each pane's number, then its accumulators.
  class View {
   public:
    View(std::string_view bytes, std::size_t cells)
        : bytes_(bytes.data()), stride_(sizeof(std::int64_t) + cells), size_(bytes.size() / stride_) {}

    std::size_t size() const { return size_; }
    std::int64_t number(std::size_t i) const {
      std::int64_t number = 0;
      std::memcpy(&number, bytes_ + i * stride_, sizeof number);
      return number;
    }
    const char* cells(std::size_t i) const { return bytes_ + i * stride_ + sizeof(std::int64_t); }
    /// The newest pane of that number or an earlier one; size() when there is none. Looks from the newest on.
    std::size_t find(std::int64_t number) const {
      std::size_t i = 0;
      while (i<size_&& this->number(i)> number) ++i;
      return i;
    }
    bool has(std::int64_t number) const {
      const std::size_t i = find(number);
      return i < size_ && this->number(i) == number;
    }

   private:
    const char* bytes_;
    std::size_t stride_, size_;
  };

  /// Bytes of the accumulators of a pane.
  explicit Panes(std::size_t cells) : cells_(cells) {}

  void open(Context& c);
  weir_state* state() const { return state_; }
  View view_of(weir_slice bytes) const { return {view(bytes), cells_}; }
  /// Nothing where the key holds nothing.
  View of(const Context& c, weir_slice key) const;
  /// The accumulators of a pane, all zero when `is_new`.
  char* room(const Context& c, weir_slice key, std::int64_t number, bool& is_new) const;
  /// Lets go the panes up to that number of all keys, now or, where a key has only few of them, later. Calls
  /// f(key) for each that has a pane of that number.
  template <class F>
  void forget(const Context& c, std::int64_t number, F&& f) const {
    std::vector<std::pair<std::string, std::size_t>> left;
    each_key(c, state_, 0, false, [&](weir_slice key, weir_slice bytes) {
      const View held = view_of(bytes);
      const std::size_t size = held.size();
      if (held.number(size - 1) > number) return;
      std::size_t first = size - 1;
      while (first > 0 && held.number(first - 1) <= number) --first;
      if (held.number(first) == number) f(key);
      if (kFew * (size - first) >= size) left.emplace_back(view(key), first);
    });
    for (const auto& [key, size] : left) resize(c, slice(key), size);
  }

 private:
  static constexpr std::size_t kFew = 32;

  void resize(const Context& c, weir_slice key, std::size_t size) const;
  std::size_t stride() const { return sizeof(std::int64_t) + cells_; }

  const std::size_t cells_;
  weir_state* state_ = nullptr;
};

}  // namespace weir::windowing
