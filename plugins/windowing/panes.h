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

/// Accumulators of windows that overlap, by the pieces of time (panes) that these are made of. All of it
/// stands in the host: in one state what nearly all records and results need, the newest pane of a key and
/// what is merged of the others; in another those others. So the first is small, and stays near the
/// processor.
///
/// So that a window of many panes need not merge them all, a key that has several keeps some merged as well.
///
/// Where parts can be taken away from a sum again (AggregateFields::is_exact), that is a running sum: of the
/// panes that the next window has and that had come when the last one left. A window then takes it, takes
/// away what it has not, and adds the newest panes.
///
/// Otherwise it is the `rest` of all from one pane to a boundary, for every kStep-th pane before it, and what
/// came behind the boundary. A window then takes the panes before its first rest, that rest, what came
/// behind, and the newest panes. This needs no more of an aggregate than that its parts can be merged.
///
/// Both hold for windows of any bounds: where nothing that is merged fits, the panes do. A record is added to
/// all that holds its pane.
class Panes {
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// Of a key. In the first state behind it stand the newest pane and one more entry, the running sum or what
  /// came behind the boundary; in the other one the rests, the shortest first, and the older panes, the
  /// oldest first. An entry is a number and its accumulators.
  struct Head {
    std::int64_t boundary = kNone;  ///< the running sum begins behind this pane; the rests reach to it
    std::int64_t behind = kNone;    ///< the running sum, or what came behind, reaches to this pane
    std::int64_t next = kNever;     ///< number of the first pane of the running sum, or behind it
    std::int64_t previous = kNone;  ///< number of the newest pane but one
    std::uint32_t past = 0;         ///< panes before the running sum
    std::uint32_t size = 1;         ///< panes
    std::uint32_t rests = 0;
    std::uint32_t has_sum = 0;  ///< the one more entry is a running sum

    bool has_merged() const { return has_sum != 0 || rests != 0; }
    static Head of(const char* hot) {
      Head head;
      std::memcpy(&head, hot, sizeof head);
      return head;
    }
    void put(char* hot) const { std::memcpy(hot, this, sizeof *this); }
  };

 public:
  /// What a key holds. Panes are counted from the oldest on. Looks for the older ones when it needs them.
  class View {
   public:
    /// `hot`: what the first state holds of it. All outlive this.
    View(const Panes& panes, const Context& c, weir_slice key, const char* hot);

    std::size_t size() const { return head_.size; }
    std::int64_t number(std::size_t i) const { return i + 2 == size() ? head_.previous : number_of(pane(i)); }
    const char* cells(std::size_t i) const { return cells_of(pane(i)); }
    /// How many panes have that number or an earlier one; looks from the newest on.
    std::size_t count_to(std::int64_t last) const {
      std::size_t n = size();
      while (n > 0 && number(n - 1) > last) --n;
      return n;
    }
    bool has(std::int64_t number) const {
      const std::size_t n = count_to(number);
      return n > 0 && this->number(n - 1) == number;
    }

   private:
    friend Panes;
    const char* newest() const { return hot_ + sizeof(Head); }
    const char* merged() const { return newest() + panes_.stride(); }
    const char* pane(std::size_t i) const {
      return i + 1 == size() ? newest() : older() + (head_.rests + i) * panes_.stride();
    }
    /// The r-th, from 1 on.
    const char* rest(std::size_t r) const { return older() + (r - 1) * panes_.stride(); }
    const char* older() const;

    const Panes& panes_;
    const Context& context_;
    const weir_slice key_;
    const char* const hot_;
    mutable const char* older_ = nullptr;
    const Head head_;
  };

  /// `aggregate` outlives this.
  explicit Panes(const AggregateFields& aggregate) : aggregate_(aggregate) {}

  void open(Context& c);
  weir_state* state() const { return state_; }
  /// `hot`: as it stands in state().
  View view_of(const Context& c, weir_slice key, weir_slice hot) const { return {*this, c, key, hot.data}; }
  bool has(const Context& c, weir_slice key, std::int64_t number) const;

  /// Adds what `aggregate` has read to a pane; true when the key had none of that number.
  bool add(const Context& c, weir_slice key, std::int64_t number) const;
  /// A window of these panes has left, so that the next ones begin later; what it holds may be merged.
  void left(std::span<const std::int64_t> panes) {
    left_first_ = panes.front();
    left_last_ = panes.back();
    window_ = panes.size();
    most_ = window_ + window_ / kFew + window_ / kStep + 5;
  }
  /// Merges the panes of a key from `first` to `last` into `cells`; false when there are none.
  bool merge(const Context& c, weir_slice key, std::int64_t first, std::int64_t last,
             std::string& cells) const;
  bool merge(const View& panes, std::int64_t first, std::int64_t last, std::string& cells) const;

  /// The panes up to that number are not needed any more. They go now and then, since it takes a look at all
  /// keys, or at once when there is `nothing_else`; f(key, count) is called for those that go.
  template <class F>
  void forget(const Context& c, std::int64_t number, bool nothing_else, F&& f) {
    if (++forgotten_ * kFew < window_ && !nothing_else) return;
    forgotten_ = 0;
    std::vector<std::pair<std::string, std::size_t>> old;
    each_key(c, state_, 0, false, [&](weir_slice key, weir_slice hot) {
      const View held = view_of(c, key, hot);
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
  static constexpr std::size_t kFewest = 4;  ///< panes of a key for which a running sum pays

  static std::int64_t number_of(const char* entry) {
    std::int64_t number = 0;
    std::memcpy(&number, entry, sizeof number);
    return number;
  }
  static const char* cells_of(const char* entry) { return entry + sizeof(std::int64_t); }
  static char* cells_of(char* entry) { return entry + sizeof(std::int64_t); }
  /// An entry of nothing.
  void begin(char* entry, std::int64_t number) const;

  /// The key's entries beside the newest and what is merged, so many: what was there stays.
  char* older(const Context& c, weir_slice key, std::size_t entries) const;
  /// One more; makes room for several times as many now and then, so that it is seldom moved, and leaves
  /// little behind.
  char* one_more(const Context& c, weir_slice key, const Head& head) const;
  void add_newest(const Context& c, weir_slice key, std::int64_t number, char* hot) const;
  /// True when the key had none of that number.
  bool add_older(const Context& c, weir_slice key, std::int64_t number, char* hot) const;
  /// Adds what `aggregate` has read to what is merged and holds that pane.
  void add_to_merged(const Context& c, weir_slice key, std::int64_t number, char* hot) const;
  static void note_new(Head& head, std::int64_t number);
  void drop(const Context& c, weir_slice key, std::size_t count) const;

  /// A key gets a new pane: brings what is merged up to the window that left last.
  void settle(const Context& c, weir_slice key, char* hot) const;
  void sum_anew(const Context& c, weir_slice key, char* hot) const;
  void move_sum(const View& held, char* hot) const;
  void merge_anew(const Context& c, weir_slice key, char* hot) const;
  bool sum_is_exact(const View& held) const {
    return held.head_.has_sum != 0 && aggregate_.is_exact(cells_of(held.merged()));
  }
  bool all_exact(const View& held) const;
  /// The window's first `n` panes have come by its end.
  void merge_sum(const View& panes, std::size_t n, std::int64_t first, std::string& cells) const;
  std::size_t stride() const { return sizeof(std::int64_t) + aggregate_.size(); }
  std::size_t hot_bytes() const { return sizeof(Head) + 2 * stride(); }

  const AggregateFields& aggregate_;
  weir_state* state_ = nullptr;
  weir_state* older_ = nullptr;
  std::int64_t left_first_ = kNone, left_last_ = kNone;
  std::size_t window_ = 0;     ///< panes of a window; 0: not known
  std::size_t forgotten_ = 0;  ///< since they went last
  std::size_t most_ = 0;       ///< entries of a key that is in all panes of a window; 0: not known
};

}  // namespace weir::windowing
