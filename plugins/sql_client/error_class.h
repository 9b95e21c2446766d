// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/url.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace Poco {
class Exception;
}

namespace weir::sql {

/// What an error of the database asks for.
enum class ErrorKind : std::uint8_t {
  kData,          ///< a row of the statement cannot be stored: find it, the others can
  kBusy,          ///< a lock, a deadlock, no room: the same again after a while
  kConnection,    ///< the connection is lost or cannot be made: connect anew after a while
  kConfiguration  ///< password, table, column, right: a person has to change something
};

/// An error of the database in one form for all of them.
class SqlError : public std::runtime_error {
 public:
  SqlError(ErrorKind kind, std::string code, const std::string& message)
      : std::runtime_error(message), kind_(kind), code_(std::move(code)) {}
  ErrorKind kind() const { return kind_; }
  /// "mysql:1406", "postgresql:22003", "sqlite:19"; without a number where the database gives none.
  const std::string& code() const { return code_; }

 private:
  ErrorKind kind_;
  std::string code_;
};

/// Whether a connection was being made, which changes what some errors mean.
enum class During : std::uint8_t { kConnecting, kWorking };

/// Reads what Poco::Data threw. The result's message is one line of the database's own words.
SqlError classify(Database database, During during, const Poco::Exception& thrown);

/// The error of MySQL or MariaDB with that number and SQLSTATE.
SqlError mysql_error(int number, std::string_view state, std::string_view words);

/// The error of SQLite with that primary result code.
SqlError sqlite_error(int code, std::string_view words);

/// The error of PostgreSQL with that SQLSTATE; without one, of a connection that is lost.
SqlError postgresql_error(std::string_view state, std::string_view words, std::string_view detail);

}  // namespace weir::sql
