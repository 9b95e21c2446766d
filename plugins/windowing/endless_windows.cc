// SPDX-License-Identifier: Apache-2.0
#include "windowing/endless_windows.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "windowing/memory.h"
#include "windowing/open_state.h"

namespace weir::windowing {

EndlessWindows::EndlessWindows(const Options& options, const Rules& rules)
    : rules_(rules), change_(rules.trigger.delta), contents_(options), spans_(rules.panes, kNothing) {
  contents_.check_limit(key_bytes({"", 0}));
}

std::int64_t EndlessWindows::key_bytes(weir_slice key) const {
  return memory::entry(key, state_bytes()) + (rules_.trigger.every != 0 ? memory::timer(key) : 0);
}

void EndlessWindows::start(Context& context) {
  contents_.open(context);
  windows_ = open_state(context, "windows", WEIR_VALUE_STATE);
  each_key(context, windows_, 0, false, [&](weir_slice key, weir_slice) {
    contents_.count(key_bytes(key));
    for (std::size_t i = 0; i < rules_.panes; ++i) contents_.find(context, key, static_cast<std::int64_t>(i));
  });
}

void EndlessWindows::process(const Batch& batch, Context& out) {
  contents_.set_keyed(out, batch.keys != nullptr);
  now_ = out.now().count();
  const Records records = batch.items();
  for (std::size_t i = 0; i < records.size(); ++i) add(batch.key(i), records[i], out);
}

void EndlessWindows::add(weir_slice key, const Record& record, Context& out) {
  const bool by_event_time = rules_.trigger.every != 0 && rules_.event_time;
  const std::int64_t time = record.event_time != WEIR_NO_TIME || by_event_time ? record.event_time : now_;
  if (!usable(time, kFurthestTime, record, out)) return;
  if (!contents_.read(record, out) || !change_.read(record, out)) return;
  load(key, out);
  const bool is_full = head_.in_pane == rules_.pane;
  const std::int64_t pane = is_full ? (head_.pane + 1) % static_cast<std::int64_t>(rules_.panes) : head_.pane;
  if (!contents_.has_room(key, pane, record, out, known_ ? 0 : key_bytes(key))) return;
  if (is_full) {
    head_.pane = pane;
    head_.in_pane = 0;
    contents_.forget(out, key, head_.pane);
    spans_[static_cast<std::size_t>(head_.pane)] = kNothing;
  }
  ++head_.in_pane;
  ++head_.since;
  Bounds& span = spans_[static_cast<std::size_t>(head_.pane)];
  span = {std::min(span.start, time), std::max(span.end, time + 1)};
  const std::size_t size = contents_.add(out, key, head_.pane, record);
  // Fewer where records of a list went to another process.
  if (size != 0) head_.since = std::min(head_.since, static_cast<std::int64_t>(size));
  if (change_.fires(head_.from) || (rules_.trigger.count != 0 && head_.since >= rules_.trigger.count)) {
    emit(key, out);
  } else if (rules_.trigger.every != 0) {
    arm(key, time, out);
  }
  store(key, out);
}

void EndlessWindows::arm(weir_slice key, std::int64_t time, Context& out) {
  const std::int64_t from = rules_.event_time ? std::max(time, out.watermark()) : now_;
  const std::int64_t next = next_multiple(rules_.trigger.every, from);
  if (next >= head_.timer) return;
  head_.timer = next;
  if (rules_.event_time) {
    out.set_event_timer(next, key);
  } else {
    out.set_timer(std::chrono::milliseconds(next), key);
  }
}

void EndlessWindows::on_timer(const weir_timer& timer, Context& out) {
  if (!load(timer.key, out) || head_.timer != timer.time) return;
  head_.timer = kNever;
  if (head_.since != 0) emit(timer.key, out);
  store(timer.key, out);
}

void EndlessWindows::emit(weir_slice key, Context& out) {
  numbers_.clear();
  if (rules_.panes == 1) {
    numbers_.push_back(0);
  } else {
    const auto ring = static_cast<std::int64_t>(rules_.panes);
    const auto kept = static_cast<std::int64_t>(rules_.keep) / rules_.pane;
    const std::int64_t count = kept + (head_.since + rules_.pane - 1) / rules_.pane;
    for (std::int64_t i = count; i-- > 0;) numbers_.push_back((head_.pane + ring - i) % ring);
  }
  contents_.emit(out, key, numbers_, bounds(key, out));
  head_.since = 0;
  if (rules_.trigger.purging) {
    contents_.forget(out, key, 0);
    head_.in_pane = 0;
    spans_[0] = kNothing;
  } else if (rules_.keep != SIZE_MAX && contents_.keeps_records()) {
    contents_.keep_last(out, key, 0, rules_.keep);
  }
}

Bounds EndlessWindows::bounds(weir_slice key, const Context& out) const {
  if (contents_.keeps_records()) return contents_.times(out, key, 0, now_);
  Bounds all = kNothing;
  for (const std::int64_t number : numbers_) {
    const Bounds& one = spans_[static_cast<std::size_t>(number)];
    all = {std::min(all.start, one.start), std::max(all.end, one.end)};
  }
  return all;
}

bool EndlessWindows::load(weir_slice key, const Context& out) {
  const weir_slice bytes = out.host()->state_get(out.handle(), windows_, key, 0);
  known_ = bytes.data != nullptr;
  if (known_) {
    read(bytes);
    return true;
  }
  head_ = {};
  std::fill(spans_.begin(), spans_.end(), kNothing);
  return false;
}

void EndlessWindows::read(weir_slice bytes) {
  std::memcpy(static_cast<void*>(&head_), bytes.data, sizeof head_);
  std::memcpy(static_cast<void*>(spans_.data()), bytes.data + sizeof head_, spans_.size() * sizeof(Bounds));
}

void EndlessWindows::store(weir_slice key, const Context& out) {
  // A key without contents is forgotten, but for a timer that would otherwise find a younger window.
  if (rules_.trigger.purging && !rules_.trigger.delta && head_.since == 0 && head_.timer == kNever)
    return erase(key, out);
  if (!known_) contents_.count(key_bytes(key));
  char* const at = room(out, windows_, key, 0, state_bytes()).at;
  std::memcpy(at, &head_, sizeof head_);
  std::memcpy(at + sizeof head_, spans_.data(), spans_.size() * sizeof(Bounds));
}

void EndlessWindows::erase(weir_slice key, const Context& out) {
  if (known_) contents_.count(-key_bytes(key));
  out.host()->state_erase(out.handle(), windows_, key, 0);
}

void EndlessWindows::finish(Context& out) {
  now_ = out.now().count();
  std::vector<std::string> keys;
  each_key(out, windows_, 0, false, [&](weir_slice key, weir_slice) { keys.emplace_back(view(key)); });
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    load(slice(key), out);
    if (head_.since != 0) emit(slice(key), out);
    for (std::size_t i = 0; i < rules_.panes; ++i)
      contents_.forget(out, slice(key), static_cast<std::int64_t>(i));
    erase(slice(key), out);
  }
}

}  // namespace weir::windowing
