// SPDX-License-Identifier: Apache-2.0
#include "runtime/key_reader.h"

#include <weir/json_field.h>

#include <nlohmann/json.hpp>

namespace weir {

KeyReader::KeyReader(const std::vector<std::string>& paths) : reader_(std::make_unique<JsonReader>()) {
  for (const auto& path : paths) paths_.push_back(FieldPath::parse(path, "/key"));
}

KeyReader::~KeyReader() = default;

void KeyReader::begin(std::size_t count) {
  text_.clear();
  ends_.clear();
  keyed_.clear();
  keys_.clear();
  keyed_.reserve(count);
}

bool KeyReader::add(const Record& record) {
  reader_->read(record);
  return add(record, *reader_);
}

bool KeyReader::add(const weir_record& record, JsonReader& reader) {
  if (!append_key(reader)) return false;
  keyed_.push_back(record);
  ends_.push_back(text_.size());
  return true;
}

/// Puts the record's key behind text_; false, with what was found in problem_, when it has none.
bool KeyReader::append_key(JsonReader& reader) {
  const std::size_t start = text_.size();
  const bool several = paths_.size() > 1;
  if (several) text_ += '[';
  for (const auto& path : paths_) {
    const JsonValue& value = reader.find(path);
    if (value.kind != JsonValue::Kind::kString && !value.is_number() &&
        value.kind != JsonValue::Kind::kBool) {
      problem_ = "the stage's key '" + path.text() + "' is " + std::string(value.what()) +
                 "; expected a string, a number or a boolean";
      text_.resize(start);
      return false;
    }
    if (several && text_.back() != '[') text_ += ',';
    append_value(value, several);
  }
  if (several) text_ += ']';
  return true;
}

void KeyReader::append_value(const JsonValue& value, bool as_json) {
  if (as_json && value.kind == JsonValue::Kind::kString) {
    text_ += nlohmann::json(value.text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else {
    text_ += value.text;
  }
}

void KeyReader::finish() {
  std::size_t start = 0;
  for (const std::size_t end : ends_) {
    keys_.push_back({text_.data() + start, end - start});
    start = end;
  }
}

}  // namespace weir
