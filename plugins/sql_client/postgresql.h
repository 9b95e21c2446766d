// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// An error in the words of libpq; without `state` (SQLSTATE) the connection is lost.
struct PostgreSqlProblem {
  std::string state, words, detail;
};

/// What a prepared statement takes and gives.
struct PostgreSqlStatement {
  std::size_t parameters = 0;
  std::vector<std::string> columns;
  std::vector<unsigned> types;  ///< of the columns: oids of pg_type
};

/// A row of values as text; data() is null where the value is.
using PostgreSqlRow = std::span<const std::string_view>;

/// What goes to PostgreSQL by libpq itself, on Poco::Data's connection. It stands in a library of its own,
/// which is loaded when the first such database is opened: libpq brings Kerberos, LDAP and a second
/// implementation of TLS, several megabytes that jobs with other databases need not carry.
///
/// Thread-safe but for the sessions, each of which belongs to one thread.
class PostgreSql {
 public:
  virtual ~PostgreSql() = default;

  /// Opens a session. Throws Poco::Exception.
  virtual std::unique_ptr<Poco::Data::Session> connect(const std::string& text) const = 0;
  /// Makes the connection of a session anew in its place. Throws Poco::Exception.
  virtual void reconnect(Poco::Data::Session& session) const = 0;
  virtual bool is_lost(Poco::Data::Session& session) const = 0;
  virtual int socket(Poco::Data::Session& session) const = 0;

  /// Statements that return no rows.
  virtual std::optional<PostgreSqlProblem> run(Poco::Data::Session& session,
                                               const std::string& sql) const = 0;
  virtual std::optional<PostgreSqlProblem> prepare(Poco::Data::Session& session, const std::string& name,
                                                   const std::string& sql) const = 0;
  /// Values are text that ends with NUL, or null.
  virtual std::optional<PostgreSqlProblem> execute(Poco::Data::Session& session, const std::string& name,
                                                   std::span<const char* const> values) const = 0;

  /// The same for a prepared statement that may return rows, each of which is handed to `visit`.
  virtual std::optional<PostgreSqlProblem> query(Poco::Data::Session& session, const std::string& name,
                                                 std::span<const char* const> values,
                                                 const std::function<void(PostgreSqlRow)>& visit) const = 0;
  virtual std::optional<PostgreSqlProblem> describe(Poco::Data::Session& session, const std::string& name,
                                                    PostgreSqlStatement& to) const = 0;
  /// The bytes that the text of a bytea stands for.
  virtual std::string bytes_of(const std::string& text) const = 0;
};

/// Loads it at the first call. Throws SqlError that says what is missing. [any-thread]
const PostgreSql& postgresql();
/// Throws the SqlError of a problem, if there is one.
void check(const std::optional<PostgreSqlProblem>& problem);

}  // namespace weir::sql
