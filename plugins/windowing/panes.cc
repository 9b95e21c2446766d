// SPDX-License-Identifier: Apache-2.0
#include "windowing/panes.h"

#include <algorithm>

#include "windowing/open_state.h"

namespace weir::windowing {

Panes::View::View(std::string_view bytes, std::size_t cells) : stride_(sizeof(std::int64_t) + cells) {
  if (bytes.empty()) return;
  Head head;
  std::memcpy(&head, bytes.data(), sizeof head);
  entries_ = bytes.data() + sizeof head;
  boundary_ = head.boundary;
  behind_ = head.behind;
  merged_ = head.merged;
  size_ = (bytes.size() - sizeof head) / stride_ - merged_;
}

void Panes::open(Context& c) {
  state_ = open_state(c, "panes", WEIR_VALUE_STATE);
}

Panes::View Panes::of(const Context& c, weir_slice key) const {
  return view_of(c.host()->state_get(c.handle(), state_, key, 0));
}

bool Panes::add(const Context& c, weir_slice key, std::int64_t number) const {
  View held = of(c, key);
  std::size_t at = held.count_to(number);
  const bool is_new = at == 0 || held.number(at - 1) != number;
  if (!is_new) --at;
  if (is_new && at == held.size() && at != 0) {
    settle(c, key);
    held = of(c, key);
  }
  const std::size_t entries = held.merged_ + held.size() + (is_new ? 1 : 0);
  if (is_new) reserve(c, key, entries - 1);
  char* const head = room(c, state_, key, 0, bytes_for(entries)).at;
  if (held.entries_ == nullptr) {
    const Head fresh;
    std::memcpy(head, &fresh, sizeof fresh);
  }
  const auto entry = [&](std::size_t i) { return head + bytes_for(i); };
  // In front, or else among the others.
  const bool newest = at == held.size() || (!is_new && at == held.size() - 1);
  char* const pane = entry(newest ? 0 : 1 + held.merged_ + at);
  if (is_new) {
    if (newest && at != 0) {
      std::memcpy(entry(held.merged_ + at), pane, stride());
    } else if (!newest) {
      std::memmove(pane + stride(), pane, (held.size() - 1 - at) * stride());
    }
    std::memset(pane, 0, stride());
    std::memcpy(pane, &number, sizeof number);
  }
  aggregate_.add(pane + sizeof number);
  if (held.merged_ == 0 || number > held.behind_) return is_new;
  if (number > held.boundary_) {
    aggregate_.add(entry(1) + sizeof number);
    return is_new;
  }
  for (std::size_t rest = 1; rest < held.merged_; ++rest) {
    std::int64_t from = 0;
    std::memcpy(&from, entry(1 + rest), sizeof from);
    if (from <= number) aggregate_.add(entry(1 + rest) + sizeof number);
  }
  return is_new;
}

void Panes::reserve(const Context& c, weir_slice key, std::size_t entries) const {
  std::size_t step = 1;
  while (step < entries) step *= kGrowth;
  if (step != entries) return;
  const std::size_t more = kGrowth * entries;
  room(c, state_, key, 0, bytes_for(2 * more < most_ || most_ <= entries ? more : most_));
  room(c, state_, key, 0, bytes_for(entries));
}

void Panes::settle(const Context& c, weir_slice key) const {
  const View held = of(c, key);
  if (left_last_ == kNone || (held.size() < 2 * kStep && held.merged_ == 0) || !aggregate_.grown().empty())
    return;
  if (held.merged_ == 0 || held.boundary_ < left_first_) return merge_anew(c, key, held);
  if (held.behind_ >= left_last_) return;
  char* const head = room(c, state_, key, 0, bytes_for(held.merged_ + held.size())).at;
  for (std::size_t i = held.count_to(left_last_); i > 0 && held.number(i - 1) > held.behind_; --i)
    aggregate_.combine(head + bytes_for(1) + sizeof(std::int64_t), held.cells(i - 1));
  const Head now{held.boundary_, left_last_, held.merged_};
  std::memcpy(head, &now, sizeof now);
}

void Panes::merge_anew(const Context& c, weir_slice key, const View& held) const {
  const std::size_t end = held.count_to(left_last_);
  std::size_t covered = 0;
  while (covered < end && held.number(end - covered - 1) > left_first_) ++covered;
  const std::size_t rests = covered / kStep;
  const std::size_t merged = rests == 0 ? 0 : rests + 1;
  // The panes move to where they will stand; what is new or left over lies behind them.
  const std::size_t before = held.merged_, size = held.size();
  char* const head = room(c, state_, key, 0, bytes_for(std::max(before, merged) + size)).at;
  std::memmove(head + bytes_for(1 + merged), head + bytes_for(1 + before), (size - 1) * stride());
  const Head now{rests == 0 ? kNone : left_last_, rests == 0 ? kNone : left_last_, merged};
  std::memcpy(head, &now, sizeof now);
  std::memset(head + bytes_for(1), 0, merged * stride());
  const View panes(std::string_view(head, bytes_for(merged + size)), aggregate_.size());
  for (std::size_t rest = 1; rest <= rests; ++rest) {
    char* const to = head + bytes_for(1 + rest);
    if (rest > 1) std::memcpy(to, to - stride(), stride());
    for (std::size_t i = 0; i < kStep; ++i)
      aggregate_.combine(to + sizeof(std::int64_t), panes.cells(end - (rest - 1) * kStep - i - 1));
    const std::int64_t from = panes.number(end - rest * kStep);
    std::memcpy(to, &from, sizeof from);
  }
  if (merged < before) room(c, state_, key, 0, bytes_for(merged + size));
}

bool Panes::merge(const View& panes, std::int64_t first, std::int64_t last, std::string& cells) const {
  std::size_t n = panes.count_to(last);
  if (n == 0 || panes.number(n - 1) < first) return false;
  bool any = false;
  const auto take = [&](const char* more) {
    if (any) {
      aggregate_.combine(cells.data(), more);
    } else {
      cells.assign(more, aggregate_.size());
    }
    any = true;
  };
  const bool fits = panes.merged_ != 0 && panes.boundary_ >= first && panes.boundary_ <= last;
  const bool behind_fits = fits && panes.behind_ <= last;
  const std::int64_t walk_to = !fits ? first : (behind_fits ? panes.behind_ : panes.boundary_) + 1;
  for (; n > 0 && panes.number(n - 1) >= walk_to; --n) take(panes.cells(n - 1));
  if (!fits) return true;
  if (behind_fits) take(panes.cells_at(1));
  std::int64_t end = panes.boundary_ + 1;
  for (std::size_t rest = panes.merged_ - 1; rest > 0; --rest) {
    if (panes.number_at(1 + rest) < first) continue;
    end = panes.number_at(1 + rest);
    take(panes.cells_at(1 + rest));
    break;
  }
  std::size_t i = 0;
  while (i < panes.size() && panes.number(i) < first) ++i;
  for (; i < panes.size() && panes.number(i) < end; ++i) take(panes.cells(i));
  return true;
}

void Panes::drop(const Context& c, weir_slice key, std::size_t count) const {
  const View held = of(c, key);
  if (count == held.size()) return c.host()->state_erase(c.handle(), state_, key, 0);
  const std::size_t left = held.merged_ + held.size() - count;
  char* const head = room(c, state_, key, 0, bytes_for(held.merged_ + held.size())).at;
  std::memmove(head + bytes_for(1 + held.merged_), head + bytes_for(1 + held.merged_ + count),
               (held.size() - 1 - count) * stride());
  room(c, state_, key, 0, bytes_for(left));
}

}  // namespace weir::windowing
