// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_document.h>
#include <weir/json_value.h>

#include <simdjson.h>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::json {

/// Reads a JSON text and checks all of it (RFC 8259), without building a tree: what is kept are slices of the
/// text. Numbers may have any size. Refused although the RFC leaves it open: half surrogate pairs in strings
/// (most readers refuse them) and nesting deeper than kMaxDepth.
///
/// One thread.
class CheckedJson {
 public:
  static constexpr int kMaxDepth = 1024;

  /// A field of the outermost object.
  struct Field {
    std::string_view name;   // as it stands between the quotes, escapes and all
    std::string_view value;  // its JSON text
  };

  /// False when `bytes`, which have WEIR_PADDING readable bytes behind them, are not JSON; the other
  /// functions have nothing to say then. The slices live as long as `bytes`, at most until the next read.
  bool read(std::string_view bytes);

  /// What the outermost value is: kObject, kArray, kString, kNull, kBool, or kReal for any number.
  JsonValue::Kind kind() const;
  /// The JSON text without white space around it.
  std::string_view text() const { return document_.text(); }
  /// In the order of the text.
  const std::vector<Field>& fields() const { return fields_; }

  /// A field's name without escapes; valid until the next call.
  std::string_view plain_name(const Field& field) { return *document_.unescape(field.name); }

 private:
  bool check_fields(simdjson::ondemand::object& object, int depth);
  bool check_elements(simdjson::ondemand::array& array, int depth);
  bool check_value(simdjson::ondemand::value& value, int depth);
  bool check_scalar(std::string_view token);

  JsonDocument document_;
  std::vector<Field> fields_;
};

}  // namespace weir::json
