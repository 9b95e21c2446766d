// SPDX-License-Identifier: Apache-2.0
#include "sql_client/dialect.h"

#include <algorithm>

namespace weir::sql {

std::string Dialect::connector() const {
  switch (database_) {
    case Database::kMySql:
      return "MySQL";
    case Database::kPostgreSql:
      return "PostgreSQL";
    case Database::kSqlite:
      break;
  }
  return "SQLite";
}

std::size_t Dialect::most_parameters() const {
  // 16 bits in the protocols of MySQL and PostgreSQL; SQLITE_MAX_VARIABLE_NUMBER as SQLite sets it.
  return database_ == Database::kSqlite ? 32766 : 65535;
}

std::string Dialect::quoted(std::string_view name) const {
  const char mark = database_ == Database::kMySql ? '`' : '"';
  std::string text(1, mark);
  for (const char c : name) {
    if (c == mark) text += mark;
    text += c;
  }
  return text + mark;
}

std::string Dialect::quoted_table(std::string_view table) const {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return quoted(table);
  return quoted(table.substr(0, dot)) + "." + quoted(table.substr(dot + 1));
}

std::string Dialect::with_parameters(std::string_view sql) const {
  std::string text;
  std::size_t parameter = 0;
  for (const char c : sql) {
    if (c == '?' && database_ == Database::kPostgreSql) {
      text += "$" + std::to_string(++parameter);
    } else {
      text += c;
    }
  }
  return text;
}

std::string Dialect::insert(const Insert& what, std::size_t rows) const {
  std::string text = "INSERT INTO " + quoted_table(what.table) + " (";
  for (std::size_t i = 0; i < what.columns.size(); ++i) {
    if (i != 0) text += ", ";
    text += quoted(what.columns[i]);
  }
  text += ") VALUES ";
  std::size_t parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < what.columns.size(); ++i) {
      if (i != 0) text += ',';
      text += database_ == Database::kPostgreSql ? "$" + std::to_string(++parameter) : "?";
    }
    text += ')';
  }
  return text + on_conflict(what);
}

std::string Dialect::on_conflict(const Insert& what) const {
  if (what.mode == Mode::kInsert) return "";
  const auto in_key = [&what](const std::string& column) {
    return std::find(what.key.begin(), what.key.end(), column) != what.key.end();
  };
  std::string set;
  if (what.mode == Mode::kUpsert) {
    for (const auto& column : what.columns) {
      if (in_key(column)) continue;
      const std::string name = quoted(column);
      set += (set.empty() ? "" : ", ") + name;
      set += database_ == Database::kMySql ? " = VALUES(" + name + ")" : " = excluded." + name;
    }
  }
  if (database_ == Database::kMySql) {
    // Not INSERT IGNORE, which would also clip values that do not fit instead of refusing them.
    const std::string same = quoted(what.key.empty() ? what.columns.front() : what.key.front());
    return " ON DUPLICATE KEY UPDATE " + (set.empty() ? same + " = " + same : set);
  }
  std::string target;
  for (const auto& column : what.key) target += (target.empty() ? " (" : ", ") + quoted(column);
  if (!target.empty()) target += ')';
  return " ON CONFLICT" + target + (set.empty() ? " DO NOTHING" : " DO UPDATE SET " + set);
}

std::string Dialect::create_table(std::string_view table, std::span<const NewColumn> columns,
                                  std::span<const std::string> key) const {
  std::string text = "CREATE TABLE IF NOT EXISTS " + quoted_table(table) + " (";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += (i == 0 ? "" : ", ") + quoted(columns[i].name) + " " + columns[i].type;
  }
  for (std::size_t i = 0; i < key.size(); ++i) text += (i == 0 ? ", PRIMARY KEY (" : ", ") + quoted(key[i]);
  text += key.empty() ? ")" : "))";
  if (database_ == Database::kMySql) text += " DEFAULT CHARACTER SET utf8mb4";
  return text;
}

std::string Dialect::type_for(ValueKind kind, bool in_key) const {
  const bool mysql = database_ == Database::kMySql;
  switch (kind) {
    case ValueKind::kBool:
      return "BOOLEAN";
    case ValueKind::kInteger:
      return "BIGINT";
    case ValueKind::kReal:
      return database_ == Database::kPostgreSql ? "DOUBLE PRECISION" : "DOUBLE";
    case ValueKind::kText:
      // MySQL's index entries end at 767 bytes in old row formats; binary, so that ids that differ in case or
      // in accents are different keys.
      if (in_key) return mysql ? "VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "VARCHAR(191)";
      return "TEXT";
    case ValueKind::kJson:
      break;
  }
  return mysql ? "LONGTEXT" : "TEXT";
}

}  // namespace weir::sql
