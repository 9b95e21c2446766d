// SPDX-License-Identifier: Apache-2.0
#include "dedupe.h"

#include <chrono>
#include <limits>
#include <string>
#include <string_view>

namespace weir::dedupe {

namespace {

constexpr std::string_view kOutHelp = "The first record of each key, unchanged.";
constexpr std::string_view kDuplicateHelp = "Those that followed within the time, unchanged.";
constexpr std::string_view kLateHelp =
    "With `time: event` only: records so far behind the watermark that nobody remembers whether they are "
    "duplicates, unchanged.";

std::int64_t later(std::int64_t time, std::int64_t by) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(time, by, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

std::int64_t earlier(std::int64_t time, std::int64_t by) {
  std::int64_t difference = 0;
  return __builtin_sub_overflow(time, by, &difference) ? std::numeric_limits<std::int64_t>::min()
                                                       : difference;
}

}  // namespace

void Dedupe::describe(Descriptor& d) {
  d.name("dedupe")
      .summary(
          "Lets the first record of each key pass; those that follow within a time leave by `duplicate`.")
      .example("once: {plugin: dedupe, from: events, key: id, within: 1h}")
      .stateful()
      .keyed();
  d.option("within", Type::kDuration, "How long after the first record others of its key are duplicates.")
      .required()
      .at_least(1)
      .at_most(365.0 * 100 * 86'400'000);
  d.option("time", Type::kChoice, "Whose time: the clock's (`processing`) or that of the records (`event`).")
      .shapes_state()
      .choices({"processing", "event"})
      .default_value("processing");
  d.option(
       "renew", Type::kBool,
       "Processing time: whether a duplicate counts anew, so that a key passes again only after it has been "
       "silent for `within`.")
      .default_value("false");
  d.port("out", Item::kRecords, kOutHelp);
  d.port("duplicate", Item::kRecords, kDuplicateHelp);
  d.port("late", Item::kRecords, kLateHelp);
}

PortList Dedupe::ports(const Options& options) {
  PortList ports;
  ports.add("out", Item::kRecords, kOutHelp).add("duplicate", Item::kRecords, kDuplicateHelp);
  if (options.string("time") == "event") ports.add("late", Item::kRecords, kLateHelp);
  return ports;
}

std::string Dedupe::misfits(const Options& options, Surroundings around) {
  if (around.event_time || options.string("time") != "event") return {};
  return "works in event time; `time: processing` goes by the clock";
}

Dedupe::Dedupe(const Options& options)
    : within_(options.duration("within").count()),
      event_time_(options.string("time") == "event"),
      renew_(options.boolean("renew")),
      seen_("seen", {std::chrono::milliseconds(within_), false}) {
  if (event_time_ && renew_) {
    throw OptionError("/renew",
                      "`renew` is for `time: processing`; in event time a duplicate counts nothing");
  }
}

void Dedupe::start(Context& context) {
  if (event_time_) {
    passed_.open(context);
  } else {
    seen_.open(context);
  }
}

void Dedupe::process(const Record& record, Context& out) {
  if (event_time_) {
    process_by_event(record, out);
  } else {
    process_by_clock(record, out);
  }
}

void Dedupe::process_by_clock(const Record& record, Context& out) {
  const bool seen = seen_.get(out).has_value();
  if (!seen || renew_) seen_.put(out, 1);
  out.emit(seen ? kDuplicate : kOut, record);
}

void Dedupe::process_by_event(const Record& record, Context& out) {
  if (!record.has_time()) {
    throw Failure("no_time",
                  "the record has no event time; write `event_time:` at its source, or `time: processing`");
  }
  const std::int64_t time = record.event_time;
  const std::int64_t slot = slot_of(time);
  for (const std::int64_t near : {earlier(slot, 1), slot, later(slot, 1)}) {
    const auto passed = passed_.get(out, std::to_string(near));
    if (passed && earlier(*passed, within_) < time && time < later(*passed, within_)) {
      return out.emit(kDuplicate, record);
    }
  }
  if (later(time, within_) <= out.watermark()) return out.emit(kLate, record);
  // A record that is not late may be as far behind the watermark as `within`, and be a duplicate of one that
  // is as far behind again.
  const std::int64_t until = later(later(time, within_), within_);
  passed_.put(out, std::to_string(slot), time);
  out.set_event_timer(until);
  out.emit(kOut, record);
}

std::int64_t Dedupe::slot_of(std::int64_t time) const {
  return time / within_ - (time % within_ < 0 ? 1 : 0);
}

void Dedupe::on_timer(const weir_timer& timer, Context& out) {
  passed_.erase(out, std::to_string(slot_of(earlier(earlier(timer.time, within_), within_))));
}

}  // namespace weir::dedupe
