// SPDX-License-Identifier: Apache-2.0
#include "windowing/time_windows.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include "windowing/memory.h"
#include "windowing/open_state.h"
#include "windowing/option_sense.h"

namespace weir::windowing {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
/// Of a window; a record belongs to no more windows. Each open window has timers of its own.
constexpr std::int64_t kMostPieces = 100'000;

std::string number_bytes(std::int64_t n) {
  return {reinterpret_cast<const char*>(&n), sizeof n};
}

}  // namespace

TimeWindows::TimeWindows(const Options& options, std::int64_t size, std::int64_t slide)
    : calendar_(read_calendar(options, size, slide)),
      time_(read_time(options)),
      trigger_(read_trigger(options)),
      shared_(slide < size && !(trigger_.purging && (trigger_.early() || time_.lateness != 0)) &&
              !read_evict(options).takes_away()),
      change_(trigger_.delta),
      contents_(options, shared_) {
  armed_.fill(kNever);
  if (calendar_.size_units() > kMostPieces) {
    throw OptionError("/slide",
                      "a window would be made of " + std::to_string(calendar_.size_units()) +
                          " pieces, each as long as the greatest time that divides `size` and "
                          "`slide`; at most 100000: give a longer `slide`, or one that divides `size`");
  }
  check_purging(trigger_, time_.lateness, time_.event_time);
  check_size(options, trigger_, size, time_.event_time && !options.has("time_zone"));
  check_behind(options, trigger_, time_.lateness);
  check_kept(options, trigger_);
  const std::int64_t windows = (calendar_.size_units() - 1) / calendar_.slide_units() + 1;
  contents_.check_limit(windows * (open_bytes() + mark_bytes({"", 0})), shared_ ? 1 : windows);
  if (!time_.report_partly_late) return;
  if (!time_.event_time) {
    throw OptionError("/report_partly_late",
                      "nothing is late in processing time: leave it out, or write `time: event`");
  }
  if (slide >= size) {
    throw OptionError(
        "/report_partly_late",
        "with a `slide` that is no shorter than the `size` no record belongs to several windows: "
        "leave it out, or give a shorter `slide`");
  }
}

void TimeWindows::start(Context& context) {
  contents_.open(context);
  open_ = open_state(context, "open", WEIR_MAP_STATE);
  if (trigger_.early()) marks_ = open_state(context, "marks", WEIR_VALUE_STATE);
  late_ = context.counter("late");
  partly_late_ = context.counter("partly_late");
  std::set<std::int64_t> numbers;
  const auto open = open_windows(context);
  for (const std::int64_t window : open) {
    for (const std::int64_t number : parts(window)) numbers.insert(number);
  }
  open_count_ = open.size();
  contents_.count(static_cast<std::int64_t>(open_count_) * open_bytes());
  for (const std::int64_t window : open) {
    if (marks_ == nullptr) break;
    each_key(context, marks_, calendar_.start_of(window), false,
             [&](weir_slice key, weir_slice) { contents_.count(mark_bytes(key)); });
  }
  for (const std::int64_t number : numbers) contents_.find_all(context, number);
}

void TimeWindows::process(const Batch& batch, Context& out) {
  contents_.set_keyed(out, batch.keys != nullptr);
  watermark_ = time_.event_time ? out.watermark() : std::numeric_limits<std::int64_t>::min();
  now_ = time_.event_time ? 0 : out.now().count();
  const Records records = batch.items();
  for (std::size_t i = 0; i < records.size(); ++i) add(batch.key(i), records[i], out);
}

void TimeWindows::add(weir_slice key, const Record& record, Context& out) {
  const std::int64_t time = time_.event_time ? record.event_time : now_;
  if (!usable(time, calendar_.furthest_time(), record, out)) return;
  const Place& place = place_of(calendar_.unit_of(time));
  if (place.first > place.last)
    return out.fail(kBetween, record, "between", "no window holds the time " + std::to_string(time) + " ms");
  std::int64_t from = place.first;
  if (cleanup(place.first_bounds) <= watermark_) {
    while (from <= place.last && cleanup(calendar_.bounds(from)) <= watermark_)
      from += calendar_.slide_units();
    if (from > place.last) return too_late(record, place, out);
  }
  if (!contents_.read(record, out) || !change_.read(record, out) || !has_room(key, place, from, record, out))
    return;
  if (from != place.first) partly_late(record, place, from, out);
  if (shared_) {
    contents_.add(out, key, place.start, record);
  } else {
    for (std::int64_t w = from; w <= place.last; w += calendar_.slide_units())
      contents_.add(out, key, calendar_.start_of(w), record);
  }
  arm(place, from, out);
  if (!trigger_.early() && place.first_bounds.last() > watermark_) return;
  for (std::int64_t w = from; w <= place.last; w += calendar_.slide_units()) added(key, w, time, out);
}

bool TimeWindows::has_room(weir_slice key, const Place& place, std::int64_t from, const Record& record,
                           Context& out) {
  const std::int64_t windows = place.last == from ? 1 : (place.last - from) / calendar_.slide_units() + 1;
  const std::int64_t beside = (is_armed(place) ? 0 : open_bytes()) + mark_bytes(key);
  // Far from the limit nobody needs to look; the first factor is of grown accumulators, which may double.
  if (contents_.fits((shared_ ? 1 : windows) * contents_.most(key, record) + windows * beside)) return true;
  std::int64_t more = shared_ ? contents_.growth(out, key, place.start, record) : 0;
  for (std::int64_t w = from; w <= place.last && contents_.fits(more); w += calendar_.slide_units()) {
    if (!is_armed(place) && !is_open(w, out)) more += open_bytes();
    if (!is_marked(key, w, out)) more += mark_bytes(key);
    if (!shared_) more += contents_.growth(out, key, calendar_.start_of(w), record);
  }
  return contents_.fits(more) || contents_.no_room(record, out);
}

std::int64_t TimeWindows::open_bytes() const {
  const std::size_t timers = 1 + (time_.lateness != 0 ? 1 : 0) + (trigger_.every != 0 ? 1 : 0);
  return static_cast<std::int64_t>(memory::kField + timers * memory::kTimer);
}

std::int64_t TimeWindows::mark_bytes(weir_slice key) const {
  return trigger_.early() ? memory::entry(key, sizeof(Mark)) : 0;
}

bool TimeWindows::is_marked(weir_slice key, std::int64_t window, const Context& out) const {
  return marks_ == nullptr ||
         out.host()->state_get(out.handle(), marks_, key, calendar_.start_of(window)).data != nullptr;
}

const TimeWindows::Place& TimeWindows::place_of(std::int64_t unit) {
  if (has_place_ && place_.unit == unit) return place_;
  has_place_ = true;
  place_.unit = unit;
  place_.start = calendar_.start_of(unit);
  place_.first = calendar_.first_window(unit);
  place_.last = calendar_.last_window(unit);
  place_.first_bounds = calendar_.bounds(place_.first);
  return place_;
}

void TimeWindows::too_late(const Record& record, const Place& place, Context& out) {
  late_.add();
  out.fail(kLate, record, "late",
           "the last window that it belongs to is " + calendar_.text_of(place.last, place.last + 1) +
               ", and event time has come to " + std::to_string(watermark_));
}

void TimeWindows::partly_late(const Record& record, const Place& place, std::int64_t from, Context& out) {
  partly_late_.add();
  if (!time_.report_partly_late) return;
  out.fail(kLate, record, "partly_late",
           "too late for " + calendar_.text_of(place.first, from) + "; the later windows hold it");
}

void TimeWindows::arm(const Place& place, std::int64_t from, Context& out) {
  if (is_armed(place)) return;
  armed_[static_cast<std::uint64_t>(place.unit) % armed_.size()] = place.unit;
  const std::int64_t end = place.last + calendar_.slide_units();
  for (std::int64_t w = from; w < std::min(end, armed_first_); w += calendar_.slide_units()) open(w, out);
  for (std::int64_t w = std::max(from, armed_end_); w < end; w += calendar_.slide_units()) open(w, out);
  const bool touch = from <= armed_end_ && armed_first_ <= end;
  armed_first_ = touch ? std::min(armed_first_, from) : from;
  armed_end_ = touch ? std::max(armed_end_, end) : end;
}

void TimeWindows::open(std::int64_t window, Context& out) {
  const Bounds bounds = calendar_.bounds(window);
  if (trigger_.at_end && bounds.last() > watermark_) set_timer(bounds.last(), out);
  if (cleanup(bounds) != kNever) set_timer(cleanup(bounds), out);
  if (is_open(window, out)) return;
  ++open_count_;
  contents_.count(open_bytes());
  const std::string number = number_bytes(window);
  out.host()->map_put(out.handle(), open_, kAbsent, 0, slice(number), slice(number));
}

/// Flink's rules: a record of a window whose end has come makes a result at once; before, the trigger may.
void TimeWindows::added(weir_slice key, std::int64_t window, std::int64_t time, Context& out) {
  const Bounds bounds = calendar_.bounds(window);
  bool fires = trigger_.at_end && bounds.last() <= watermark_;
  if (trigger_.early()) fires = count(key, bounds, time, fires, out);
  if (!fires) return;
  contents_.emit(out, key, parts(window), bounds);
  if (trigger_.purging) contents_.forget(out, key, bounds.start);
}

bool TimeWindows::count(weir_slice key, Bounds bounds, std::int64_t time, bool fires, Context& out) {
  const Room at = room(out, marks_, key, bounds.start, sizeof(Mark));
  Mark mark;
  if (at.is_new) {
    contents_.count(mark_bytes(key));
  } else {
    std::memcpy(&mark, at.at, sizeof mark);
  }
  ++mark.since;
  if (at.is_new && trigger_.every != 0) {
    mark.next = trigger_.next(std::max(time, watermark_), time_.event_time);
    if (mark.next <= bounds.last()) set_timer(mark.next, out);
  }
  if (trigger_.every_by_clock != 0 && mark.since == 1) set_clock_timer(out);
  if (change_.fires(mark.from)) fires = true;
  fires = fires || (trigger_.count != 0 && mark.since >= trigger_.count);
  if (fires) mark.since = 0;
  std::memcpy(at.at, &mark, sizeof mark);
  return fires;
}

void TimeWindows::on_timer(const weir_timer& timer, Context& out) {
  if (time_.event_time && timer.domain == WEIR_PROCESSING_TIME) return fire_by_clock(out);
  const std::int64_t time = time_.event_time ? timer.time : timer.time - 1;
  if (trigger_.every != 0 && trigger_.next(time - 1, time_.event_time) == time) fire_between(time, out);
  if (trigger_.at_end) {
    calendar_.ending_with(time, [&](std::int64_t w) {
      if (!is_open(w, out)) return;
      const Bounds bounds = calendar_.bounds(w);
      contents_.emit_all(out, parts(w), bounds);
      contents_.left(parts(w));
      if (trigger_.purging && !shared_) contents_.forget_all(out, bounds.start);
    });
  }
  if (time < std::numeric_limits<std::int64_t>::min() + time_.lateness) return;
  calendar_.ending_with(time - time_.lateness, [&](std::int64_t w) {
    if (is_open(w, out)) close(w, out);
  });
}

void TimeWindows::fire_between(std::int64_t time, Context& out) {
  if (!calendar_.holds(time)) return;
  const Place place = place_of(calendar_.unit_of(time));
  for (std::int64_t w = place.first; w <= place.last; w += calendar_.slide_units()) {
    const Bounds bounds = calendar_.bounds(w);
    if ((bounds.last() == time && trigger_.at_end) || !is_open(w, out)) continue;
    const std::vector<std::string> keys = marked(
        bounds.start, [&](const Mark& mark) { return mark.next == time; }, out);
    for (const std::string& key : keys) fire(slice(key), w, bounds, time + trigger_.every, out);
    if (!keys.empty() && time + trigger_.every <= bounds.last()) set_timer(time + trigger_.every, out);
  }
}

/// With the end of a window its keys have left, or are about to.
void TimeWindows::fire_by_clock(Context& out) {
  by_clock_ = {};
  const std::int64_t watermark = out.watermark();
  for (const std::int64_t w : open_windows(out)) {
    const Bounds bounds = calendar_.bounds(w);
    if (trigger_.at_end && bounds.last() <= watermark) continue;
    for (const std::string& key : marked(
             bounds.start, [](const Mark& mark) { return mark.since != 0; }, out))
      fire(slice(key), w, bounds, 0, out);
  }
}

void TimeWindows::fire(weir_slice key, std::int64_t window, Bounds bounds, std::int64_t next, Context& out) {
  contents_.emit(out, key, parts(window), bounds);
  if (trigger_.purging) contents_.forget(out, key, bounds.start);
  char* const at = room(out, marks_, key, bounds.start, sizeof(Mark)).at;
  Mark mark;
  std::memcpy(&mark, at, sizeof mark);
  mark.since = 0;
  mark.next = next;
  std::memcpy(at, &mark, sizeof mark);
}

void TimeWindows::set_clock_timer(Context& out) {
  const auto next = trigger_.next_by_clock(out.now());
  if (next == by_clock_) return;
  by_clock_ = next;
  out.set_timer(next, kAbsent);
}

template <class F>
std::vector<std::string> TimeWindows::marked(std::int64_t window, F&& which, const Context& out) const {
  std::vector<std::string> keys;
  each_key(out, marks_, window, false, [&](weir_slice key, weir_slice value) {
    Mark mark;
    std::memcpy(&mark, value.data, sizeof mark);
    if (which(mark)) keys.emplace_back(view(key));
  });
  return keys;
}

std::vector<std::int64_t> TimeWindows::open_windows(const Context& out) const {
  std::vector<std::int64_t> open;
  out.host()->map_each(out.handle(), open_, kAbsent, 0, &open, [](void* to, weir_slice, weir_slice value) {
    std::int64_t window = 0;
    std::memcpy(&window, value.data, sizeof window);
    static_cast<std::vector<std::int64_t>*>(to)->push_back(window);
  });
  std::sort(open.begin(), open.end());
  return open;
}

void TimeWindows::finish(Context& out) {
  const std::int64_t watermark = out.watermark();
  for (const std::int64_t w : open_windows(out)) {
    const Bounds bounds = calendar_.bounds(w);
    if (trigger_.at_end && (!time_.event_time || bounds.last() > watermark))
      contents_.emit_all(out, parts(w), bounds);
    close(w, out);
  }
}

/// Event time has come to `at` when nothing at or before it is to be expected any more; the clock is there
/// only when that millisecond is over.
void TimeWindows::set_timer(std::int64_t at, Context& out) {
  if (time_.event_time) {
    out.set_event_timer(at, kAbsent);
  } else {
    out.set_timer(std::chrono::milliseconds(at + 1), kAbsent);
  }
}

bool TimeWindows::is_open(std::int64_t window, Context& out) const {
  const std::string number = number_bytes(window);
  return out.host()->map_get(out.handle(), open_, kAbsent, 0, slice(number)).data != nullptr;
}

void TimeWindows::close(std::int64_t window, Context& out) {
  const Bounds bounds = calendar_.bounds(window);
  if (!trigger_.at_end) {
    for (const auto& key : marked(
             bounds.start, [](const Mark& mark) { return mark.since != 0; }, out))
      contents_.emit(out, slice(key), parts(window), bounds);
  }
  const std::string number = number_bytes(window);
  out.host()->map_erase(out.handle(), open_, kAbsent, 0, slice(number));
  --open_count_;
  contents_.count(-open_bytes());
  if (!shared_) {
    contents_.forget_all(out, bounds.start);
  } else {
    const bool nothing_else = open_count_ == 0;
    // The units of which this is the last window; those windows before are closed already.
    const std::int64_t end = window + calendar_.slide_units();
    for (std::int64_t unit = window; unit < end; ++unit)
      contents_.forget_all(out, calendar_.start_of(unit), nothing_else);
  }
  if (marks_ != nullptr) {
    each_key(out, marks_, bounds.start, true,
             [&](weir_slice key, weir_slice) { contents_.count(-mark_bytes(key)); });
  }
  armed_.fill(kNever);
  if (window < armed_end_) armed_first_ = std::max(armed_first_, window + calendar_.slide_units());
}

std::span<const std::int64_t> TimeWindows::parts(std::int64_t window) {
  parts_.clear();
  const std::int64_t units = shared_ ? calendar_.size_units() : 1;
  for (std::int64_t i = 0; i < units; ++i) parts_.push_back(calendar_.start_of(window + i));
  return parts_;
}

}  // namespace weir::windowing
