// SPDX-License-Identifier: Apache-2.0
#include "join.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace weir::join {

namespace {

constexpr Port kOut{0}, kLateLeft{1}, kLateRight{2};
// Times up to here have sums with any bound in 64 bits.
constexpr std::int64_t kFurthest = std::int64_t{1} << 62;
constexpr std::int64_t kHundredYears = std::int64_t{36'525} * 86'400'000;

constexpr std::string_view kOutHelp = "The pairs: {\"left\": ..., \"right\": ...}.";
constexpr std::string_view kLateLeftHelp = "Left records behind the watermark, unchanged.";
constexpr std::string_view kLateRightHelp = "Right records behind the watermark, unchanged.";
constexpr std::string_view kUnmatchedLeftHelp =
    "With type inner or right: left records without a partner, unchanged.";
constexpr std::string_view kUnmatchedRightHelp =
    "With type inner or left: right records without a partner, unchanged.";

bool null_for_left(const Options& options) {
  return options.string("type") == "left" || options.string("type") == "outer";
}
bool null_for_right(const Options& options) {
  return options.string("type") == "right" || options.string("type") == "outer";
}

/// "-1m30s" in milliseconds.
std::int64_t read_bound(const Options& options, const std::string& name) {
  const std::string text = options.string(name);
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  std::int64_t sum = 0;
  bool right = !rest.empty();
  while (right && !rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    right = error == std::errc() && rest.front() != '-';
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789"));
    rest.remove_prefix(unit.size());
    const std::int64_t factor = unit == "ms"  ? 1
                                : unit == "s" ? 1000
                                : unit == "m" ? 60'000
                                : unit == "h" ? 3'600'000
                                : unit == "d" ? 86'400'000
                                              : 0;
    right =
        right && factor != 0 && number <= kHundredYears / factor && (sum += number * factor) <= kHundredYears;
  }
  if (!right) {
    throw OptionError("/" + name,
                      "'" + text +
                          "' is no bound; expected a time with its units, such as -5s, 0s or 1m30s, "
                          "of at most 100 years");
  }
  return negative ? -sum : sum;
}

}  // namespace

void Join::describe(Descriptor& d) {
  d.name("join")
      .summary("Pairs records of two inputs with the same key that lie near each other in event time.")
      .example(
          "paid: {plugin: join, from: {left: orders, right: payments}, key: order, lower: 0s, upper: 1h}")
      .stateful()
      .input("left", "Records with an event time, whose values are JSON.")
      .input("right", "The records to pair them with, likewise.");
  d.option("lower", Type::kString,
           "A right record belongs to a left one when its time is at least the left one's plus this: `-5s`.")
      .required();
  d.option("upper", Type::kString, "... and at most the left one's plus this: `5s`.").required();
  d.option("exclusive", Type::kStringList,
           "Which of `lower` and `upper` do not belong to the interval themselves.");
  d.option("type", Type::kChoice,
           "Which records without a partner are joined with null: none (`inner`), those of one side, or all "
           "(`outer`).")
      .choices({"inner", "left", "right", "outer"})
      .default_value("inner");
  d.port("out", Item::kRecords, kOutHelp)
      .port("late_left", Item::kRecords, kLateLeftHelp)
      .port("late_right", Item::kRecords, kLateRightHelp)
      .port("unmatched_left", Item::kRecords, kUnmatchedLeftHelp)
      .port("unmatched_right", Item::kRecords, kUnmatchedRightHelp);
}

PortList Join::ports(const Options& options) {
  PortList ports;
  ports.add("out", Item::kRecords, kOutHelp)
      .add("late_left", Item::kRecords, kLateLeftHelp)
      .add("late_right", Item::kRecords, kLateRightHelp);
  if (!null_for_left(options)) ports.add("unmatched_left", Item::kRecords, kUnmatchedLeftHelp);
  if (!null_for_right(options)) ports.add("unmatched_right", Item::kRecords, kUnmatchedRightHelp);
  return ports;
}

Join::Bounds Join::bounds(const Options& options) {
  Bounds bounds{read_bound(options, "lower"), read_bound(options, "upper")};
  if (options.has("exclusive")) {
    for (const auto& name : options.strings("exclusive")) {
      if (name != "lower" && name != "upper") {
        throw OptionError("/exclusive", "found '" + name + "', expected `lower` or `upper`");
      }
    }
    const auto names = options.strings("exclusive");
    const auto has = [&](const char* name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (has("lower")) ++bounds.lower;
    if (has("upper")) --bounds.upper;
  }
  if (bounds.lower > bounds.upper) {
    throw OptionError("/upper", "no time lies between " + options.string("lower") + " and " +
                                    options.string("upper") + "; expected `upper` to be the later one");
  }
  return bounds;
}

Join::Join(const Options& options) : Join(options, bounds(options)) {}

Join::Join(const Options& options, Bounds bounds)
    : lower_(bounds.lower),
      upper_(bounds.upper),
      null_for_left_(null_for_left(options)),
      null_for_right_(null_for_right(options)),
      unmatched_left_{3},
      unmatched_right_{null_for_left_ ? 3u : 4u},
      left_("left", upper_ - lower_ + 1),
      right_("right", upper_ - lower_ + 1) {}

void Join::start(Context& context) {
  left_.open(context);
  right_.open(context);
}

void Join::process_input(std::uint32_t number, const Record& record, Context& out) {
  const auto input = static_cast<Input>(number);
  check(record, out);
  if (record.event_time <= out.watermark()) return out.emit(input == kLeft ? kLateLeft : kLateRight, record);
  const bool matched = pair_up(input, record, out);
  const std::int64_t until = expiry(input, record.event_time);
  if (until > out.watermark()) {
    (input == kLeft ? left_ : right_).add(out, record, matched);
    out.set_event_timer(until);
  } else if (!matched) {
    emit_unmatched(input, record, out);
  }
}

void Join::check(const Record& record, const Context& out) {
  if (out.key().data == nullptr) {
    throw Stop("no_key",
               "records are joined by a key, but the stage has none: write `key: FIELD` at the stage");
  }
  if (!record.has_time()) {
    throw Failure("no_time", "the record has no event time; write `event_time:` at its source");
  }
  if (record.event_time > kFurthest || record.event_time < -kFurthest) {
    throw Failure("no_time", "the record's event time is beyond all years");
  }
  if (!record.has_value()) throw Failure("bad_json", "the record has no value (a tombstone)");
  static const FieldPath whole;
  reader_.read(record);
  if (reader_.find(whole).kind == JsonValue::Kind::kNotJson) {
    throw Failure("bad_json", "the value is not JSON: " + std::string(reader_.error()));
  }
}

bool Join::pair_up(Input input, const Record& record, Context& out) {
  const std::int64_t time = record.event_time;
  KeptSide& others = input == kLeft ? right_ : left_;
  auto found = input == kLeft ? others.find(out, time + lower_, time + upper_)
                              : others.find(out, time - upper_, time - lower_);
  for (auto& other : found) {
    const std::string_view left = input == kLeft ? record.bytes() : other.value();
    const std::string_view right = input == kLeft ? other.value() : record.bytes();
    emit_pair(left, right, std::max(time, other.time), out);
    others.set_matched(out, other);
  }
  return !found.empty();
}

void Join::on_timer(const weir_timer& timer, Context& out) {
  expire(kLeft, timer.time - upper_, timer.time, out);
  expire(kRight, timer.time + lower_, timer.time, out);
}

void Join::expire(Input input, std::int64_t time, std::int64_t now, Context& out) {
  KeptSide& side = input == kLeft ? left_ : right_;
  for (const auto& entry : side.find(out, time, time)) {
    if (!entry.matched()) emit_unmatched(input, entry.record(out, now), out);
    side.erase(out, entry);
  }
}

void Join::emit_pair(std::string_view left, std::string_view right, std::int64_t time, Context& out) {
  std::string json = "{\"left\":";
  json += left;
  json += ",\"right\":";
  json += right;
  json += '}';
  Record like;
  like.key = out.key();
  like.event_time = time;
  out.emit(kOut, out.with_value(like, json));
}

void Join::emit_unmatched(Input input, const Record& record, Context& out) {
  if (input == kLeft) {
    if (!null_for_left_) return out.emit(unmatched_left_, record);
    emit_pair(record.bytes(), "null", record.event_time, out);
  } else {
    if (!null_for_right_) return out.emit(unmatched_right_, record);
    emit_pair("null", record.bytes(), record.event_time, out);
  }
}

}  // namespace weir::join
