// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "windowing/aggregate_fields.h"
#include "windowing/each_key.h"

namespace weir::windowing {

/// Accumulators of windows that overlap, by the pieces of time (panes) that these are made of. Those of a key
/// stand together, the newest, where nearly all records belong, in front of the others. All of it stands in
/// the host.
///
/// So that a window of many panes need not merge them all, a key that has many keeps some merged as well: the
/// `rest` of all from one pane to a boundary, for every kStep-th pane before it, and what came behind the
/// boundary. A window then takes the panes before its first rest, that rest, what came behind, and the newest
/// panes. This needs no more of an aggregate than that its parts can be merged, and holds for windows of any
/// bounds: where nothing that is merged fits, the panes do. A record is added to all that holds its pane.
class Panes {
 public:
  /// What a key holds, as it stands in the host: a head, the newest pane, what is merged, the other panes
  /// from the oldest on. Each but the head is an entry of a number and its accumulators. Panes are counted
  /// from the oldest on.
  class View {
   public:
    View(std::string_view bytes, std::size_t cells);

    std::size_t size() const { return size_; }
    std::int64_t number(std::size_t i) const { return number_at(entry_of(i)); }
    const char* cells(std::size_t i) const { return cells_at(entry_of(i)); }
    /// How many panes have that number or an earlier one; looks from the newest on.
    std::size_t count_to(std::int64_t last) const {
      std::size_t n = size_;
      while (n > 0 && number(n - 1) > last) --n;
      return n;
    }
    bool has(std::int64_t number) const {
      const std::size_t n = count_to(number);
      return n > 0 && this->number(n - 1) == number;
    }

   private:
    friend Panes;
    std::size_t entry_of(std::size_t i) const { return i + 1 == size_ ? 0 : 1 + merged_ + i; }
    std::int64_t number_at(std::size_t entry) const {
      std::int64_t number = 0;
      std::memcpy(&number, entries_ + entry * stride_, sizeof number);
      return number;
    }
    const char* cells_at(std::size_t entry) const {
      return entries_ + entry * stride_ + sizeof(std::int64_t);
    }

    const char* entries_ = nullptr;
    std::size_t stride_, size_ = 0, merged_ = 0;
    std::int64_t boundary_ = 0, behind_ = 0;
  };

  /// `aggregate` outlives this.
  explicit Panes(const AggregateFields& aggregate) : aggregate_(aggregate) {}

  void open(Context& c);
  weir_state* state() const { return state_; }
  View view_of(weir_slice bytes) const { return {view(bytes), aggregate_.size()}; }
  /// Nothing where the key holds nothing.
  View of(const Context& c, weir_slice key) const;

  /// Adds what `aggregate` has read to a pane; true when the key had none of that number.
  bool add(const Context& c, weir_slice key, std::int64_t number) const;
  /// A window of these panes has left, so that the next ones begin later; what it holds may be merged.
  void left(std::span<const std::int64_t> panes) {
    left_first_ = panes.front();
    left_last_ = panes.back();
    window_ = panes.size();
    most_ = window_ + window_ / kFew + window_ / kStep + 5;
  }
  /// Merges the panes from `first` to `last` into `cells`; false when there are none.
  bool merge(const View& panes, std::int64_t first, std::int64_t last, std::string& cells) const;

  /// The panes up to that number are not needed any more. They go now and then, since it takes a look at all
  /// keys, or at once when there is `nothing_else`; f(key, count) is called for those that go.
  template <class F>
  void forget(const Context& c, std::int64_t number, bool nothing_else, F&& f) {
    if (++forgotten_ * kFew < window_ && !nothing_else) return;
    forgotten_ = 0;
    std::vector<std::pair<std::string, std::size_t>> old;
    each_key(c, state_, 0, false, [&](weir_slice key, weir_slice bytes) {
      const View held = view_of(bytes);
      std::size_t n = 0;
      while (n < held.size() && held.number(n) <= number) ++n;
      if (n == 0) return;
      f(key, n);
      old.emplace_back(view(key), n);
    });
    for (const auto& [key, n] : old) drop(c, slice(key), n);
  }

 private:
  static constexpr std::size_t kFew = 8;
  static constexpr std::size_t kStep = 8;
  static constexpr std::size_t kGrowth = 4;
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

  struct Head {
    std::int64_t boundary = kNone;  ///< the rests reach to this pane
    std::int64_t behind = kNone;    ///< and what came behind to this one, where it is later
    std::uint64_t merged = 0;       ///< entries: of what came behind, then the rests, the shortest first
  };

  /// A key of so many entries gets one more: makes room for several times as many now and then, so that it is
  /// seldom moved, and leaves little behind.
  void reserve(const Context& c, weir_slice key, std::size_t entries) const;
  void drop(const Context& c, weir_slice key, std::size_t count) const;
  /// A key gets a new pane: brings what is merged up to the window that left last.
  void settle(const Context& c, weir_slice key) const;
  void merge_anew(const Context& c, weir_slice key, const View& held) const;
  std::size_t stride() const { return sizeof(std::int64_t) + aggregate_.size(); }
  std::size_t bytes_for(std::size_t entries) const { return sizeof(Head) + entries * stride(); }

  const AggregateFields& aggregate_;
  weir_state* state_ = nullptr;
  std::int64_t left_first_ = kNone, left_last_ = kNone;
  std::size_t window_ = 0;     ///< panes of a window; 0: not known
  std::size_t forgotten_ = 0;  ///< since they went last
  std::size_t most_ = 0;       ///< entries of a key that is in all panes of a window; 0: not known
};

}  // namespace weir::windowing
