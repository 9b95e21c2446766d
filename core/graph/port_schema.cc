// SPDX-License-Identifier: Apache-2.0
#include "graph/port_schema.h"

#include <cctype>
#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#include <vector>

namespace weir {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::string with_article(const std::string& type) {
  if (type == "null") return type;
  const bool vowel = type == "integer" || type == "object" || type == "array";
  return (vowel ? "an " : "a ") + type;
}

/// "an integer or null", from a schema's `type`; empty when it has none.
std::string expected_types(const json& schema) {
  if (!schema.is_object() || !schema.contains("type")) return {};
  const json& type = schema["type"];
  if (type.is_string()) return with_article(type.get<std::string>());
  std::string text;
  for (const auto& one : type) text += (text.empty() ? "" : " or ") + with_article(one.get<std::string>());
  return text;
}

/// The part of a schema that is for a member of what `schema` is for, where that is plain to see; else null.
const json* part_for(const json* schema, const std::string& name, bool by_index) {
  if (schema == nullptr || !schema->is_object()) return nullptr;
  const auto within = schema->find(by_index ? "items" : "properties");
  if (within == schema->end()) return nullptr;
  if (by_index) return within->is_object() ? &*within : nullptr;
  const auto property = within->find(name);
  return property == within->end() ? nullptr : &*property;
}

/// Regular expressions are compiled with the first value that meets them; a wrong one is to be found before.
void check_patterns(const json& schema) {
  const auto check = [](const std::string& pattern) {
    try {
      const std::regex compiled(pattern);
    } catch (const std::regex_error&) {
      throw std::invalid_argument("the pattern '" + pattern + "' is no regular expression");
    }
  };
  if (schema.is_array()) {
    for (const auto& part : schema) check_patterns(part);
  }
  if (!schema.is_object()) return;
  for (const auto& [keyword, part] : schema.items()) {
    if (keyword == "enum" || keyword == "const" || keyword == "default" || keyword == "examples") continue;
    if (keyword == "pattern" && part.is_string()) check(part.get<std::string>());
    if (keyword == "patternProperties" && part.is_object()) {
      for (const auto& [pattern, of_pattern] : part.items()) check(pattern);
    }
    check_patterns(part);
  }
}

/// "Missing required property 'id'." as the end of a sentence.
std::string as_reason(std::string description) {
  if (!description.empty()) {
    description[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(description[0])));
  }
  if (description.ends_with('.')) description.pop_back();
  return description;
}

}  // namespace

struct PortSchema::Parts {
  json text;
  valijson::Schema schema;
  valijson::Validator validator;  // keeps compiled regular expressions
};

PortSchema::PortSchema(std::string_view schema) : parts_(std::make_unique<Parts>()) {
  try {
    parts_->text = json::parse(schema);
  } catch (const json::parse_error& e) {
    throw std::invalid_argument(std::string("it is not JSON: ") + e.what());
  }
  if (!parts_->text.is_object() && !parts_->text.is_boolean()) {
    throw std::invalid_argument("it is " + with_article(parts_->text.type_name()) +
                                "; expected an object or a boolean");
  }
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(Adapter(parts_->text), parts_->schema);
  } catch (const std::exception& e) {
    throw std::invalid_argument(e.what());
  }
  check_patterns(parts_->text);
}

PortSchema::~PortSchema() = default;

std::optional<std::string> PortSchema::mismatch(std::string_view value) {
  const json document = json::parse(value, nullptr, false);
  if (document.is_discarded()) return "it is not JSON";
  valijson::ValidationResults results;
  if (parts_->validator.validate(parts_->schema, Adapter(document), &results)) return std::nullopt;
  valijson::ValidationResults::Error
      error;  // the first is the innermost: what holds the wrong part comes later
  if (!results.popError(error)) return "the schema allows no value here";

  std::string pointer;
  const json* at = &document;
  const json* schema = &parts_->text;
  for (std::size_t i = 1; i < error.context.size(); ++i) {  // "<root>", "[name]", "[0]"
    const std::string name = error.context[i].substr(1, error.context[i].size() - 2);
    const bool by_index = at != nullptr && at->is_array();
    pointer = (json::json_pointer(pointer) / name).to_string();
    schema = part_for(schema, name, by_index);
    if (at == nullptr) continue;
    std::size_t index = 0;
    if (by_index) std::from_chars(name.data(), name.data() + name.size(), index);
    const bool there = by_index ? index < at->size() : at->contains(name);
    at = !there ? nullptr : by_index ? &(*at)[index] : &(*at)[name];
  }
  const std::string where = pointer.empty() ? "the value" : pointer;
  const std::string expected = schema == nullptr ? std::string() : expected_types(*schema);
  if (at != nullptr && !expected.empty() &&
      error.description.find("'type' constraint") != std::string::npos) {
    return where + " is " + with_article(at->is_number_integer() ? "integer" : at->type_name()) +
           "; expected " + expected;
  }
  return where + ": " + as_reason(error.description);
}

}  // namespace weir
