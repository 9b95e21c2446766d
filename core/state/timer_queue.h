// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace weir {

/// What is to happen when, in order. Most of it lies ahead of all that has happened, and then costs a few
/// moves through memory in a row, where a heap would jump about: it waits in a bucket for each power of two
/// of the distance to the present, and moves to nearer ones as time goes on (a radix heap). What is due
/// soonest is sorted; what is put before that goes to a small heap. Used by one thread.
class TimerQueue {
 public:
  /// Of those at the same time the one with the smaller order is first.
  struct Node {
    std::int64_t time;
    std::uint64_t order;
    std::uint32_t entry, hash;  ///< the caller's
    bool operator<(const Node& other) const {
      return std::tie(time, order) < std::tie(other.time, other.order);
    }
    bool operator>(const Node& other) const { return other < *this; }
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void push(const Node& node) {
    ++size_;
    if (node.time < base_) {
      early_.push_back(node);
      std::push_heap(early_.begin(), early_.end(), std::greater<>());
    } else {
      buckets_[bucket_of(node.time)].push_back(node);
    }
  }

  /// The first of all. Makes what is due by `now` ready to be taken, so that it pays to take all of that.
  /// Not when empty.
  const Node& first(std::int64_t now = kStart) {
    while (at_ == run_.size() && early_.empty()) fill_run(now);
    return run_is_first() ? run_[at_] : early_.front();
  }
  /// Takes away what first() gave.
  void pop() {
    --size_;
    if (run_is_first()) {
      ++at_;
      return;
    }
    std::pop_heap(early_.begin(), early_.end(), std::greater<>());
    early_.pop_back();
  }
  /// Calls f(node) for those behind first() that were made ready with it, beginning with the one that stands
  /// `skip` behind it, at most `count`.
  template <class F>
  void ready(std::size_t skip, std::size_t count, F&& f) const {
    for (std::size_t i = at_ + skip; i < run_.size() && count > 0; ++i, --count) f(run_[i]);
  }

  template <class F>
  void for_each(F&& f) const {
    for (std::size_t i = at_; i < run_.size(); ++i) f(run_[i]);
    for (const Node& node : early_) f(node);
    for (const auto& bucket : buckets_) {
      for (const Node& node : bucket) f(node);
    }
  }
  template <class F>
  void remove_if(F&& f) {
    run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    size_ -= std::erase_if(run_, f) + std::erase_if(early_, f);
    std::make_heap(early_.begin(), early_.end(), std::greater<>());
    for (auto& bucket : buckets_) size_ -= std::erase_if(bucket, f);
  }

 private:
  static constexpr std::int64_t kStart = std::numeric_limits<std::int64_t>::min();

  static std::uint64_t distance(std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(a) ^ static_cast<std::uint64_t>(b);
  }
  std::size_t bucket_of(std::int64_t time) const {
    return static_cast<std::size_t>(std::bit_width(distance(time, base_)));
  }
  bool run_is_first() const { return at_ < run_.size() && (early_.empty() || run_[at_] < early_.front()); }

  /// With nothing ready: takes the nearest bucket that is not empty where all of it is due, or else only
  /// moves it nearer to its first.
  void fill_run(std::int64_t now) {
    auto bucket = std::find_if(buckets_.begin(), buckets_.end(), [](const auto& b) { return !b.empty(); });
    const auto [least, most] = std::minmax_element(
        bucket->begin(), bucket->end(), [](const Node& a, const Node& b) { return a.time < b.time; });
    // What waits in later buckets stays there: it differs from the new base where it did from the old.
    if (most->time <= now || least->time == most->time) {
      base_ = most->time;
      run_.assign(bucket->begin(), bucket->end());
      at_ = 0;
      if (!std::is_sorted(run_.begin(), run_.end())) std::sort(run_.begin(), run_.end());
    } else {
      base_ = least->time;
      for (const Node& node : *bucket) buckets_[bucket_of(node.time)].push_back(node);
    }
    bucket->clear();
  }

  std::int64_t base_ = kStart;  ///< no time in the buckets is before it
  std::vector<Node> run_;       ///< sorted; from at_ on
  std::size_t at_ = 0;
  std::vector<Node> early_;                    ///< a heap of times before base_
  std::array<std::vector<Node>, 65> buckets_;  ///< by the highest bit in which a time differs from base_
  std::size_t size_ = 0;
};

}  // namespace weir
