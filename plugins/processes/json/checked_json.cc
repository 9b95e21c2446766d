// SPDX-License-Identifier: Apache-2.0
#include "checked_json.h"

namespace weir::json {

namespace ondemand = simdjson::ondemand;

bool CheckedJson::read(std::string_view bytes) {
  fields_.clear();
  if (document_.open(bytes)) return false;
  switch (text().front()) {
    case '{': {
      ondemand::object object;
      return !document_.root().get_object().get(object) && check_fields(object, 1) && document_.ended();
    }
    case '[': {
      ondemand::array array;
      return !document_.root().get_array().get(array) && check_elements(array, 1) && document_.ended();
    }
    default:
      return document_.ended() && check_scalar(text());
  }
}

JsonValue::Kind CheckedJson::kind() const {
  switch (text().front()) {
    case '{':
      return JsonValue::Kind::kObject;
    case '[':
      return JsonValue::Kind::kArray;
    case '"':
      return JsonValue::Kind::kString;
    case 't':
    case 'f':
      return JsonValue::Kind::kBool;
    case 'n':
      return JsonValue::Kind::kNull;
    default:
      return JsonValue::Kind::kReal;
  }
}

bool CheckedJson::check_fields(ondemand::object& object, int depth) {
  if (depth > kMaxDepth) return false;
  for (auto item : object) {
    if (item.error()) return false;
    auto& field = item.value_unsafe();
    auto& value = field.value();
    const std::string_view name = JsonDocument::name(field);
    const std::string_view first = JsonDocument::scalar(value);
    if (!document_.unescape(name) || !check_value(value, depth)) return false;
    if (depth > 1) continue;
    const bool container = first.front() == '{' || first.front() == '[';
    fields_.push_back({name, container ? document_.walked(first.data()) : first});
    if (fields_.back().value.empty()) return false;
  }
  return true;
}

bool CheckedJson::check_elements(ondemand::array& array, int depth) {
  if (depth > kMaxDepth) return false;
  for (auto item : array) {
    if (item.error() || !check_value(item.value_unsafe(), depth)) return false;
  }
  return true;
}

bool CheckedJson::check_value(ondemand::value& value, int depth) {
  const std::string_view token = JsonDocument::scalar(value);
  if (token.front() == '{') {
    ondemand::object object;
    return !value.get_object().get(object) && check_fields(object, depth + 1);
  }
  if (token.front() == '[') {
    ondemand::array array;
    return !value.get_array().get(array) && check_elements(array, depth + 1);
  }
  return check_scalar(token) && JsonDocument::enter(value);
}

// `token`: from the scalar's first character to its last.
bool CheckedJson::check_scalar(std::string_view token) {
  switch (token.front()) {
    case '"':
      return document_.unescape(token.substr(1, token.size() - 2)).has_value();
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    case 'n':
      return token == "null";
    default:
      return is_json_number(token);
  }
}

}  // namespace weir::json
