// SPDX-License-Identifier: Apache-2.0
#include "windowing/aggregate_fields.h"

#include <weir/json_string.h>

#include <cstring>
#include <utility>

namespace weir::windowing {
namespace {

/// The parts of a text: a size, 0 for nothing, then the bytes.
std::string_view take_part(std::string_view& text) {
  if (text.empty()) return {};
  std::uint32_t size = 0;
  std::memcpy(&size, text.data(), sizeof size);
  const std::string_view part = text.substr(sizeof size, size);
  text.remove_prefix(sizeof size + size);
  return part;
}
void append_part(std::string_view part, std::string& to) {
  const auto size = static_cast<std::uint32_t>(part.size());
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.append(part);
}

}  // namespace

AggregateFields::AggregateFields(const Options& options) {
  if (!options.has("aggregate")) return;
  for (auto& value : aggregates::read_values(options, "aggregate", {"key", "window_start", "window_end"})) {
    Field field{std::move(value), ",", size_};
    append_readable_json_string(field.value.as, field.json_name);
    field.json_name += ':';
    size_ += aggregates::size_of(field.value.function);
    has_texts_ = has_texts_ || is_text(field);
    fields_.push_back(std::move(field));
  }
  inputs_.resize(fields_.size());
}

bool AggregateFields::refuse(const char* code, std::string problem) {
  code_ = code;
  problem_ = std::move(problem);
  return false;
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
  } else if (is_text(field)) {
    input.text.clear();
    if (value.kind == JsonValue::Kind::kString) {
      append_readable_json_string(value.text, input.text);
    } else {
      input.text = value.text;
    }
  } else if (aggregates::takes(field.value.function, value)) {
    input.number = value;
  } else {
    return refuse("not_a_number",
                  "the field '" + path.text() + "' is " + std::string(value.what()) + "; expected a number");
  }
  return true;
}

void AggregateFields::add(char* to) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    if (inputs_[i].present && !is_text(field))
      aggregates::add(field.value.function, to + field.at, inputs_[i].number);
  }
}

void AggregateFields::combine(char* into, const char* later) const {
  for (const Field& field : fields_) {
    if (!is_text(field)) aggregates::merge(field.value.function, into + field.at, later + field.at);
  }
}

std::string AggregateFields::add_text(std::string_view to) const {
  std::string text;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!is_text(fields_[i])) continue;
    const std::string_view held = take_part(to);
    const bool keep = !inputs_[i].present || (is_first(fields_[i]) && !held.empty());
    append_part(keep ? held : std::string_view(inputs_[i].text), text);
  }
  return text;
}

std::string AggregateFields::combine_text(std::string_view earlier, std::string_view later) const {
  std::string text;
  for (const Field& field : fields_) {
    if (!is_text(field)) continue;
    const std::string_view a = take_part(earlier);
    const std::string_view b = take_part(later);
    const bool keep = b.empty() || (is_first(field) && !a.empty());
    append_part(keep ? a : b, text);
  }
  return text;
}

bool AggregateFields::append_json(const char* from, std::string_view text, std::string& json) {
  bool fits = true;
  for (const Field& field : fields_) {
    json += field.json_name;
    if (is_text(field)) {
      const std::string_view part = take_part(text);
      json += part.empty() ? "null" : part;
    } else if (!aggregates::append_result(field.value.function, from + field.at, json)) {
      json += "null";
      fits = refuse("overflow", "'" + field.value.as +
                                    "' is too large: a sum of integers must fit 64 bits, all else a double");
    }
  }
  return fits;
}

}  // namespace weir::windowing
