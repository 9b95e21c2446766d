// SPDX-License-Identifier: Apache-2.0
#include "windowing/contents.h"

#include <weir/json_string.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <unordered_set>
#include <utility>

#include "windowing/arrivals.h"
#include "windowing/memory.h"
#include "windowing/open_state.h"
#include "windowing/option_sense.h"

namespace weir::windowing {
namespace {

/// Rows that are handed on together when a window of many keys ends.
constexpr std::size_t kRows = 1024;

/// More than there is room for, whatever the limit; also so many times as a record belongs to windows.
constexpr std::int64_t kTooMuch = 2 * kMostLimit;

void append_number(std::int64_t number, std::string& to) {
  char digits[24];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

std::int64_t load(const char* from) {
  std::int64_t number = 0;
  std::memcpy(&number, from, sizeof number);
  return number;
}

}  // namespace

Contents::Contents(const Options& options, bool overlapping)
    : aggregate_(options),
      grown_(aggregate_, overlapping),
      ordered_(overlapping && aggregate_.empty()),
      eviction_(read_evict(options)),
      max_bytes_(read_limit(options)) {
  if (overlapping && !keeps_records()) panes_.emplace(aggregate_);
}

std::int64_t Contents::entry_bytes(weir_slice key) const {
  if (keeps_records()) return memory::entry(key, memory::kList + key.size + sizeof(std::int64_t));
  const auto grown = static_cast<std::int64_t>(aggregate_.grown().size()) * memory::entry(key, 0);
  // Panes have room in advance, and some are merged as well.
  return memory::entry(key, (panes_ ? 2 : 1) * aggregate_.size()) + grown;
}

void Contents::check_limit(std::int64_t beside, std::int64_t times) const {
  check_room(beside + times * (entry_bytes({"", 0}) + (keeps_records() ? bytes_of({}) : 0)), max_bytes_);
}

void Contents::open(Context& c) {
  held_ = open_state(c, aggregate_.empty() ? "lists" : "accumulators", WEIR_VALUE_STATE);
  if (panes_) {
    panes_->open(c);
    each_key(c, panes_->state(), 0, false, [&](weir_slice key, weir_slice hot) {
      bytes_ += static_cast<std::int64_t>(panes_->view_of(c, key, hot).size()) * entry_bytes(key);
    });
  }
  grown_.open(c);
  stage_ = open_state(c, "stage", WEIR_VALUE_STATE);
  const weir_slice keyed = c.host()->state_get(c.handle(), stage_, kAbsent, 0);
  keyed_known_ = keyed.data != nullptr;
  keyed_ = keyed_known_ && keyed.data[0] == 2;
  full_ = c.counter("windows_full");
}

void Contents::set_keyed(Context& c, bool keyed) {
  if (keyed_known_ && keyed_ == keyed) return;
  keyed_known_ = true;
  keyed_ = keyed;
  room(c, stage_, kAbsent, 0, 1).at[0] = keyed ? 2 : 1;
}

std::int64_t Contents::entry_bytes(const Context& c, weir_slice key, std::int64_t number,
                                   weir_slice held) const {
  return entry_bytes(key) + (keeps_records() ? load(held.data) : 0) + grown_.size(c, key, number);
}

void Contents::find(const Context& c, weir_slice key, std::int64_t number) {
  const weir_slice held = c.host()->state_get(c.handle(), held_, key, number);
  if (held.data != nullptr) bytes_ += entry_bytes(c, key, number, held);
}

void Contents::find_all(const Context& c, std::int64_t number) {
  each_key(c, held_, number, false, [&](weir_slice key, weir_slice held) {
    bytes_ += entry_bytes(c, key, number, held);
    if (ordered_) arrivals_ = std::max(arrivals_, last_arrival(view(held).substr(sizeof(std::int64_t))));
  });
  if (panes_) bytes_ += grown_.find_all(c, number);
}

std::int64_t Contents::bytes_of(const Record& record) const {
  return memory::record(record) + static_cast<std::int64_t>(ordered_ ? sizeof(Arrival) : 0);
}

bool Contents::read(const Record& record, Context& out) {
  if (aggregate_.empty() || aggregate_.read(record)) return true;
  out.fail(Port::kError, record, aggregate_.code(), aggregate_.problem());
  return false;
}

bool Contents::is_there(const Context& c, weir_slice key, std::int64_t number) const {
  return panes_ ? panes_->has(c, key, number)
                : c.host()->state_get(c.handle(), held_, key, number).data != nullptr;
}

/// So far from the limit nobody needs to look.
bool Contents::has_room(weir_slice key, std::int64_t number, const Record& record, Context& out,
                        std::int64_t beside) {
  return fits(most(key, record) + beside) || fits(growth(out, key, number, record) + beside) ||
         no_room(record, out);
}

/// No accumulator more than doubles by one record, but for what the record itself has, which as JSON may be
/// longer.
std::int64_t Contents::most(weir_slice key, const Record& record) const {
  if (keeps_records()) return entry_bytes(key) + bytes_of(record);
  if (grown_.none()) return entry_bytes(key);
  constexpr std::int64_t kSpelling = 6, kSmall = 4096;
  const auto fields = static_cast<std::int64_t>(aggregate_.grown().size());
  const std::int64_t more = bytes_ + entry_bytes(key) + fields * (kSpelling * bytes_of(record) + kSmall);
  return bytes_ + more <= GrownStates::kMostBytes ? more : kTooMuch;
}

std::int64_t Contents::growth(const Context& c, weir_slice key, std::int64_t number,
                              const Record& record) const {
  const std::int64_t entry = is_there(c, key, number) ? 0 : entry_bytes(key);
  if (keeps_records()) return entry + bytes_of(record);
  const auto more = grown_.growth(c, key, number);
  return more ? entry + *more : kTooMuch;
}

bool Contents::has_room_beside(weir_slice key, bool is_there, const Record& record, Context& out,
                               std::int64_t beside) {
  return fits((is_there ? 0 : entry_bytes(key)) + beside) || no_room(record, out);
}

bool Contents::no_room(const Record& record, Context& out) {
  full_.add();
  if (fits(1) && !grown_.none() && bytes_ > GrownStates::kMostBytes / 2) {
    out.fail(
        Port::kError, record, "windows_full",
        "what a `list` or `distinct` keeps of one key and window would be larger than 1 GiB: let windows "
        "close sooner, or divide them among more keys");
    return false;
  }
  out.fail(Port::kError, record, "windows_full",
           "the windows of this stage hold " + std::to_string(bytes_) + " bytes, and `max_bytes` allows " +
               std::to_string(max_bytes_) +
               ": let them close sooner, keep less of each (`aggregate`, `evict`), or allow more");
  return false;
}

std::size_t Contents::add(Context& c, weir_slice key, std::int64_t number, const Record& record) {
  if (keeps_records()) {
    std::size_t size_of_entry = sizeof(std::int64_t);
    if (ordered_) {
      const weir_slice held = c.host()->state_get(c.handle(), held_, key, number);
      size_of_entry = std::max(held.size, size_of_entry) + sizeof(Arrival);
    }
    const Room list = room(c, held_, key, number, size_of_entry);
    if (ordered_) {
      const Arrival arrival{++arrivals_, record.position};
      std::memcpy(list.at + size_of_entry - sizeof arrival, &arrival, sizeof arrival);
    }
    const std::int64_t more = bytes_of(record);
    const std::int64_t sum = load(list.at) + more;
    std::memcpy(list.at, &sum, sizeof sum);
    bytes_ += more + (list.is_new ? entry_bytes(key) : 0);
    const std::size_t size = c.list_append(key, number, Records(&record, 1));
    if (!eviction_.any()) return size;
    if (const std::size_t stale = eviction_.stale(c.list(key, number)); stale != 0)
      keep_last(c, key, number, size - stale);
    return 0;
  }
  if (panes_) {
    if (panes_->add(c, key, number)) bytes_ += entry_bytes(key);
  } else {
    const Room cells = room(c, held_, key, number, std::max<std::size_t>(aggregate_.size(), 1));
    if (cells.is_new) bytes_ += entry_bytes(key);
    aggregate_.add(cells.at);
  }
  bytes_ += grown_.add(c, key, number);
  return 0;
}

void Contents::add_beside(weir_slice key, bool is_new, char* cells) {
  if (is_new) bytes_ += entry_bytes(key);
  aggregate_.add(cells);
}

void Contents::merge(Context& c, weir_slice key, std::int64_t from, std::int64_t into) {
  const weir_slice later = c.host()->state_get(c.handle(), held_, key, from);
  if (later.data == nullptr) return;
  const std::string copy(view(later));
  const Room to = room(c, held_, key, into, copy.size());
  if (to.is_new) bytes_ += entry_bytes(key);
  if (keeps_records()) {
    const std::int64_t moved = load(copy.data());
    const std::int64_t sum = load(to.at) + moved;
    std::memcpy(to.at, &sum, sizeof sum);
    bytes_ += moved;
    c.list_move(key, from, into);
  } else {
    aggregate_.combine(to.at, copy.data());
    bytes_ += grown_.merge(c, key, from, into);
  }
  forget(c, key, from);
}

void Contents::emit(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds) {
  if (aggregate_.empty()) return emit_list(out, key, numbers, bounds);
  if (panes_) {
    if (panes_->merge(out, key, numbers.front(), numbers.back(), cells_))
      emit_row(out, key, bounds, cells_.data(), grown_.together(out, key, numbers));
    return;
  }
  std::string cells;
  for (const std::int64_t number : numbers) {
    const weir_slice one = out.host()->state_get(out.handle(), held_, key, number);
    if (one.data == nullptr) continue;
    if (cells.empty()) {
      cells = view(one);
    } else {
      aggregate_.combine(cells.data(), one.data);
    }
  }
  if (!cells.empty()) emit_row(out, key, bounds, cells.data(), grown_.together(out, key, numbers));
}

void Contents::emit_all(Context& out, std::span<const std::int64_t> numbers, Bounds bounds) {
  if (aggregate_.empty()) {
    for (const std::string& key : keys(out, numbers)) emit_list(out, slice(key), numbers, bounds);
    return;
  }
  std::size_t rows = 0;
  const auto next = [&] {
    if (++rows % kRows == 0) out.hand_on();
  };
  if (panes_) {
    return each_key(out, panes_->state(), 0, false, [&](weir_slice key, weir_slice hot) {
      if (!panes_->merge(panes_->view_of(out, key, hot), numbers.front(), numbers.back(), cells_)) return;
      emit_row(out, key, bounds, cells_.data(), grown_.together(out, key, numbers));
      next();
    });
  }
  each_key(out, held_, numbers[0], false, [&](weir_slice key, weir_slice cells) {
    emit_row(out, key, bounds, cells.data, grown_.together(out, key, numbers.first(1)));
    next();
  });
}

void Contents::left(std::span<const std::int64_t> numbers) {
  if (panes_) panes_->left(numbers);
}

void Contents::emit_row(Context& out, weir_slice key, Bounds bounds, const char* cells,
                        std::span<const std::string_view> grown) {
  json_ = "{";
  if (keyed_) {
    json_ += "\"key\":";
    append_readable_json_string(view(key), json_);
    json_ += ',';
  }
  if (bounds_json_.empty() || bounds != written_) {
    written_ = bounds;
    bounds_json_ = "\"window_start\":";
    append_number(bounds.start, bounds_json_);
    bounds_json_ += ",\"window_end\":";
    append_number(bounds.end, bounds_json_);
  }
  json_ += bounds_json_;
  const bool fits = aggregate_.append_json(
      cells, [&](std::size_t i) { return grown[i]; }, json_);
  json_ += '}';
  Record record;
  if (keyed_) record.key = key;
  record.event_time = bounds.last();
  record = out.with_value(record, json_);
  if (fits) return out.emit(kOut, record);
  out.fail(Port::kError, record, aggregate_.code(), aggregate_.problem());
}

void Contents::emit_list(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds) {
  const weir_slice name = keyed_ ? key : kAbsent;
  if (numbers.size() == 1 && !eviction_.any()) {
    out.host()->list_show(out.handle(), static_cast<std::uint32_t>(kOut), name, numbers[0], bounds.start,
                          bounds.end);
    return;
  }
  std::vector<Record> records = gathered(out, key, numbers);
  const std::size_t all = records.size();
  if (!eviction_.behind()) eviction_.leave_out(records);
  if (records.empty()) return;
  Group group{};
  group.size = sizeof(weir_group);
  group.key = name;
  group.start = bounds.start;
  group.end = bounds.end;
  group.records = records.data();
  group.weir_group::count = records.size();
  out.emit_group(kOut, group);
  if (eviction_.behind()) eviction_.leave_out(records);
  if (eviction_.takes_away() && records.size() != all) replace(out, key, numbers[0], records);
}

std::vector<Record> Contents::gathered(const Context& c, weir_slice key,
                                       std::span<const std::int64_t> numbers) const {
  std::vector<Record> records;
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (const std::int64_t number : numbers) {
    const Records list = c.list(key, number);
    if (ordered_ && !list.empty()) {
      const weir_slice held = c.host()->state_get(c.handle(), held_, key, number);
      for (const Arrival& arrival : arrivals_of(view(held).substr(sizeof(std::int64_t)), list))
        order.emplace_back(arrival.number, order.size());
    }
    records.insert(records.end(), list.begin(), list.end());
  }
  if (std::is_sorted(order.begin(), order.end())) return records;
  std::sort(order.begin(), order.end());
  std::vector<Record> sorted;
  sorted.reserve(records.size());
  for (const auto& [arrival, i] : order) sorted.push_back(records[i]);
  return sorted;
}

Bounds Contents::times(const Context& c, weir_slice key, std::int64_t number, std::int64_t now) const {
  const Records list = c.list(key, number);
  std::vector<Record> records(list.begin(), list.end());
  if (!eviction_.behind()) eviction_.leave_out(records);
  Bounds all{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
  for (const Record& record : records) {
    const std::int64_t time = record.has_time() ? record.event_time : now;
    all = {std::min(all.start, time), std::max(all.end, time + 1)};
  }
  return all;
}

void Contents::replace(Context& c, weir_slice key, std::int64_t number, std::vector<Record>& records) {
  constexpr std::int64_t kAside = std::numeric_limits<std::int64_t>::min();
  std::int64_t left = 0;
  for (const Record& record : records) left += bytes_of(record);
  c.list_append(key, kAside, records);
  c.list_clear(key, number);
  c.list_move(key, kAside, number);
  char* const held = room(c, held_, key, number, sizeof left).at;
  bytes_ += left - load(held);
  std::memcpy(held, &left, sizeof left);
}

void Contents::keep_last(Context& c, weir_slice key, std::int64_t number, std::size_t keep) {
  const Records list = c.list(key, number);
  if (list.size() <= keep) return;
  std::vector<Arrival> arrivals;
  if (ordered_) {
    const weir_slice held = c.host()->state_get(c.handle(), held_, key, number);
    arrivals = arrivals_of(view(held).substr(sizeof(std::int64_t)), list);
  }
  std::int64_t bytes = 0;
  for (const Record& record : list.first(list.size() - keep)) bytes += bytes_of(record);
  c.list_drop_front(key, number, list.size() - keep);
  const std::size_t kept = ordered_ ? keep * sizeof(Arrival) : 0;
  char* const held = room(c, held_, key, number, sizeof bytes + kept).at;
  const std::int64_t left = load(held) - bytes;
  std::memcpy(held, &left, sizeof left);
  if (kept != 0) std::memcpy(held + sizeof left, &arrivals[arrivals.size() - keep], kept);
  bytes_ -= bytes;
}

std::vector<std::string> Contents::keys(const Context& c, std::span<const std::int64_t> numbers) const {
  std::vector<std::string> all;
  std::unordered_set<std::string> seen;
  for (const std::int64_t number : numbers) {
    each_key(c, held_, number, false, [&](weir_slice key, weir_slice) {
      std::string name(view(key));
      if (numbers.size() == 1 || seen.insert(name).second) all.push_back(std::move(name));
    });
  }
  return all;
}

void Contents::forget(Context& c, weir_slice key, std::int64_t number) {
  const weir_slice held = c.host()->state_get(c.handle(), held_, key, number);
  if (held.data == nullptr) return;
  bytes_ -= entry_bytes(c, key, number, held);
  c.host()->state_erase(c.handle(), held_, key, number);
  if (keeps_records()) c.list_clear(key, number);
  grown_.forget(c, key, number);
}

void Contents::forget_all(Context& c, std::int64_t number, bool nothing_else) {
  if (panes_) {
    panes_->forget(c, number, nothing_else, [&](weir_slice key, std::size_t count) {
      bytes_ -= static_cast<std::int64_t>(count) * entry_bytes(key);
    });
    bytes_ += grown_.forget_all(c, number);
    return;
  }
  each_key(c, held_, number, true, [&](weir_slice key, weir_slice held) {
    bytes_ -= entry_bytes(c, key, number, held);
    if (keeps_records()) c.list_clear(key, number);
  });
  grown_.forget_all(c, number);
}

}  // namespace weir::windowing
