// SPDX-License-Identifier: Apache-2.0
#include "derive_columns.h"

#include "sql_client/error_class.h"

#include <simdjson.h>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace weir::sql {
namespace {

namespace ondemand = simdjson::ondemand;
using Kind = Dialect::ValueKind;

struct FoundField {
  std::string name;
  std::optional<Kind> kind;  // none: only nulls so far
};

/// A type that takes what both take.
Kind wider(Kind a, Kind b) {
  if (a == b) return a;
  if (a == Kind::kJson || b == Kind::kJson) return Kind::kJson;
  const auto numeric = [](Kind k) { return k == Kind::kInteger || k == Kind::kReal; };
  return numeric(a) && numeric(b) ? Kind::kReal : Kind::kText;
}

std::optional<Kind> kind_of(std::string_view token) {
  switch (token.front()) {
    case '"':
      return Kind::kText;
    case '{':
    case '[':
      return Kind::kJson;
    case 't':
    case 'f':
      return Kind::kBool;
    case 'n':
      return std::nullopt;
    default:
      return token.find_first_of(".eE") == std::string_view::npos ? Kind::kInteger : Kind::kReal;
  }
}

void meet(std::vector<FoundField>& fields, std::string_view name, std::optional<Kind> kind) {
  auto found =
      std::find_if(fields.begin(), fields.end(), [&](const FoundField& f) { return f.name == name; });
  if (found == fields.end()) found = fields.insert(fields.end(), FoundField{std::string(name), std::nullopt});
  if (kind) found->kind = found->kind ? wider(*found->kind, *kind) : *kind;
}

/// The fields of one record, or none when it cannot be read to its end.
std::vector<std::pair<std::string, std::optional<Kind>>> fields_of(ondemand::parser& parser,
                                                                   const Record& record) {
  std::vector<std::pair<std::string, std::optional<Kind>>> fields;
  ondemand::document document;
  ondemand::object object;
  const std::string_view bytes = record.bytes();
  if (parser.iterate(bytes.data(), bytes.size(), bytes.size() + WEIR_PADDING).get(document)) return {};
  if (document.get_object().get(object)) return {};
  for (auto item : object) {
    std::string_view name;
    if (item.error() || item.value_unsafe().unescaped_key().get(name)) return {};
    auto& value = item.value_unsafe().value();
    fields.emplace_back(name, kind_of(value.raw_json_token()));
    if (value.raw_json_token().front() == '"' && value.get_raw_json_string().error()) return {};
  }
  return fields;
}

}  // namespace

std::vector<Dialect::NewColumn> derive_columns(const Dialect& dialect, Records records,
                                               const std::vector<std::string>& key) {
  ondemand::parser parser;
  std::vector<FoundField> fields;
  for (const Record& record : records) {
    for (const auto& [name, kind] : fields_of(parser, record)) {
      if (!name.empty()) meet(fields, name, kind);
    }
  }
  std::vector<Dialect::NewColumn> columns;
  if (fields.empty()) return columns;
  for (const auto& name : key) {
    if (std::none_of(fields.begin(), fields.end(), [&](const FoundField& f) { return f.name == name; })) {
      throw SqlError(
          ErrorKind::kConfiguration, "no_key",
          "the table cannot be created: the key column '" + name + "' is no field of the first records");
    }
  }
  for (const FoundField& field : fields) {
    const bool in_key = std::find(key.begin(), key.end(), field.name) != key.end();
    columns.push_back({field.name, dialect.type_for(field.kind.value_or(Kind::kText), in_key)});
  }
  return columns;
}

}  // namespace weir::sql
