// SPDX-License-Identifier: Apache-2.0
#include "windowing/panes.h"

#include <algorithm>

#include "windowing/open_state.h"

namespace weir::windowing {

Panes::View::View(const Panes& panes, const Context& c, weir_slice key, const char* hot)
    : panes_(panes), context_(c), key_(key), hot_(hot), head_(Head::of(hot)) {}

const char* Panes::View::older() const {
  if (older_ == nullptr) older_ = context_.host()->state_get(context_.handle(), panes_.older_, key_, 0).data;
  return older_;
}

void Panes::open(Context& c) {
  state_ = open_state(c, "panes", WEIR_VALUE_STATE);
  older_ = open_state(c, "older_panes", WEIR_VALUE_STATE);
}

bool Panes::has(const Context& c, weir_slice key, std::int64_t number) const {
  const weir_slice hot = c.host()->state_get(c.handle(), state_, key, 0);
  return hot.data != nullptr && view_of(c, key, hot).has(number);
}

void Panes::begin(char* entry, std::int64_t number) const {
  std::memset(entry, 0, stride());
  std::memcpy(entry, &number, sizeof number);
}

char* Panes::older(const Context& c, weir_slice key, std::size_t entries) const {
  return room(c, older_, key, 0, entries * stride()).at;
}

char* Panes::one_more(const Context& c, weir_slice key, const Head& head) const {
  const std::size_t entries = head.rests + head.size - 1;
  std::size_t step = 1;
  while (step < entries) step *= kGrowth;
  if (step == entries) {
    const std::size_t more = kGrowth * entries;
    older(c, key, 2 * more < most_ || most_ <= entries ? more : most_);
  }
  return older(c, key, entries + 1);
}

bool Panes::add(const Context& c, weir_slice key, std::int64_t number) const {
  const Room hot = room(c, state_, key, 0, hot_bytes());
  char* const newest = hot.at + sizeof(Head);
  if (hot.is_new) {
    Head().put(hot.at);
    begin(newest, number);
    aggregate_.add(cells_of(newest));
    return true;
  }
  const std::int64_t latest = number_of(newest);
  if (number < latest) return add_older(c, key, number, hot.at);
  if (number > latest) add_newest(c, key, number, hot.at);
  aggregate_.add(cells_of(newest));
  add_to_merged(c, key, number, hot.at);
  return number > latest;
}

void Panes::note_new(Head& head, std::int64_t number) {
  ++head.size;
  if (number <= head.boundary) {
    ++head.past;
  } else {
    head.next = std::min(head.next, number);
  }
}

void Panes::add_newest(const Context& c, weir_slice key, std::int64_t number, char* hot) const {
  settle(c, key, hot);
  Head head = Head::of(hot);
  char* const newest = hot + sizeof head;
  std::memcpy(one_more(c, key, head) + (head.rests + head.size - 1) * stride(), newest, stride());
  head.previous = number_of(newest);
  note_new(head, number);
  head.put(hot);
  begin(newest, number);
}

bool Panes::add_older(const Context& c, weir_slice key, std::int64_t number, char* hot) const {
  Head head = Head::of(hot);
  const View held(*this, c, key, hot);
  std::size_t at = held.count_to(number);
  const bool is_new = at == 0 || held.number(at - 1) != number;
  if (!is_new) --at;
  char* const entries = is_new ? one_more(c, key, head) : older(c, key, head.rests + head.size - 1);
  char* const pane = entries + (head.rests + at) * stride();
  if (is_new) {
    std::memmove(pane + stride(), pane, (head.size - 1 - at) * stride());
    begin(pane, number);
    if (at + 1 == head.size) head.previous = number;
    note_new(head, number);
    head.put(hot);
  }
  aggregate_.add(cells_of(pane));
  add_to_merged(c, key, number, hot);
  return is_new;
}

void Panes::add_to_merged(const Context& c, weir_slice key, std::int64_t number, char* hot) const {
  const Head head = Head::of(hot);
  if (number > head.behind || !head.has_merged()) return;
  if (number > head.boundary) return aggregate_.add(cells_of(hot + sizeof head + stride()));
  if (head.rests == 0) return;
  char* rest = older(c, key, head.rests + head.size - 1);
  for (std::size_t left = head.rests; left > 0; --left, rest += stride()) {
    if (number_of(rest) <= number) aggregate_.add(cells_of(rest));
  }
}

void Panes::settle(const Context& c, weir_slice key, char* hot) const {
  if (left_last_ == kNone || !aggregate_.grown().empty()) return;
  const View held(*this, c, key, hot);
  Head head = Head::of(hot);
  if (sum_is_exact(held)) return move_sum(held, hot);
  const bool anew = head.rests == 0 || head.boundary < left_first_;
  if (anew && head.size >= kFewest && all_exact(held)) return sum_anew(c, key, hot);
  if (!head.has_merged() && head.size < 2 * kStep) return;
  if (anew) return merge_anew(c, key, hot);
  if (head.behind >= left_last_) return;
  for (std::size_t i = held.count_to(left_last_); i > 0 && held.number(i - 1) > head.behind; --i)
    aggregate_.combine(cells_of(hot + sizeof head + stride()), held.cells(i - 1));
  head.behind = left_last_;
  head.put(hot);
}

bool Panes::all_exact(const View& held) const {
  for (std::size_t i = held.size(); i > 0; --i) {
    if (!aggregate_.is_exact(held.cells(i - 1))) return false;
  }
  return true;
}

void Panes::move_sum(const View& held, char* hot) const {
  Head head = Head::of(hot);
  if (head.behind >= left_last_ && head.next > left_first_) return;
  char* const sum = cells_of(hot + sizeof head + stride());
  for (std::size_t i = held.count_to(left_last_); i > 0 && held.number(i - 1) > head.behind; --i)
    aggregate_.combine(sum, held.cells(i - 1));
  head.behind = std::max(head.behind, left_last_);
  head.boundary = std::max(head.boundary, left_first_);
  for (; head.next <= head.boundary; head.next = head.past < head.size ? held.number(head.past) : kNever)
    aggregate_.take_away(sum, held.cells(head.past++));
  head.put(hot);
}

void Panes::sum_anew(const Context& c, weir_slice key, char* hot) const {
  Head head = Head::of(hot);
  if (head.rests != 0) {
    char* const entries = older(c, key, head.rests + head.size - 1);
    std::memmove(entries, entries + head.rests * stride(), (head.size - 1) * stride());
    older(c, key, head.size - 1);
  }
  head = {left_first_, left_last_, kNever, head.previous, 0, head.size, 0, 1};
  head.put(hot);
  const View held(*this, c, key, hot);
  begin(hot + sizeof head + stride(), 0);
  head.past = static_cast<std::uint32_t>(held.count_to(left_first_));
  if (head.past < head.size) head.next = held.number(head.past);
  for (std::size_t i = head.past, end = held.count_to(left_last_); i < end; ++i)
    aggregate_.combine(cells_of(hot + sizeof head + stride()), held.cells(i));
  head.put(hot);
}

void Panes::merge_anew(const Context& c, weir_slice key, char* hot) const {
  Head head = Head::of(hot);
  std::size_t end = 0, covered = 0;
  {
    const View held(*this, c, key, hot);
    end = held.count_to(left_last_);
    while (covered < end && held.number(end - covered - 1) > left_first_) ++covered;
  }
  const std::size_t rests = covered / kStep, before = head.rests, panes = head.size - 1;
  // The panes move to where they will stand; what is new or left over lies behind them.
  char* const entries = older(c, key, std::max(before, rests) + panes);
  std::memmove(entries + rests * stride(), entries + before * stride(), panes * stride());
  if (rests < before) older(c, key, rests + panes);
  const std::int64_t reach = rests == 0 ? kNone : left_last_;
  head = {reach, reach, kNever, head.previous, 0, head.size, static_cast<std::uint32_t>(rests), 0};
  head.put(hot);
  begin(hot + sizeof head + stride(), 0);
  const View held(*this, c, key, hot);
  for (std::size_t rest = 1; rest <= rests; ++rest) {
    char* const to = entries + (rest - 1) * stride();
    if (rest == 1) {
      begin(to, 0);
    } else {
      std::memcpy(to, to - stride(), stride());
    }
    for (std::size_t i = 0; i < kStep; ++i)
      aggregate_.combine(cells_of(to), held.cells(end - (rest - 1) * kStep - i - 1));
    const std::int64_t from = held.number(end - rest * kStep);
    std::memcpy(to, &from, sizeof from);
  }
}

bool Panes::merge(const Context& c, weir_slice key, std::int64_t first, std::int64_t last,
                  std::string& cells) const {
  const weir_slice hot = c.host()->state_get(c.handle(), state_, key, 0);
  return hot.data != nullptr && merge(view_of(c, key, hot), first, last, cells);
}

bool Panes::merge(const View& panes, std::int64_t first, std::int64_t last, std::string& cells) const {
  std::size_t n = panes.count_to(last);
  if (n == 0 || panes.number(n - 1) < first) return false;
  const Head& head = panes.head_;
  if (sum_is_exact(panes) && head.boundary < first && head.behind <= last)
    return merge_sum(panes, n, first, cells), true;
  bool any = false;
  const auto take = [&](const char* entry) {
    if (any) {
      aggregate_.combine(cells.data(), cells_of(entry));
    } else {
      cells.assign(cells_of(entry), aggregate_.size());
    }
    any = true;
  };
  const bool fits = head.rests != 0 && head.boundary >= first && head.boundary <= last;
  const bool behind_fits = fits && head.behind <= last;
  const std::int64_t walk_to = !fits ? first : (behind_fits ? head.behind : head.boundary) + 1;
  for (; n > 0 && panes.number(n - 1) >= walk_to; --n) take(panes.pane(n - 1));
  if (!fits) return true;
  if (behind_fits) take(panes.merged());
  std::int64_t end = head.boundary + 1;
  for (std::size_t r = head.rests; r > 0; --r) {
    if (number_of(panes.rest(r)) < first) continue;
    end = number_of(panes.rest(r));
    take(panes.rest(r));
    break;
  }
  std::size_t i = 0;
  while (i < panes.size() && panes.number(i) < first) ++i;
  for (; i < panes.size() && panes.number(i) < end; ++i) take(panes.pane(i));
  return true;
}

void Panes::merge_sum(const View& panes, std::size_t n, std::int64_t first, std::string& cells) const {
  const Head& head = panes.head_;
  cells.assign(cells_of(panes.merged()), aggregate_.size());
  for (; n > 0 && panes.number(n - 1) > head.behind && panes.number(n - 1) >= first; --n)
    aggregate_.combine(cells.data(), panes.cells(n - 1));
  if (head.next >= first) return;
  for (std::size_t i = head.past; panes.number(i) < first && panes.number(i) <= head.behind; ++i)
    aggregate_.take_away(cells.data(), panes.cells(i));
}

void Panes::drop(const Context& c, weir_slice key, std::size_t count) const {
  char* const hot = room(c, state_, key, 0, hot_bytes()).at;
  Head head = Head::of(hot);
  if (count == head.size) {
    c.host()->state_erase(c.handle(), state_, key, 0);
    return c.host()->state_erase(c.handle(), older_, key, 0);
  }
  if (head.has_sum != 0) {
    const View held(*this, c, key, hot);
    for (std::size_t i = head.past; i < count && sum_is_exact(held) && held.number(i) <= head.behind; ++i)
      aggregate_.take_away(cells_of(hot + sizeof head + stride()), held.cells(i));
    head.boundary = std::max(head.boundary, held.number(count - 1));
    head.past -= std::min(head.past, static_cast<std::uint32_t>(count));
    head.next = head.past + count < head.size ? held.number(head.past + count) : kNever;
  }
  char* const entries = older(c, key, head.rests + head.size - 1);
  head.size -= static_cast<std::uint32_t>(count);
  std::memmove(entries + head.rests * stride(), entries + (head.rests + count) * stride(),
               (head.size - 1) * stride());
  if (head.rests + head.size == 1) {
    c.host()->state_erase(c.handle(), older_, key, 0);
  } else {
    older(c, key, head.rests + head.size - 1);
  }
  head.put(hot);
}

}  // namespace weir::windowing
