// SPDX-License-Identifier: Apache-2.0
#include "runtime/event_times.h"

#include <weir/json_field.h>

#include <algorithm>
#include <utility>

namespace weir {

EventTimes::EventTimes(const EventTimeSpec& spec, bool shared)
    : bound_(std::min(spec.max_out_of_orderness.count(), std::int64_t{1} << 53)),
      idle_after_(spec.idle_after.count()),
      shared_(shared),
      format_(TimeFormat::parse(spec.format).value()),
      reader_(std::make_unique<JsonReader>()) {
  if (spec.field) field_ = FieldPath::parse(*spec.field, "/event_time/field");
}

EventTimes::~EventTimes() = default;

EventTimes::Of& EventTimes::of(const weir_origin* origin) {
  if (last_ == nullptr || last_origin_ != origin) {
    last_origin_ = origin;
    if (auto moved = elsewhere_.extract(origin)) origins_.insert(std::move(moved));
    last_ = &origins_[origin];
    last_->awaited = false;
    none_ = false;
  }
  return *last_;
}

std::optional<std::int64_t> EventTimes::take(const Record& record, std::int64_t now) {
  const auto time = read(record);
  if (!time) return time;
  Of& of_origin = of(record.origin);
  of_origin.latest = std::max(of_origin.latest, *time);
  of_origin.seen = now;
  of_origin.idle = false;
  return time;
}

std::optional<std::int64_t> EventTimes::read(const Record& record) {
  const auto problem = [&](const std::string& what) {
    problem_ = what;
    return std::nullopt;
  };
  reader_->read(record);
  if (!field_) {
    if (record.event_time == WEIR_NO_TIME) return problem("the record has no time");
    const auto time = plausible_time(record.event_time);
    if (!time.ok())
      return problem("the record's time is " + std::to_string(record.event_time) + " ms, " + time.message());
    return time.value();
  }
  const JsonValue& value = reader_->find(*field_);
  // Nothing is written down before there is a problem.
  const auto where = [&] { return "the event time '" + field_->text() + "' is "; };
  const auto checked = [&](const Result<std::int64_t>& time) -> std::optional<std::int64_t> {
    if (time.ok()) return time.value();
    return problem(where() + std::string(value.text.substr(0, 60)) + ", " + time.message());
  };
  switch (value.kind) {
    case JsonValue::Kind::kString:
      return checked(format_.read_text(value.text));
    case JsonValue::Kind::kInteger:
      return checked(format_.read_integer(value.integer));
    case JsonValue::Kind::kNatural:
      return checked(format_.read_number(static_cast<double>(value.natural)));
    case JsonValue::Kind::kReal:
      return checked(format_.read_number(value.real));
    default:
      return problem(where() + std::string(value.what()));
  }
}

void EventTimes::expect(const weir_origin* origin, std::int64_t now) {
  Of& of_origin = of(origin);
  if (of_origin.latest == Watermarks::kStart) of_origin.seen = now;
}

void EventTimes::take_up(const weir_origin* origin, std::int64_t now) {
  auto moved = elsewhere_.extract(origin);
  if (!moved) return;
  moved.mapped().seen = now;
  moved.mapped().awaited = true;
  origins_.insert(std::move(moved));
  none_ = false;
}

void EventTimes::tell(const weir_origin* origin, std::optional<std::int64_t> watermark, std::int64_t now) {
  Of& of_origin = of(origin);
  of_origin.idle = !watermark;
  if (!watermark) return;
  of_origin.latest = std::max(of_origin.latest, *watermark + bound_ + 1);
  of_origin.seen = now;
}

void EventTimes::forget(const weir_origin* origin) {
  forgotten_ = origins_.erase(origin) != 0 || forgotten_;
  last_ = nullptr;
}

void EventTimes::set_asked(bool asked, std::int64_t now) {
  if (!asked) {
    if (!not_asked_since_) not_asked_since_ = now;
    return;
  }
  if (!not_asked_since_) return;
  const std::int64_t passed = now - *std::exchange(not_asked_since_, std::nullopt);
  const auto later = [&](std::int64_t seen) { return std::min(now, seen + passed); };
  for (auto& [origin, o] : origins_) o.seen = later(o.seen);
  if (alone_since_) alone_since_ = later(*alone_since_);
}

bool EventTimes::find_idle(std::int64_t now) {
  if (not_asked_since_) return false;
  bool changed = std::exchange(forgotten_, false);
  if (shared_ && origins_.empty()) {
    if (!alone_since_) alone_since_ = now;
    if (!none_ && now - *alone_since_ >= patience()) none_ = changed = true;
  } else {
    alone_since_.reset();
  }
  for (auto& [origin, o] : origins_) {
    if (!may_be_idle(o) || now - o.seen < patience()) continue;
    o.idle = changed = true;
  }
  return changed;
}

std::int64_t EventTimes::next_idle() const {
  if (not_asked_since_) return Watermarks::kEnd;
  if (forgotten_) return 0;
  std::int64_t next = Watermarks::kEnd;
  if (shared_ && origins_.empty() && !none_) next = alone_since_ ? *alone_since_ + patience() : 0;
  for (const auto& [origin, o] : origins_) {
    if (may_be_idle(o)) next = std::min(next, o.seen + patience());
  }
  return next;
}

std::int64_t EventTimes::watermark_of(const Of& o) const {
  // The bound is no reason to wrap around; times are far from the ends of 64 bits.
  return o.latest == Watermarks::kStart ? o.latest : o.latest - bound_ - 1;
}

std::int64_t EventTimes::watermark_of(const weir_origin* origin) const {
  const auto found = origins_.find(origin);
  return found == origins_.end() ? Watermarks::kStart : watermark_of(found->second);
}

bool EventTimes::is_idle(const weir_origin* origin) const {
  const auto found = origins_.find(origin);
  return found != origins_.end() && found->second.idle;
}

std::int64_t EventTimes::watermark() {
  std::int64_t smallest = Watermarks::kEnd;
  std::int64_t largest = Watermarks::kStart;
  for (const auto& [origin, o] : origins_) {
    const std::int64_t at = watermark_of(o);
    largest = std::max(largest, at);
    if (!o.idle) smallest = std::min(smallest, at);
  }
  const std::int64_t now = smallest == Watermarks::kEnd ? largest : smallest;
  watermark_ = std::max(watermark_, now);
  return watermark_;
}

void EventTimes::save(SnapshotWriter& to) const {
  to.time(watermark_);
  to.number(origins_.size());
  for (const auto& [origin, o] : origins_) {
    save_origin(to, origin);
    to.time(o.latest);
    to.number(o.idle ? 1 : 0);
  }
}

void EventTimes::save(SnapshotWriter& to, const weir_origin* origin, std::int64_t time) const {
  to.time(time);
  const auto found = origins_.find(origin);
  to.number(found == origins_.end() ? 0 : 1);
  if (found == origins_.end()) return;
  save_origin(to, origin);
  to.time(found->second.latest);
  to.number(found->second.idle ? 1 : 0);
}

/// As the stages behind have combined it (Watermarks): the least of the tasks that were not idle, or where
/// all were the furthest.
void EventTimes::load(SnapshotReader& from, const FindOrigin& origins, std::int64_t now, bool own) {
  const std::int64_t time = from.time();
  bool active = false;
  for (std::uint64_t left = from.number(); left > 0; --left) {
    Of& o = (own ? origins_ : elsewhere_)[load_origin(from, origins)];
    o.latest = from.time();
    o.seen = now;
    o.idle = from.number() != 0;
    o.awaited = own;
    active = active || !o.idle;
  }
  if (active) active_floor_ = std::min(active_floor_.value_or(time), time);
  watermark_ = active_floor_ ? *active_floor_ : std::max(watermark_, time);
}

bool EventTimes::idle() const {
  if (origins_.empty()) return none_;
  return std::all_of(origins_.begin(), origins_.end(), [](const auto& o) { return o.second.idle; });
}

}  // namespace weir
