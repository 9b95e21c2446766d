// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql_client/connection.h"
#include "sql_client/error_class.h"

namespace weir::sql {

/// What is put in the place of a '?' (or $1, $2, ... of PostgreSQL).
struct Parameter {
  enum class Kind : std::uint8_t { kText, kInteger, kReal, kBytes };
  Kind kind = Kind::kText;
  /// Numbers too, as they were written. No NUL where the database is PostgreSQL, unless these are bytes.
  std::string text;
  std::int64_t integer = 0;
  double real = 0;
};

/// One column of a row; a view that is valid during the call that handed it out.
struct Field {
  enum class Kind : std::uint8_t {
    kNull,
    kNumber,  ///< most likely a number of JSON, but NaN or 007 are possible
    kBool,    ///< `text` is "true" or "false"
    kText,    ///< in UTF-8, as far as the database guarantees it
    kJson,    ///< JSON text
    kBytes
  };
  Kind kind = Kind::kNull;
  std::string_view text;
};

using RowVisit = std::function<void(std::span<const Field>)>;

/// A prepared statement that gives rows. It must be gone before its connection closes. One thread.
class Query {
 public:
  Query() = default;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  virtual ~Query() = default;

  /// The names of the columns of its rows.
  const std::vector<std::string>& columns() const { return columns_; }
  /// Hands each row to `visit`, which may not use the connection. Throws SqlError, and what `visit` throws.
  virtual void run(std::span<const Parameter> parameters, const RowVisit& visit) = 0;

 protected:
  std::vector<std::string> columns_;
};

/// Prepares a statement on an open connection. Throws SqlError; of kConfiguration when it gives no rows.
std::unique_ptr<Query> prepare_query(Connection& connection, const std::string& sql);
/// The same for one that may also give no rows.
std::unique_ptr<Query> prepare_statement(Connection& connection, const std::string& sql);

/// The same for one kind of database.
std::unique_ptr<Query> prepare_mysql_query(Connection& connection, const std::string& sql);
std::unique_ptr<Query> prepare_postgresql_query(Connection& connection, const std::string& sql);
std::unique_ptr<Query> prepare_sqlite_query(Connection& connection, const std::string& sql);

}  // namespace weir::sql
