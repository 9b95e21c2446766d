// SPDX-License-Identifier: Apache-2.0
#include "record_key.h"

#include "row_text.h"

namespace weir::sql_lookup {
namespace {

using Kind = JsonValue::Kind;

sql::Parameter parameter_of(const JsonValue& value, sql::Database database) {
  sql::Parameter parameter;
  parameter.text = value.text;
  switch (value.kind) {
    case Kind::kInteger:
      parameter.kind = sql::Parameter::Kind::kInteger;
      parameter.integer = value.integer;
      break;
    case Kind::kReal:
      parameter.kind = sql::Parameter::Kind::kReal;
      parameter.real = value.real;
      break;
    case Kind::kBool:
      if (database == sql::Database::kPostgreSql) break;
      parameter.kind = sql::Parameter::Kind::kInteger;  // the others have no type of their own for it
      parameter.integer = value.boolean ? 1 : 0;
      parameter.text = value.boolean ? "1" : "0";
      break;
    default:
      break;
  }
  return parameter;
}

}  // namespace

std::optional<NoKey> read_key(const std::vector<FieldPath>& fields, JsonReader& reader,
                              sql::Database database, RecordKey& key) {
  key.values.clear();
  key.text.clear();
  for (const auto& field : fields) {
    const JsonValue& value = reader.find(field);
    if (value.kind == Kind::kNotJson) {
      return NoKey{"bad_json", "the value is not JSON: " + std::string(reader.error())};
    }
    if (value.kind != Kind::kString && value.kind != Kind::kBool && !value.is_number()) {
      return NoKey{"no_key", "expected a string, a number or a boolean at '" + field.text() + "', found " +
                                 std::string(value.what())};
    }
    if (database == sql::Database::kPostgreSql && value.text.find('\0') != std::string_view::npos) {
      return NoKey{"does_not_fit", "'" + field.text() + "' holds U+0000, which PostgreSQL takes in no text"};
    }
    key.values.push_back(parameter_of(value, database));
    append_key_text(key.values.back().text, value.is_number(), key.text);
  }
  return std::nullopt;
}

}  // namespace weir::sql_lookup
