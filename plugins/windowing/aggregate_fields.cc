// SPDX-License-Identifier: Apache-2.0
#include "windowing/aggregate_fields.h"

#include <weir/json_string.h>

#include <algorithm>
#include <utility>

namespace weir::windowing {

AggregateFields::AggregateFields(const Options& options) {
  if (!options.has("aggregate")) return;
  for (auto& value : aggregates::read_values(options, "aggregate", {"key", "window_start", "window_end"})) {
    Field field{std::move(value), ",", false, size_};
    append_readable_json_string(field.value.as, field.json_name);
    field.json_name += ':';
    field.grows = aggregates::grows(field.value.function);
    if (field.grows) {
      field.at = grown_.size();
      grown_.push_back(field.value.as);
      grown_fields_.push_back(fields_.size());
    } else {
      size_ += aggregates::size_of(field.value.function);
    }
    fields_.push_back(std::move(field));
  }
  inputs_.resize(fields_.size());
}

bool AggregateFields::refuse(const char* code, std::string problem) {
  code_ = code;
  problem_ = std::move(problem);
  return false;
}

bool AggregateFields::refuse_size(const Field& field) {
  return refuse("overflow", "'" + field.value.as +
                                "' is too large: a sum of integers must fit 64 bits, all else a double");
}

bool AggregateFields::read(const Record& record) {
  reader_.read(record);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!read(fields_[i], inputs_[i])) return false;
  }
  return true;
}

bool AggregateFields::read(const Field& field, Input& input) {
  input.present = true;
  if (!field.value.field) return true;
  const FieldPath& path = *field.value.field;
  const JsonValue& value = reader_.find(path);
  if (value.kind == JsonValue::Kind::kNotJson)
    return refuse("bad_json", "the record is no JSON: " + std::string(value.text));
  if (value.kind == JsonValue::Kind::kMissing || value.kind == JsonValue::Kind::kNull) {
    input.present = false;
  } else if (field.grows && aggregates::takes(field.value.function, value)) {
    input.value.take(field.value.function, value);
  } else if (aggregates::takes(field.value.function, value)) {
    input.value.number = value;
  } else {
    return refuse("not_a_number",
                  "the field '" + path.text() + "' is " + std::string(value.what()) + "; expected a number");
  }
  return true;
}

void AggregateFields::add(char* to) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    if (inputs_[i].present && !field.grows)
      aggregates::add(field.value.function, to + field.at, inputs_[i].value.number);
  }
}

void AggregateFields::combine(char* into, const char* later) const {
  for (const Field& field : fields_) {
    if (!field.grows) aggregates::merge(field.value.function, into + field.at, later + field.at);
  }
}

bool AggregateFields::is_exact(const char* accumulators) const {
  return std::all_of(fields_.begin(), fields_.end(), [&](const Field& field) {
    return field.grows || aggregates::is_exact(field.value.function, accumulators + field.at);
  });
}

void AggregateFields::take_away(char* from, const char* part) const {
  for (const Field& field : fields_) {
    if (!field.grows) aggregates::take_away(field.value.function, from + field.at, part + field.at);
  }
}

void AggregateFields::add(std::size_t grown, aggregates::GrownBytes& to) const {
  const std::size_t i = grown_fields_[grown];
  if (inputs_[i].present) aggregates::add(fields_[i].value.function, to, inputs_[i].value);
}

void AggregateFields::combine(std::size_t grown, aggregates::GrownBytes& into, std::string_view later) const {
  aggregates::merge(fields_[grown_fields_[grown]].value.function, into, later);
}

std::size_t AggregateFields::growth(std::size_t grown, std::string_view held) const {
  const std::size_t i = grown_fields_[grown];
  return inputs_[i].present ? aggregates::growth(fields_[i].value.function, held, inputs_[i].value) : 0;
}

}  // namespace weir::windowing
