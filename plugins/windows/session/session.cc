// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>

#include "windowing/memory.h"
#include "windowing/open_state.h"
#include "windowing/option_sense.h"

namespace weir::session {

namespace {

/// Above 285,000 years: no gap is longer, so that no bound overflows.
constexpr std::int64_t kLongestGap = 9'000'000'000'000'000;

std::optional<std::int64_t> read_gap(const Options& options) {
  if (!options.has("gap")) return std::nullopt;
  return options.duration("gap").count();
}

}  // namespace

void Session::describe(Descriptor& d) {
  d.name("session")
      .summary(
          "Windows that last until a key has had no records for a gap: groups, or objects with aggregate.")
      .example("visits: {plugin: session, from: clicks, key: user, gap: 30m, aggregate: [{function: count}]}")
      .port("out", Item::kGroups, "The records of each session; records with `aggregate`.")
      .port("late", Item::kRecords, "Records whose session would be over (`late`).")
      .stateful();
  d.option("gap", Type::kDuration, "How long no record comes until the session is over.")
      .shapes_state()
      .at_least(1)
      .at_most(static_cast<double>(kLongestGap));
  d.option("gap_field", Type::kString,
           "A field with each record's own gap in milliseconds; records without it use `gap`, if given.")
      .shapes_state();
  windowing::declare_time(d);
  windowing::declare_lateness(d);
  windowing::declare_trigger(d, true, false);
  windowing::declare_evict(d);
  windowing::declare_aggregate(d);
  windowing::declare_limit(d);
}

PortList Session::ports(const Options& options) {
  return windowing::window_ports(options, true);
}

Session::Session(const Options& options)
    : gap_(read_gap(options)),
      contents_(options),
      beside_(contents_.beside()),
      time_(windowing::read_time(options)),
      trigger_(windowing::read_trigger(options)) {
  windowing::check_purging(trigger_, time_.lateness, time_.event_time);
  windowing::check_behind(options, trigger_, time_.lateness);
  if (options.has("gap_field")) gap_field_ = FieldPath::parse(options.string("gap_field"), "/gap_field");
  contents_.check_limit(session_bytes({"", 0}));
  if (!gap_ && !gap_field_) {
    throw OptionError("/gap",
                      "nothing says when a session is over: give `gap: 30m`, or `gap_field` with the field "
                      "that holds each record's gap");
  }
}

void Session::start(Context& context) {
  contents_.open(context);
  open_ = windowing::open_state(context, "sessions", WEIR_VALUE_STATE);
  late_ = context.counter("late");
  windowing::each_key(context, open_, 0, false, [&](weir_slice key, weir_slice bytes) {
    if (bytes.size % stride() != 0) {
      throw Stop("state",
                 "the sessions that were saved hold something else: `aggregate` was changed. Finish with the "
                 "old file first, or give the stage a new name");
    }
    read(bytes);
    for (const Open& session : sessions_) {
      contents_.count(session_bytes(key));
      if (session.held != 0) contents_.find_beside(key);
      if (beside_ == 0) contents_.find(context, key, session.number);
    }
  });
}

void Session::process(const Batch& batch, Context& out) {
  contents_.set_keyed(out, batch.keys != nullptr);
  watermark_ = time_.event_time ? out.watermark() : std::numeric_limits<std::int64_t>::min();
  now_ = time_.event_time ? 0 : out.now().count();
  const Records records = batch.items();
  for (std::size_t i = 0; i < records.size(); ++i) add(batch.key(i), records[i], out);
}

std::optional<std::int64_t> Session::gap_of(const Record& record, Context& out) {
  if (!gap_field_) return gap_;
  reader_.read(record);
  const JsonValue& value = reader_.find(*gap_field_);
  if (gap_ && (value.kind == JsonValue::Kind::kMissing || value.kind == JsonValue::Kind::kNull)) return gap_;
  if (value.kind == JsonValue::Kind::kInteger && value.integer > 0 && value.integer <= kLongestGap)
    return value.integer;
  if (value.kind == JsonValue::Kind::kNotJson) {
    out.fail(Port::kError, record, "bad_json", "the record is no JSON: " + std::string(value.text));
  } else {
    const std::string found(value.is_number() ? value.text : value.what());
    out.fail(Port::kError, record, "bad_gap",
             "the field '" + gap_field_->text() + "' is " + found +
                 "; expected a gap in whole milliseconds, from 1 to " + std::to_string(kLongestGap));
  }
  return std::nullopt;
}

void Session::add(weir_slice key, const Record& record, Context& out) {
  const std::int64_t time = time_.event_time ? record.event_time : now_;
  if (!windowing::usable(time, windowing::kFurthestTime, record, out)) return;
  const auto gap = gap_of(record, out);
  if (!gap) return;
  load(key, out);
  Open joined{{time, time + *gap}, kNever, 1, kNever, 0, 0};
  if (trigger_.every != 0) joined.next = trigger_.next(std::max(time, watermark_), time_.event_time);
  // Those that touch it: none of them touch each other.
  std::size_t first = 0;
  while (first < sessions_.size() && sessions_[first].bounds.end < joined.bounds.start) ++first;
  std::size_t last = first;
  for (; last < sessions_.size() && sessions_[last].bounds.start <= time + *gap; ++last) {
    const Open& s = sessions_[last];
    joined.bounds.start = std::min(joined.bounds.start, s.bounds.start);
    joined.bounds.end = std::max(joined.bounds.end, s.bounds.end);
    joined.timer = std::min(joined.timer, s.timer);
    joined.since += s.since;
    if (last == first || s.next < joined.next) joined.next = s.next;
  }
  if (cleanup(joined) <= watermark_) {
    late_.add();
    return out.fail(kLate, record, "late",
                    "the session [" + std::to_string(joined.bounds.start) + ", " +
                        std::to_string(joined.bounds.end) +
                        ") that it would be is over: event time has come to " + std::to_string(watermark_));
  }
  joined.number = first < last ? sessions_[first].number : free_number();
  joined.held = first < last ? sessions_[first].held : 0;
  if (!contents_.read(record, out) || !has_room(key, joined, first == last, record, out)) return;
  Open& session = join(key, first, last, joined, out);
  put(key, session, record, out);
  const bool is_over = trigger_.at_end && session.bounds.last() <= watermark_;
  if (is_over || (trigger_.count != 0 && session.since >= trigger_.count)) emit(key, session, out);
  if (trigger_.every_by_clock != 0 && session.since == 1)
    out.set_timer(trigger_.next_by_clock(out.now()), key);
  arm(key, session, time_.event_time ? watermark_ : now_ - 1, out);
  store(key, out);
}

bool Session::has_room(weir_slice key, const Open& session, bool is_new, const Record& record, Context& out) {
  const std::int64_t beside = is_new ? session_bytes(key) : 0;
  return beside_ == 0 ? contents_.has_room(key, session.number, record, out, beside)
                      : contents_.has_room_beside(key, session.held != 0, record, out, beside);
}

std::int64_t Session::session_bytes(weir_slice key) const {
  const std::int64_t timers = trigger_.every_by_clock != 0 ? 2 : 1;
  return windowing::memory::entry(key, sizeof(Open)) + timers * windowing::memory::timer(key);
}

void Session::put(weir_slice key, Open& session, const Record& record, Context& out) {
  if (beside_ == 0) {
    contents_.add(out, key, session.number, record);
    return;
  }
  contents_.add_beside(key, session.held == 0, cells(session));
  session.held = 1;
}

Session::Open& Session::join(weir_slice key, std::size_t first, std::size_t last, const Open& joined,
                             Context& out) {
  const auto at = sessions_.begin() + static_cast<std::ptrdiff_t>(first);
  if (first == last) {
    contents_.count(session_bytes(key));
    const std::size_t end = (static_cast<std::size_t>(joined.number) + 1) * beside_;
    if (cells_.size() < end) cells_.resize(end);
    std::fill_n(cells(joined), beside_, '\0');
    return *sessions_.insert(at, joined);
  }
  *at = joined;
  contents_.count(-static_cast<std::int64_t>(last - first - 1) * session_bytes(key));
  for (std::size_t i = first + 1; i < last; ++i) {
    Open& later = sessions_[i];
    if (beside_ == 0) {
      contents_.merge(out, key, later.number, joined.number);
    } else if (later.held != 0) {
      contents_.merge_beside(cells(joined), cells(later));
      if (at->held != 0) contents_.forget_beside(key);
      at->held = 1;
    }
  }
  sessions_.erase(at + 1, sessions_.begin() + static_cast<std::ptrdiff_t>(last));
  return *at;
}

void Session::load(weir_slice key, const Context& out) {
  read(out.host()->state_get(out.handle(), open_, key, 0));
}

void Session::read(weir_slice bytes) {
  sessions_.resize(bytes.data == nullptr ? 0 : bytes.size / stride());
  const char* from = bytes.data;
  for (Open& session : sessions_) {
    std::memcpy(static_cast<void*>(&session), from, sizeof session);
    const std::size_t end = (static_cast<std::size_t>(session.number) + 1) * beside_;
    if (cells_.size() < end) cells_.resize(end);
    std::memcpy(cells(session), from + sizeof session, beside_);
    from += stride();
  }
}

void Session::store(weir_slice key, const Context& out) {
  if (sessions_.empty()) return out.host()->state_erase(out.handle(), open_, key, 0);
  char* to = windowing::room(out, open_, key, 0, sessions_.size() * stride()).at;
  for (const Open& session : sessions_) {
    std::memcpy(to, &session, sizeof session);
    std::memcpy(to + sizeof session, cells(session), beside_);
    to += stride();
  }
}

std::int32_t Session::free_number() {
  used_.assign(sessions_.size() + 1, false);
  for (const Open& session : sessions_) {
    const auto number = static_cast<std::size_t>(session.number);
    if (number < used_.size()) used_[number] = true;
  }
  return static_cast<std::int32_t>(std::find(used_.begin(), used_.end(), false) - used_.begin());
}

/// Sees to it that a timer comes when there is something to do, at the latest.
void Session::arm(weir_slice key, Open& session, std::int64_t after, Context& out) {
  std::int64_t next = cleanup(session);
  if (trigger_.at_end && session.bounds.last() > after) next = std::min(next, session.bounds.last());
  if (trigger_.every != 0) {
    // It may have come where the session did not last so long.
    if (session.next <= after)
      session.next = trigger_.next(time_.event_time ? after : after + 1, time_.event_time);
    if (session.next <= session.bounds.last()) next = std::min(next, session.next);
  }
  if (next >= session.timer) return;
  session.timer = next;
  if (time_.event_time) {
    out.set_event_timer(next, key);
  } else {
    // The clock has come to a millisecond only when that is over.
    out.set_timer(std::chrono::milliseconds(next + 1), key);
  }
}

void Session::on_timer(const weir_timer& timer, Context& out) {
  if (time_.event_time && timer.domain == WEIR_PROCESSING_TIME) return fire_by_clock(timer.key, out);
  const std::int64_t time = time_.event_time ? timer.time : timer.time - 1;
  load(timer.key, out);
  const auto is_over = [&](const Open& s) { return s.timer == time && cleanup(s) == time; };
  bool any = false;
  for (Open& session : sessions_) {
    if (session.timer != time) continue;
    any = true;
    look(timer.key, session, time, out);
  }
  if (!any) return;
  contents_.count(-static_cast<std::int64_t>(std::erase_if(sessions_, is_over)) * session_bytes(timer.key));
  store(timer.key, out);
}

/// With its end a session has left, or is about to.
void Session::fire_by_clock(weir_slice key, Context& out) {
  load(key, out);
  bool any = false;
  for (Open& session : sessions_) {
    if (session.since == 0 || (trigger_.at_end && session.bounds.last() <= out.watermark())) continue;
    emit(key, session, out);
    any = true;
  }
  if (any) store(key, out);
}

void Session::look(weir_slice key, Open& session, std::int64_t time, Context& out) {
  const std::int64_t end = session.bounds.last();
  const bool at_end = trigger_.at_end && time == end;
  if (at_end || (trigger_.every != 0 && time <= end && time == session.next)) emit(key, session, out);
  if (cleanup(session) == time) return close(key, session, out);
  session.timer = kNever;
  arm(key, session, time, out);
}

void Session::close(weir_slice key, Open& session, Context& out) {
  if (!trigger_.at_end && session.since != 0) emit(key, session, out);
  forget(key, session, out);
}

void Session::emit(weir_slice key, Open& session, Context& out) {
  session.since = 0;
  if (beside_ == 0) {
    const std::int64_t number = session.number;
    contents_.emit(out, key, {&number, 1}, session.bounds);
  } else if (session.held != 0) {
    contents_.emit_beside(out, key, cells(session), session.bounds);
  }
  if (trigger_.purging) forget(key, session, out);
}

void Session::forget(weir_slice key, Open& session, Context& out) {
  if (beside_ == 0) return contents_.forget(out, key, session.number);
  if (session.held == 0) return;
  session.held = 0;
  std::fill_n(cells(session), beside_, '\0');
  contents_.forget_beside(key);
}

void Session::finish(Context& out) {
  struct Last {
    std::int64_t end;
    std::string key, bytes;
  };
  std::vector<Last> all;
  windowing::each_key(out, open_, 0, true, [&](weir_slice key, weir_slice bytes) {
    for (std::size_t at = 0; at < bytes.size; at += stride()) {
      const std::string_view one = view(bytes).substr(at, stride());
      Open session;
      std::memcpy(static_cast<void*>(&session), one.data(), sizeof session);
      all.push_back({session.bounds.end, std::string(view(key)), std::string(one)});
    }
  });
  std::sort(all.begin(), all.end(),
            [](const Last& a, const Last& b) { return std::tie(a.end, a.key) < std::tie(b.end, b.key); });
  for (const Last& last : all) {
    read(slice(last.bytes));
    Open& session = sessions_.front();
    // One that has left at its end waits for its cleanup alone.
    if (trigger_.at_end && session.timer <= session.bounds.last()) emit(slice(last.key), session, out);
    close(slice(last.key), session, out);
  }
}

}  // namespace weir::session
