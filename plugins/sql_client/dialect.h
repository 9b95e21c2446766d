// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/url.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::sql {

/// What happens to a row whose key is there already.
enum class Mode : std::uint8_t {
  kInsert,  ///< it is an error of that row
  kUpsert,  ///< the row there gets the new values
  kIgnore   ///< the row there stays as it is
};

/// The SQL text of one kind of database. Stateless.
class Dialect {
 public:
  explicit Dialect(Database database) : database_(database) {}

  Database database() const { return database_; }
  /// The name by which Poco::Data knows the connector.
  std::string connector() const;
  /// The most '?' in one statement.
  std::size_t most_parameters() const;
  /// Whether an error inside of a transaction makes the whole transaction unusable; otherwise only the
  /// failing statement is undone.
  bool error_ends_transaction() const { return database_ == Database::kPostgreSql; }

  /// `name` as an identifier, whatever characters it has.
  std::string quoted(std::string_view name) const;
  /// "table" or "schema.table".
  std::string quoted_table(std::string_view table) const;

  /// `sql` with the parameters as the database writes them: `?`, or $1, $2, ... `sql` has no other '?'.
  std::string with_parameters(std::string_view sql) const;

  struct Insert {
    std::string_view table;
    std::span<const std::string> columns;
    std::span<const std::string> key;  ///< among the columns; may be empty unless the mode is kUpsert
    Mode mode = Mode::kInsert;
  };
  /// One statement with a parameter for each column of `rows` rows, row by row.
  std::string insert(const Insert& what, std::size_t rows) const;

  struct NewColumn {
    std::string name;
    std::string type;  ///< SQL, put in as it is
  };
  /// Creates the table unless it is there.
  std::string create_table(std::string_view table, std::span<const NewColumn> columns,
                           std::span<const std::string> key) const;

  /// Kinds of values, for the types of a table that is made from its first records.
  enum class ValueKind : std::uint8_t { kBool, kInteger, kReal, kText, kJson };
  /// The SQL type that takes values of that kind.
  std::string type_for(ValueKind kind, bool in_key) const;

 private:
  std::string on_conflict(const Insert& what) const;

  Database database_;
};

}  // namespace weir::sql
