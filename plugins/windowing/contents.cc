// SPDX-License-Identifier: Apache-2.0
#include "windowing/contents.h"

#include <weir/json_string.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "windowing/open_state.h"

namespace weir::windowing {
namespace {

/// Rows that are handed on together when a window of many keys ends.
constexpr std::size_t kRows = 1024;

}  // namespace

Contents::Contents(const Options& options)
    : aggregate_(options),
      evict_(read_evict(options)),
      has_evict_(evict_.keep_last != 0 || evict_.keep_newest != 0) {}

void Contents::open(Context& c) {
  held_ = open_state(c, aggregate_.empty() ? "keys" : "accumulators", WEIR_VALUE_STATE);
  if (aggregate_.has_texts()) texts_ = open_state(c, "texts", WEIR_VALUE_STATE);
  stage_ = open_state(c, "keyed", WEIR_VALUE_STATE);
  const weir_slice keyed = c.host()->state_get(c.handle(), stage_, kAbsent, 0);
  keyed_known_ = keyed.data != nullptr;
  keyed_ = keyed_known_ && keyed.data[0] != 0;
}

void Contents::set_keyed(Context& c, bool keyed) {
  if (keyed_known_ && keyed_ == keyed) return;
  keyed_known_ = true;
  keyed_ = keyed;
  std::size_t held = 0;
  c.host()->state_room(c.handle(), stage_, kAbsent, 0, 1, &held)[0] = keyed ? 1 : 0;
}

bool Contents::read(const Record& record, Context& out) {
  if (aggregate_.empty() || aggregate_.read(record)) return true;
  out.fail(Port::kError, record, aggregate_.code(), aggregate_.problem());
  return false;
}

void Contents::add(Context& c, weir_slice key, std::int64_t number, const Record& record) {
  std::size_t held = 0;
  char* const at = c.host()->state_room(c.handle(), held_, key, number,
                                        std::max<std::size_t>(aggregate_.size(), 1), &held);
  if (at == nullptr) throw Stop("memory", "there is no memory left for the windows");
  if (aggregate_.empty()) {
    c.list_append(key, number, Records(&record, 1));
    return;
  }
  aggregate_.add(at);
  if (aggregate_.has_texts()) put_text(c, key, number, aggregate_.add_text(text(c, key, number)));
}

void Contents::merge(Context& c, weir_slice key, std::int64_t from, std::int64_t into) {
  const weir_slice later = c.host()->state_get(c.handle(), held_, key, from);
  if (later.data == nullptr) return;
  const std::string copy(view(later));
  std::size_t held = 0;
  char* const at = c.host()->state_room(c.handle(), held_, key, into, copy.size(), &held);
  if (at == nullptr) throw Stop("memory", "there is no memory left for the windows");
  if (aggregate_.empty()) {
    c.list_move(key, from, into);
  } else {
    aggregate_.combine(at, copy.data());
    if (aggregate_.has_texts())
      put_text(c, key, into, aggregate_.combine_text(text(c, key, into), text(c, key, from)));
  }
  forget(c, key, from);
}

std::string_view Contents::text(const Context& c, weir_slice key, std::int64_t number) const {
  if (!aggregate_.has_texts()) return {};
  return view(c.host()->state_get(c.handle(), texts_, key, number));
}

void Contents::put_text(const Context& c, weir_slice key, std::int64_t number, std::string_view text) const {
  std::size_t held = 0;
  char* const to = c.host()->state_room(c.handle(), texts_, key, number, text.size(), &held);
  if (to == nullptr) throw Stop("memory", "there is no memory left for the windows");
  std::memcpy(to, text.data(), text.size());
}

void Contents::emit(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds) {
  if (aggregate_.empty()) return emit_list(out, key, numbers, bounds);
  std::string cells, all_text;
  for (const std::int64_t number : numbers) {
    const weir_slice one = out.host()->state_get(out.handle(), held_, key, number);
    if (one.data == nullptr) continue;
    if (cells.empty()) {
      cells = view(one);
      all_text = text(out, key, number);
    } else {
      aggregate_.combine(cells.data(), one.data);
      if (aggregate_.has_texts()) all_text = aggregate_.combine_text(all_text, text(out, key, number));
    }
  }
  if (!cells.empty()) emit_row(out, key, bounds, cells.data(), all_text);
}

void Contents::emit_all(Context& out, std::span<const std::int64_t> numbers, Bounds bounds) {
  if (aggregate_.empty()) {
    for (const std::string& key : keys(out, numbers)) emit_list(out, slice(key), numbers, bounds);
    return;
  }
  std::size_t rows = 0;
  const auto row = [&](weir_slice key, const char* cells, std::string_view text) {
    emit_row(out, key, bounds, cells, text);
    if (++rows % kRows == 0) out.hand_on();
  };
  if (numbers.size() == 1) {
    each_key(out, held_, numbers[0], false,
             [&](weir_slice key, weir_slice cells) { row(key, cells.data, text(out, key, numbers[0])); });
    return;
  }
  std::unordered_map<std::string, std::pair<std::string, std::string>> sums;
  for (const std::int64_t number : numbers) {
    each_key(out, held_, number, false, [&](weir_slice key, weir_slice cells) {
      const auto [sum, fresh] = sums.try_emplace(std::string(view(key)));
      auto& [sum_cells, sum_text] = sum->second;
      if (fresh) {
        sum_cells = view(cells);
        sum_text = text(out, key, number);
      } else {
        aggregate_.combine(sum_cells.data(), cells.data);
        if (aggregate_.has_texts()) sum_text = aggregate_.combine_text(sum_text, text(out, key, number));
      }
    });
  }
  for (const auto& [key, sum] : sums) row(slice(key), sum.first.data(), sum.second);
}

void Contents::emit_row(Context& out, weir_slice key, Bounds bounds, const char* cells,
                        std::string_view text) {
  json_ = "{";
  if (keyed_) {
    json_ += "\"key\":";
    append_readable_json_string(view(key), json_);
    json_ += ',';
  }
  json_ += "\"window_start\":" + std::to_string(bounds.start);
  json_ += ",\"window_end\":" + std::to_string(bounds.end);
  const bool fits = aggregate_.append_json(cells, text, json_);
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
  if (numbers.size() == 1 && !has_evict_) {
    out.host()->list_show(out.handle(), static_cast<std::uint32_t>(kOut), name, numbers[0], bounds.start,
                          bounds.end);
    return;
  }
  std::vector<Record> records;
  for (const std::int64_t number : numbers) {
    const Records list = out.list(key, number);
    records.insert(records.end(), list.begin(), list.end());
  }
  leave_out(records);
  if (records.empty()) return;
  Group group{};
  group.size = sizeof(weir_group);
  group.key = name;
  group.start = bounds.start;
  group.end = bounds.end;
  group.records = records.data();
  group.weir_group::count = records.size();
  out.emit_group(kOut, group);
}

void Contents::leave_out(std::vector<Record>& records) const {
  if (evict_.keep_newest != 0) {
    std::int64_t newest = WEIR_NO_TIME;
    for (const Record& r : records) newest = std::max(newest, r.event_time);
    const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
    const std::int64_t limit = newest < lowest + evict_.keep_newest ? lowest : newest - evict_.keep_newest;
    std::erase_if(records, [&](const Record& r) { return r.has_time() && r.event_time <= limit; });
  }
  const auto last = static_cast<std::size_t>(evict_.keep_last);
  if (last != 0 && records.size() > last) {
    records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(last));
  }
}

void Contents::evict(Context& c, weir_slice key, std::int64_t number) {
  const auto last = static_cast<std::size_t>(evict_.keep_last);
  if (last == 0 || evict_.keep_newest != 0) return;
  const std::size_t size = c.list(key, number).size();
  if (size > last) c.list_drop_front(key, number, size - last);
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
  c.host()->state_erase(c.handle(), held_, key, number);
  if (aggregate_.empty()) c.list_clear(key, number);
  if (aggregate_.has_texts()) c.host()->state_erase(c.handle(), texts_, key, number);
}

void Contents::forget_all(Context& c, std::int64_t number) {
  each_key(c, held_, number, true, [&](weir_slice key, weir_slice) {
    if (aggregate_.empty()) c.list_clear(key, number);
  });
  if (aggregate_.has_texts()) each_key(c, texts_, number, true, [](weir_slice, weir_slice) {});
}

}  // namespace weir::windowing
