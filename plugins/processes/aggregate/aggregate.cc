// SPDX-License-Identifier: Apache-2.0
#include "aggregate.h"

#include <cstddef>
#include <string_view>

#include <weir/json_string.h>

#include "aggregates/accumulator.h"

namespace weir::aggregate {

using aggregates::Value;

void Aggregate::describe(Descriptor& d) {
  d.name("aggregate")
      .summary("Makes one record of each group: counts, sums, extremes, means, quantiles, lists.")
      .example(
          "totals: {plugin: aggregate, from: hour, values: [{function: count}, {function: sum, field: "
          "amount, as: total}]}");
  auto& values =
      d.option("values", Type::kObjectList, "What the result holds besides key and bounds.").shapes_state();
  aggregates::declare_values(
      values, {"count", "sum", "min", "max", "mean", "first", "last", "distinct", "list", "quantile"});
  values.required();
  d.option("missing", Type::kChoice,
           "What a record does whose field is missing, null or no number: it is left out of that value and "
           "counted (`leave_out`), or fails (`fail`) and is left out of all.")
      .choices({"leave_out", "fail"})
      .default_value("leave_out");
  d.port("out", Item::kRecords, "One JSON object for each group.");
}

Aggregate::Aggregate(const Options& options)
    : values_(aggregates::read_values(options, "values", {"key", "start", "end"})),
      fail_missing_(options.string("missing") == "fail"),
      gathered_(values_.begin(), values_.end()),
      found_(values_.size()) {}

void Aggregate::start(Context& context) {
  left_out_ = context.counter("left_out");
}

void Aggregate::process(const Group& group, Context& out) {
  for (auto& value : gathered_) value.clear();
  bool any = false;
  for (const Record& record : group.items()) {
    if (!read(record, out)) continue;
    add_found();
    any = true;
  }
  if (!any) return;
  Record like;
  like.key = group.key;
  like.event_time = group.end == INT64_MIN ? WEIR_NO_TIME : group.end - 1;
  out.emit(kOut, out.with_value(like, result(group)));
}

bool Aggregate::read(const Record& record, Context& out) {
  reader_.read(record);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Value& value = values_[i];
    found_[i].taken = true;
    if (!value.field) continue;
    const JsonValue& found = reader_.find(*value.field);
    if (found.kind == JsonValue::Kind::kNotJson) {
      out.fail(Port::kError, record, "bad_json",
               "the value '" + value.as +
                   "' asks for a field, but the record is not JSON: " + std::string(reader_.error()));
      return false;
    }
    found_[i].taken = aggregates::takes(value.function, found);
    if (found_[i].taken) {
      found_[i].value.take(value.function, found);
    } else if (fail_missing_) {
      const bool there = found.kind != JsonValue::Kind::kMissing;
      out.fail(Port::kError, record, there ? "not_a_number" : "missing_field",
               "the field '" + value.field->text() + "' is " +
                   (there ? std::string(found.what()) : "missing") + ", but '" + value.as + "' needs " +
                   (aggregates::of_numbers(value.function) ? "a number" : "a value"));
      return false;
    }
  }
  return true;
}

void Aggregate::add_found() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (found_[i].taken) {
      gathered_[i].add(found_[i].value);
    } else {
      left_out_.add();
    }
  }
}

std::string Aggregate::result(const Group& group) {
  std::string json = "{";
  if (group.key.data != nullptr) {
    json += "\"key\":";
    append_readable_json_string(view(group.key), json);
    json += ',';
  }
  json += "\"start\":" + std::to_string(group.start) + ",\"end\":" + std::to_string(group.end);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    json += ',';
    append_json_string(values_[i].as, json);
    json += ':';
    if (!gathered_[i].append_result(json)) {
      throw Failure("overflow", "'" + values_[i].as +
                                    "' is too large: a sum of integers must fit 64 bits, all else a double");
    }
  }
  return json + '}';
}

}  // namespace weir::aggregate
