// SPDX-License-Identifier: Apache-2.0
#include "windowing/window_options.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "aggregates/value.h"

namespace weir::windowing {

void declare_time(Descriptor& d) {
  d.option("time", Type::kChoice,
           "By which time records belong to windows: that of the record, or the clock when it comes.")
      .shapes_state()
      .choices({"event", "processing"})
      .default_value("event");
}

void declare_lateness(Descriptor& d) {
  d.option("allowed_lateness", Type::kDuration,
           "How long behind its end, in event time, a window still takes records; each then leaves at once.")
      .default_value("0s")
      .at_least(0);
}

void declare_zone(Descriptor& d) {
  d.option("time_zone", Type::kString,
           "Windows of whole days begin at midnight of this zone: local, or a name such as Asia/Shanghai.")
      .shapes_state();
  constexpr double kYear = 366.0 * 86'400'000;
  d.option("offset", Type::kDuration, "Moves all bounds, for instance by -8h; shorter than a window.")
      .shapes_state()
      .default_value("0s")
      .at_least(-kYear);
}

void declare_trigger(Descriptor& d, bool with_end, bool with_delta) {
  auto& trigger =
      d.option("trigger", Type::kObject, "When results leave before the end of a window; whichever is first.")
          .shapes_state();
  trigger.field("count", Type::kInteger, "After so many records of the key.").at_least(1);
  trigger.field("every", Type::kDuration, "Each time the window's time comes to a multiple of this.")
      .at_least(1);
  if (with_delta) {
    auto& delta = trigger.field("delta", Type::kObject,
                                "When a number has moved from where it was with the last such result.");
    delta.field("field", Type::kString, "The field that holds it.").required();
    delta.field("over", Type::kNumber, "Further than this.").required().at_least(0);
  }
  if (with_end) {
    auto& by = trigger.field("by", Type::kChoice,
                             "By which time `every` goes: that of the window, as without this, or the clock, "
                             "for keys that have records since their last result.");
    by.choices({"window", "clock"});
    trigger
        .field("time", Type::kBool,
               "At the end of the window. Without, what has not left before leaves when the window is "
               "forgotten.")
        .default_value("true");
  }
  trigger
      .field("mode", Type::kChoice,
             "accumulating: each result is of all records so far. purging: of those since the last one.")
      .choices({"accumulating", "purging"})
      .default_value("accumulating");
}

void declare_evict(Descriptor& d, bool overlapping) {
  auto& evict = d.option("evict", Type::kObject, "Which records stay in a group when it leaves.");
  if (overlapping) evict.shapes_state();
  evict.field("keep_last", Type::kInteger, "The last so many.").at_least(1);
  evict.field("keep_newest", Type::kDuration, "Those that are less than this older than the newest.")
      .at_least(1);
  auto& delta = evict.field("delta", Type::kObject, "Those whose number is near that of the last record.");
  delta.field("field", Type::kString, "The field that holds it.").required();
  delta.field("under", Type::kNumber, "Nearer than this.").required().at_least(0);
  evict
      .field("when", Type::kChoice,
             "before: a result has what stays. after: it has all, and what stays is there for the next one.")
      .choices({"before", "after"})
      .default_value("before");
}

void declare_aggregate(Descriptor& d) {
  auto& aggregate = d.option("aggregate", Type::kObjectList,
                             "Emits one JSON object for each key and window instead of a group, and keeps "
                             "only what that needs.")
                        .shapes_state();
  aggregates::declare_values(
      aggregate, {"count", "sum", "min", "max", "mean", "first", "last", "distinct", "list", "quantile"});
}

void declare_limit(Descriptor& d, std::string_view what) {
  d.option("max_bytes", Type::kSize,
           std::string(what) + ", timers included. What would go beyond it leaves by `error`.")
      .default_value("1GiB")
      .at_least(1);
}

TimeOptions read_time(const Options& options) {
  TimeOptions time;
  time.event_time = options.string("time") == "event";
  if (options.has("allowed_lateness")) time.lateness = options.duration("allowed_lateness").count();
  if (options.has("report_partly_late")) time.report_partly_late = options.boolean("report_partly_late");
  if (!time.event_time && time.lateness != 0) {
    throw OptionError("/allowed_lateness",
                      "nothing is late in processing time: leave it out, or write `time: event`");
  }
  return time;
}

std::string misfits_in_time(const Options& options, Surroundings around) {
  if (around.event_time || options.string("time") != "event") return {};
  return "works in event time; `time: processing` goes by the clock";
}

std::optional<TimeZone> read_zone(const Options& options) {
  if (!options.has("time_zone")) return std::nullopt;
  try {
    return TimeZone::load(options.string("time_zone"));
  } catch (const std::invalid_argument& e) {
    throw OptionError("/time_zone", e.what());
  }
}

Calendar read_calendar(const Options& options, std::int64_t size, std::int64_t slide) {
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t offset = options.duration("offset").count();
  if (std::abs(offset) >= slide) {
    throw OptionError("/offset", "it must be shorter, forwards or backwards, than the " +
                                     std::to_string(slide) + " ms from one window to the next");
  }
  auto zone = read_zone(options);
  if (zone && (size % kDay != 0 || slide % kDay != 0)) {
    throw OptionError("/time_zone",
                      "by the clocks of a zone windows are of whole days (1d, 7d); for others use `offset`");
  }
  return {size, slide, offset, std::move(zone)};
}

namespace {

DeltaOptions read_delta(const Options& given, std::string_view bound, const std::string& pointer) {
  return {FieldPath::parse(given.string("field"), pointer), given.number(bound)};
}

void check_by(const Options& options, const Options& trigger) {
  if (!trigger.has("every")) {
    throw OptionError("/trigger/by",
                      "it says by which time `every` goes, and there is none: give `every: 10s` as well, or "
                      "leave it out");
  }
  if (trigger.string("by") == "clock" && options.string("time") != "event") {
    throw OptionError("/trigger/by", "with `time: processing` all goes by the clock: leave it out");
  }
}

}  // namespace

TriggerOptions read_trigger(const Options& options) {
  TriggerOptions trigger;
  if (!options.has("trigger")) return trigger;
  const Options given = options.object("trigger");
  if (given.has("count")) trigger.count = given.integer("count");
  if (given.has("by")) check_by(options, given);
  const bool by_clock = given.has("by") && given.string("by") == "clock";
  if (given.has("every"))
    (by_clock ? trigger.every_by_clock : trigger.every) = given.duration("every").count();
  if (given.has("delta")) trigger.delta = read_delta(given.object("delta"), "over", "/trigger/delta/field");
  if (given.has("time")) trigger.at_end = given.boolean("time");
  trigger.purging = given.string("mode") == "purging";
  if (trigger.at_end && !trigger.early() && !trigger.purging) {
    throw OptionError("/trigger", given.has("time") ? "it changes nothing: give `count`, `every` or `mode: "
                                                      "purging`, or leave it out"
                                                    : "it changes nothing: give `count` or `every`, or leave "
                                                      "it out");
  }
  if (!trigger.at_end && !trigger.early()) {
    throw OptionError("/trigger/time",
                      "without the end of the window nothing is left that makes results "
                      "leave: give `count` or `every` as well");
  }
  return trigger;
}

EvictOptions read_evict(const Options& options) {
  EvictOptions evict;
  if (!options.has("evict")) return evict;
  if (options.has("aggregate")) {
    throw OptionError("/evict", "with `aggregate` no records are kept that could be left out: leave out one");
  }
  const Options given = options.object("evict");
  if (given.has("keep_last")) evict.keep_last = given.integer("keep_last");
  if (given.has("keep_newest")) evict.keep_newest = given.duration("keep_newest").count();
  if (given.has("delta")) evict.delta = read_delta(given.object("delta"), "under", "/evict/delta/field");
  if (evict.delta && evict.delta->bound == 0)
    throw OptionError("/evict/delta/under", "no number is nearer than 0 to another: give more");
  evict.behind = given.string("when") == "after";
  if (!evict.any()) {
    throw OptionError(
        "/evict", "it does not say what stays: give `keep_last: 20` or `keep_newest: 5s`, or leave it out");
  }
  return evict;
}

std::int64_t read_limit(const Options& options) {
  return static_cast<std::int64_t>(std::min(options.size("max_bytes"), static_cast<std::size_t>(kMostLimit)));
}

bool usable(std::int64_t time, std::int64_t furthest, const Record& record, Context& out) {
  if (time == WEIR_NO_TIME) {
    out.fail(Port::kError, record, "no_time",
             "the record has no event time: give its source or a stage before `event_time:`");
    return false;
  }
  if (time < -furthest || time > furthest) {
    out.fail(Port::kError, record, "time_range",
             "the time " + std::to_string(time) + " ms is too far from 1970 for a window");
    return false;
  }
  return true;
}

PortList window_ports(const Options& options, bool late) {
  PortList ports;
  if (options.has("aggregate")) {
    ports.add("out", Item::kRecords, "One JSON object for each key and window.");
  } else {
    ports.add("out", Item::kGroups, "The records of each key and window.");
  }
  if (late) ports.add("late", Item::kRecords, "Records whose windows are all over (`late`).");
  return ports;
}

}  // namespace weir::windowing
