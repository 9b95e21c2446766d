// SPDX-License-Identifier: Apache-2.0
#include "interval_matching.h"

#include <algorithm>
#include <string>

namespace weir::join {

namespace {

constexpr double kHundredYears = 36'525.0 * 86'400'000;

}  // namespace

void IntervalMatching::describe(Descriptor& d) {
  d.option("lower", Type::kDuration,
           "A right record belongs to a left one when its time is at least the left one's plus this: `-5s`.")
      .at_least(-kHundredYears)
      .at_most(kHundredYears);
  d.option("upper", Type::kDuration, "... and at most the left one's plus this: `5s`.")
      .at_least(-kHundredYears)
      .at_most(kHundredYears);
  d.option("exclusive", Type::kStringList,
           "Which of `lower` and `upper` do not belong to the interval themselves.");
}

IntervalMatching::Interval IntervalMatching::read(const Options& options) {
  for (const char* name : {"lower", "upper"}) {
    if (!options.has(name)) {
      throw OptionError(
          "",
          "an interval needs `lower` and `upper`: a right record belongs to a left one when its "
          "time is between the left one's plus `lower` and plus `upper`; for a join by windows "
          "give `size`");
    }
  }
  Interval interval{options.duration("lower").count(), options.duration("upper").count()};
  if (options.has("exclusive")) {
    const auto names = options.strings("exclusive");
    for (const auto& name : names) {
      if (name != "lower" && name != "upper") {
        throw OptionError("/exclusive", "found '" + name + "', expected `lower` or `upper`");
      }
    }
    const auto has = [&](const char* name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (has("lower")) ++interval.lower;
    if (has("upper")) --interval.upper;
  }
  if (interval.lower > interval.upper) {
    throw OptionError("/upper",
                      "no time lies between `lower` and `upper`; expected `upper` to be the later one");
  }
  return interval;
}

IntervalMatching::IntervalMatching(const Options& options, PairOutput& output, KeptBytes& kept)
    : IntervalMatching(read(options), output, kept) {}

IntervalMatching::IntervalMatching(Interval interval, PairOutput& output, KeptBytes& kept)
    : lower_(interval.lower),
      upper_(interval.upper),
      output_(output),
      kept_(kept),
      left_(Side::kLeft, upper_ - lower_ + 1, kept),
      right_(Side::kRight, upper_ - lower_ + 1, kept) {
  kept.check_limit(KeptSide::moment_bytes({"", 0}), 1);
}

void IntervalMatching::start(Context& context) {
  left_.open(context);
  right_.open(context);
}

void IntervalMatching::take(Side side, const Record& record, Context& out) {
  if (record.event_time < out.watermark()) return output_.late(side, record, out);  // Flink's rule
  const std::int64_t until = expiry(side, record.event_time);
  const bool stays = until > out.watermark();
  // One that has no room has had no partner either: it may come again.
  if (stays && !side_of(side).has_room(out, record)) return kept_.refuse(record, out);
  const bool matched = pair_up(side, record, out);
  if (stays) {
    side_of(side).add(out, record, matched);
    out.set_event_timer(until);
  } else if (!matched) {
    output_.alone(side, record, record.event_time, out);
  }
}

bool IntervalMatching::pair_up(Side side, const Record& record, Context& out) {
  const std::int64_t time = record.event_time;
  const bool is_left = side == Side::kLeft;
  KeptSide& others = is_left ? right_ : left_;
  const auto found = is_left ? others.find(out, time + lower_, time + upper_)
                             : others.find(out, time - upper_, time - lower_);
  for (const auto& moment : found) {
    for (const Record& other : others.records(out, moment.time)) {
      output_.pair(is_left ? record : other, is_left ? other : record, std::max(time, moment.time), out);
    }
    if (!moment.matched) others.set_matched(out, moment);
  }
  return !found.empty();
}

void IntervalMatching::on_time(std::int64_t time, Context& out) {
  expire(Side::kLeft, time - 1 - upper_, time, out);
  expire(Side::kRight, time - 1 + lower_, time, out);
}

void IntervalMatching::expire(Side side, std::int64_t time, std::int64_t now, Context& out) {
  KeptSide& of_side = side_of(side);
  for (const auto& moment : of_side.find(out, time, time)) {
    if (!moment.matched) {
      for (const Record& record : of_side.records(out, time)) output_.alone(side, record, now, out);
    }
    of_side.forget(out, moment);
  }
}

}  // namespace weir::join
