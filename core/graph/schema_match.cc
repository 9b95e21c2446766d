// SPDX-License-Identifier: Apache-2.0
#include "graph/schema_match.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace weir {
namespace {

using nlohmann::json;
using Reason = std::optional<std::string>;

constexpr std::array kTypes = {"null", "boolean", "integer", "number", "string", "array", "object"};
/// Bits of kTypes; `number` without the integers.
using Types = unsigned;
constexpr Types kAll = (1u << kTypes.size()) - 1;
constexpr Types kObject = 1u << 6;
constexpr Types kNumbers = 1u << 2 | 1u << 3;

Types types_of_name(std::string_view name) {
  if (name == "number") return kNumbers;
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (name == kTypes[i]) return 1u << i;
  }
  return kAll;
}

Types type_of_value(const json& value) {
  if (value.is_number_float()) return kNumbers;  // 1.0 is an integer
  return types_of_name(value.is_number() ? "integer" : value.type_name());
}

/// The values that `enum` and `const` list; null where all are allowed.
const json* listed(const json& schema, json& room) {
  if (const auto one = schema.find("const"); one != schema.end()) return &(room = json::array({*one}));
  const auto many = schema.find("enum");
  return many == schema.end() ? nullptr : &*many;
}

Types types_of(const json& schema) {
  Types types = kAll;
  if (const auto type = schema.find("type"); type != schema.end()) {
    types = type->is_string() ? types_of_name(type->get<std::string>()) : 0;
    if (type->is_array()) {
      for (const auto& one : *type) types |= types_of_name(one.get<std::string>());
    }
  }
  json room;
  if (const json* values = listed(schema, room)) {
    Types of_values = 0;
    for (const auto& value : *values) of_values |= type_of_value(value);
    types &= of_values;
  }
  return types;
}

std::string in_words(Types types) {
  std::string text;
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    const std::string_view name = kTypes[i];
    if ((types & 1u << i) == 0 || (name == "integer" && (types & kNumbers) == kNumbers)) continue;
    const bool vowel = name == "integer" || name == "array" || name == "object";
    text += text.empty() ? "" : " or ";
    text += name == "null" ? "null" : (vowel ? "an " : "a ") + std::string(name);
  }
  return text;
}

std::string here(const std::string& path) {
  return path.empty() ? "the value" : "'" + path + "'";
}

Reason conflict(const json& given, const json& taken, const std::string& path);

/// The schema of a field of an object; an empty one where nothing is said of it.
json schema_of(const json& object, const std::string& name) {
  if (const auto properties = object.find("properties"); properties != object.end()) {
    if (const auto found = properties->find(name); found != properties->end()) return *found;
  }
  // Which fields a pattern means is left open.
  if (object.contains("patternProperties")) return json::object();
  return object.value("additionalProperties", json::object());
}

Reason fields_conflict(const json& given, const json& taken, const std::string& path) {
  std::vector<std::string> names;
  for (const auto* schema : {&taken, &given}) {
    const auto required = schema->find("required");
    if (required == schema->end()) continue;
    for (const auto& name : *required) names.push_back(name.get<std::string>());
  }
  for (const auto& name : names) {
    const std::string at = path.empty() ? name : path + "." + name;
    const json in_given = schema_of(given, name), in_taken = schema_of(taken, name);
    if (in_given == false) return here(at) + " is never there, but required";
    if (in_taken == false) return here(at) + " is always there, but not taken";
    if (auto why = conflict(in_given, in_taken, at)) return why;
  }
  return std::nullopt;
}

Reason values_conflict(const json& given, const json& taken, const std::string& path) {
  json room_given, room_taken;
  const json* const values = listed(given, room_given);
  const json* const wanted = listed(taken, room_taken);
  if (values == nullptr || wanted == nullptr) return std::nullopt;
  for (const auto& value : *values) {
    if (std::find(wanted->begin(), wanted->end(), value) != wanted->end()) return std::nullopt;
  }
  return here(path) + " is one of " + values->dump() + ", but one of " + wanted->dump() + " is taken";
}

Reason ranges_conflict(const json& given, const json& taken, const std::string& path) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double least = std::max(given.value("minimum", -kInfinity), taken.value("minimum", -kInfinity));
  const double most = std::min(given.value("maximum", kInfinity), taken.value("maximum", kInfinity));
  if (least <= most) return std::nullopt;
  return here(path) + " is outside of the range that is taken";
}

/// Of the schemas that a keyword lists: `allOf` conflicts where one does, the others where all do.
Reason parts_conflict(const json& schema, const json& other, bool is_given, const std::string& path) {
  const auto with = [&](const json& part) {
    return is_given ? conflict(part, other, path) : conflict(other, part, path);
  };
  if (const auto all = schema.find("allOf"); all != schema.end()) {
    for (const auto& part : *all) {
      if (auto why = with(part)) return why;
    }
  }
  for (const char* keyword : {"anyOf", "oneOf"}) {
    const auto some = schema.find(keyword);
    if (some == schema.end()) continue;
    Reason first;
    for (const auto& part : *some) {
      auto why = with(part);
      if (!why) {
        first.reset();
        break;
      }
      if (!first) first = std::move(why);
    }
    if (first) return first;
  }
  return std::nullopt;
}

/// A schema elsewhere is not looked up, and what stands beside a reference does not count (draft 7).
bool is_open(const json& schema) {
  return !schema.is_object() || schema.contains("$ref");
}

Reason conflict(const json& given, const json& taken, const std::string& path) {
  if (taken == false && given != false) return here(path) + " is there, but nothing is taken";
  if (is_open(given) || is_open(taken)) return std::nullopt;
  const Types types = types_of(given), wanted = types_of(taken);
  if ((types & wanted) == 0) {
    return here(path) + " is " + in_words(types) + ", but " + in_words(wanted) + " is taken";
  }
  if (auto why = values_conflict(given, taken, path)) return why;
  if ((types & wanted & ~kNumbers) == 0) {
    if (auto why = ranges_conflict(given, taken, path)) return why;
  }
  if ((types & wanted) == kObject) {
    if (auto why = fields_conflict(given, taken, path)) return why;
  }
  if (auto why = parts_conflict(given, taken, true, path)) return why;
  return parts_conflict(taken, given, false, path);
}

}  // namespace

std::optional<std::string> schema_conflict(const std::string& given, const std::string& taken) {
  const json one = json::parse(given, nullptr, false), other = json::parse(taken, nullptr, false);
  if (one.is_discarded() || other.is_discarded()) return std::nullopt;
  return conflict(one, other, "");
}

}  // namespace weir
