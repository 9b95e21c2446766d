// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::http_lookup {

/// Text with places for a record's fields, `{{field path}}`, and for the list of what a call asks for,
/// `{{items}}`; compiled once and filled in for each request.
class RequestTemplate {
 public:
  /// A JSON tree. A string that is nothing but `{{path}}` becomes the field's JSON value, of whatever type;
  /// within a longer string, strings and numbers are put in as text. `{{items}}` becomes a JSON array.
  /// Throws OptionError at `pointer` or below.
  static RequestTemplate json(const nlohmann::json& tree, const std::string& pointer);

  /// A URL's path and query. Strings and numbers are put in URL-encoded, `{{items}}` as a list with commas.
  static RequestTemplate url(std::string_view text, const std::string& pointer);

  bool has_items() const;
  /// Whether a record's field is asked for.
  bool has_fields() const;

  /// Appends the text for the record that `reader` looks into, or gives the reason why that is not possible.
  std::optional<std::string> fill(JsonReader& reader, std::string& to) const;
  /// Appends the text for a list of items, which the caller has put in its form. For templates without
  /// fields.
  void fill_items(std::string_view items, std::string& to) const;

 private:
  enum class Kind : std::uint8_t { kLiteral, kItems, kValue, kInString, kInUrl };
  struct Part {
    Kind kind;
    std::string text;  // of kLiteral
    FieldPath path;    // of the last three
  };

  void add_tree(const nlohmann::json& tree, const std::string& pointer);
  void add_string(std::string_view text, const std::string& pointer);
  void add_placeholders(std::string_view text, Kind kind, const std::string& pointer);
  void add_literal(std::string_view text);

  std::vector<Part> parts_;
};

}  // namespace weir::http_lookup
