// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/dialect.h"

#include <Poco/Data/Session.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// Into what a column's type falls, as far as it decides how a JSON value is handed over.
enum class ColumnClass : std::uint8_t {
  kInteger,
  kReal,     ///< binary floating point
  kDecimal,  ///< exact decimals
  kBool,     ///< a boolean type of its own (PostgreSQL)
  kText,     ///< text, dates, and all else that takes its value as text
  kJson,     ///< takes JSON text only
  kUntyped   ///< takes any value as it is (SQLite)
};

struct Column {
  std::string name;
  std::string type;  ///< as the database calls it
  ColumnClass of = ColumnClass::kText;
};

/// What the database says of a table.
struct TableSchema {
  std::vector<Column> columns;  ///< those that may be written, in the table's order
  /// The columns of its primary key and of each unique index, sorted. Only where upserts need them to be
  /// known (MySQL).
  std::vector<std::vector<std::string>> unique_keys;
  std::string engine;         ///< MySQL's name of what stores the table
  bool transactional = true;  ///< that engine has transactions
  bool two_phases = true;     ///< and prepares them
  /// Traps of this table, one sentence each.
  std::vector<std::string> warnings;

  const Column* find(std::string_view name) const;
};

/// Empty where there is no such table, or none that this user may see. Throws Poco::Exception.
std::optional<TableSchema> read_schema(Poco::Data::Session& session, const Dialect& dialect,
                                       std::string_view table, const std::vector<std::string>& key);

}  // namespace weir::sql
