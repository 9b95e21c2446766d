// SPDX-License-Identifier: Apache-2.0
#include "join.h"

#include <string>
#include <string_view>

#include "interval_matching.h"
#include "window_matching.h"

namespace weir::join {

namespace {

std::unique_ptr<Matching> matching_of(const Options& options, PairOutput& output, KeptBytes& kept) {
  if (options.has("size")) return std::make_unique<WindowMatching>(options, output, kept);
  for (const char* name : {"slide", "time_zone", "offset", "report_partly_late"}) {
    if (!options.has(name) || (name == std::string_view("offset") && options.duration(name).count() == 0))
      continue;
    throw OptionError("/" + std::string(name), "it belongs to a join by windows; give their `size`");
  }
  return std::make_unique<IntervalMatching>(options, output, kept);
}

}  // namespace

void Join::describe(Descriptor& d) {
  d.name("join")
      .summary("Pairs records of two inputs with the same key that lie near each other, or in one window.")
      .example(
          "paid: {plugin: join, from: {left: orders, right: payments}, key: order, lower: 0s, upper: 1h}")
      .stateful()
      .keyed()
      .input("left", "Records with an event time, whose values are JSON.")
      .input("right", "The records to pair them with, likewise.");
  IntervalMatching::describe(d);
  WindowMatching::describe(d);
  PairOutput::describe(d);
  KeptBytes::describe(d);
}

Join::Join(const Options& options)
    : output_(options), kept_(options), matching_(matching_of(options, output_, kept_)) {}

void Join::process_input(std::uint32_t input, const Record& record, Context& out) {
  check(record);
  matching_->take(static_cast<Side>(input), record, out);
}

void Join::check(const Record& record) {
  if (!record.has_time()) {
    throw Failure("no_time", "the record has no event time; write `event_time:` at its source");
  }
  if (record.event_time > matching_->furthest_time() || record.event_time < -matching_->furthest_time()) {
    throw Failure("no_time", "the record's event time is beyond all years");
  }
  if (!record.has_value()) throw Failure("bad_json", "the record has no value (a tombstone)");
  static const FieldPath whole;
  reader_.read(record);
  const JsonValue& value = reader_.find(whole);
  if (value.kind == JsonValue::Kind::kNotJson) {
    throw Failure("bad_json", "the value is not JSON: " + std::string(reader_.error()));
  }
  if (output_.merges() && value.kind != JsonValue::Kind::kObject) {
    throw Failure("not_an_object", "expected a JSON object to merge, found " + std::string(value.what()) +
                                       "; output: nested takes any value");
  }
}

}  // namespace weir::join
