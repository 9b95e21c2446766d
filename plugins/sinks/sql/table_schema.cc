// SPDX-License-Identifier: Apache-2.0
#include "table_schema.h"

#include <Poco/Data/Statement.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <string>

namespace weir::sql {
namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

ColumnClass class_of_mysql(std::string_view type) {
  if (one_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"}))
    return ColumnClass::kInteger;
  if (one_of(type, {"float", "double"})) return ColumnClass::kReal;
  if (type == "decimal") return ColumnClass::kDecimal;
  if (type == "json") return ColumnClass::kJson;
  return ColumnClass::kText;
}

ColumnClass class_of_postgresql(std::string_view type) {
  if (one_of(type, {"int2", "int4", "int8"})) return ColumnClass::kInteger;
  if (one_of(type, {"float4", "float8"})) return ColumnClass::kReal;
  if (type == "numeric") return ColumnClass::kDecimal;
  if (one_of(type, {"json", "jsonb"})) return ColumnClass::kJson;
  if (type == "bool") return ColumnClass::kBool;
  return ColumnClass::kText;
}

/// The rules of "Determination Of Column Affinity" in SQLite's documentation of its types.
ColumnClass class_of_sqlite(std::string type) {
  for (char& c : type) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto has = [&type](const char* part) { return type.find(part) != std::string::npos; };
  if (has("INT")) return ColumnClass::kInteger;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return ColumnClass::kText;
  if (type.empty() || has("BLOB")) return ColumnClass::kUntyped;
  if (has("REAL") || has("FLOA") || has("DOUB")) return ColumnClass::kReal;
  return ColumnClass::kDecimal;
}

struct Name {
  std::string schema, table;
};

Name split(std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return {"", std::string(table)};
  return {std::string(table.substr(0, dot)), std::string(table.substr(dot + 1))};
}

void warn_mysql(const std::vector<std::string>& folding, TableSchema& schema) {
  if (!schema.transactional) {
    schema.warnings.push_back(
        "the table's engine " + schema.engine +
        " has no transactions: after an error some rows may be written twice; ALTER TABLE ... "
        "ENGINE = InnoDB");
  }
  for (const auto& column : folding) {
    schema.warnings.push_back(
        "the key column '" + column +
        "' does not tell upper from lower case: ids that differ only so overwrite each other; "
        "give it a collation such as utf8mb4_bin");
  }
}

void read_mysql(Session& session, const Name& name, const std::vector<std::string>& key,
                TableSchema& schema) {
  std::vector<std::string> names, types, extras, collations;
  session << "SELECT column_name, CAST(data_type AS CHAR(64)), CAST(extra AS CHAR(200)), "
             "COALESCE(CAST(collation_name AS CHAR(64)), '') FROM information_schema.columns "
             "WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ? ORDER BY "
             "ordinal_position",
      into(names), into(types), into(extras), into(collations), bind(name.schema), bind(name.table), now;
  std::vector<std::string> folding;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (extras[i].find("GENERATED") != std::string::npos &&
        extras[i].find("DEFAULT_GENERATED") == std::string::npos) {
      continue;
    }
    schema.columns.push_back({names[i], types[i], class_of_mysql(types[i])});
    const bool in_key = std::find(key.begin(), key.end(), names[i]) != key.end();
    if (in_key && collations[i].ends_with("_ci")) folding.push_back(names[i]);
  }
  if (schema.columns.empty()) return;

  std::vector<std::string> indexes, columns;
  session << "SELECT index_name, column_name FROM information_schema.statistics "
             "WHERE table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND table_name = ? AND non_unique = 0 "
             "AND column_name IS NOT NULL",
      into(indexes), into(columns), bind(name.schema), bind(name.table), now;
  std::map<std::string, std::vector<std::string>> unique;
  for (std::size_t i = 0; i < indexes.size(); ++i) unique[indexes[i]].push_back(columns[i]);
  for (auto& [index, list] : unique) {
    std::sort(list.begin(), list.end());
    schema.unique_keys.push_back(std::move(list));
  }

  std::vector<std::string> engines, transactions, xa;
  session << "SELECT e.engine, COALESCE(e.transactions, 'NO'), COALESCE(e.xa, 'NO') FROM "
             "information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine WHERE "
             "t.table_schema = COALESCE(NULLIF(?, ''), DATABASE()) AND t.table_name = ?",
      into(engines), into(transactions), into(xa), bind(name.schema), bind(name.table), now;
  if (!engines.empty()) {
    schema.engine = engines.front();
    schema.transactional = transactions.front() != "NO";
    schema.two_phases = schema.transactional && xa.front() != "NO";
  }
  warn_mysql(folding, schema);
}

void read_postgresql(Session& session, const Dialect& dialect, std::string_view table, TableSchema& schema) {
  std::vector<std::string> names, types;
  std::string quoted = dialect.quoted_table(table);
  session
      << "SELECT a.attname::text, t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
         "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
         "ORDER BY a.attnum",
      into(names), into(types), bind(quoted), now;
  for (std::size_t i = 0; i < names.size(); ++i) {
    schema.columns.push_back({names[i], types[i], class_of_postgresql(types[i])});
  }
}

void read_sqlite(Session& session, const Name& name, TableSchema& schema) {
  std::vector<std::string> names, types;
  session << "SELECT name, type FROM pragma_table_info(?, ?)", into(names), into(types), bind(name.table),
      bind(name.schema.empty() ? std::string("main") : name.schema), now;
  for (std::size_t i = 0; i < names.size(); ++i) {
    schema.columns.push_back({names[i], types[i], class_of_sqlite(types[i])});
  }
}

}  // namespace

const Column* TableSchema::find(std::string_view name) const {
  for (const Column& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::optional<TableSchema> read_schema(Session& session, const Dialect& dialect, std::string_view table,
                                       const std::vector<std::string>& key) {
  TableSchema schema;
  switch (dialect.database()) {
    case Database::kMySql:
      read_mysql(session, split(table), key, schema);
      break;
    case Database::kPostgreSql:
      read_postgresql(session, dialect, table, schema);
      break;
    case Database::kSqlite:
      read_sqlite(session, split(table), schema);
      break;
  }
  if (schema.columns.empty()) return std::nullopt;
  return schema;
}

}  // namespace weir::sql
