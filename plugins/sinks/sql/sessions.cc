// SPDX-License-Identifier: Apache-2.0
#include "sessions.h"

#include "sql_client/error_class.h"
#include "sql_client/statement.h"

namespace weir::sql {
namespace {

/// A name for each connection: on MySQL a lock has one holder. Who has the same number after the server was
/// started again does not hold the lock, so that no other connection is ended by mistake.
std::string lock_of(const TransactionNames& names, const std::string& id) {
  return "CONCAT('weir." + names.sessions + ".', " + id + ")";
}

void append(std::string& list, const std::string& text) {
  list += (list.empty() ? "" : ", ") + text;
}

std::string end_on_mysql(Connection& connection, const TransactionNames& names) {
  const auto others =
      read_rows(connection, "SELECT id, user, host FROM information_schema.processlist WHERE IS_USED_LOCK(" +
                                lock_of(names, "id") + ") = id AND id <> CONNECTION_ID()");
  std::string left;
  for (const auto& other : others) {
    try {
      execute(connection, "KILL " + other.at(0));
    } catch (const SqlError& e) {
      if (e.kind() == ErrorKind::kConnection) throw;
      if (e.code() == "mysql:1094") continue;  // it has ended meanwhile
      append(left, "connection " + other[0] + " of " + other.at(1) + " from " + other.at(2) + " (" +
                       e.what() + ")");
    }
  }
  return left;
}

std::string end_on_postgresql(Connection& connection, const TransactionNames& names) {
  // The two halves of the lock's number stand in classid and objid ("pg_locks").
  const auto number = static_cast<std::uint64_t>(names.sessions_number);
  const auto others = read_rows(
      connection,
      "SELECT l.pid, COALESCE(a.usename::text, '?') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = "
      "l.pid WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database "
      "WHERE datname = current_database()) AND l.classid = " +
          std::to_string(number >> 32) + " AND l.objid = " + std::to_string(number & 0xffffffffu) +
          " AND l.pid <> pg_backend_pid()");
  std::string left;
  for (const auto& other : others) {
    try {
      read_rows(connection, "SELECT pg_terminate_backend(" + other.at(0) + ")");
    } catch (const SqlError& e) {
      if (e.kind() == ErrorKind::kConnection) throw;
      append(left, "process " + other[0] + " of " + other.at(1) + " (" + e.what() + ")");
    }
  }
  return left;
}

}  // namespace

void mark_session(Connection& connection, const TransactionNames& names) {
  switch (connection.url().database) {
    case Database::kMySql:
      read_rows(connection, "SELECT GET_LOCK(" + lock_of(names, "CONNECTION_ID()") + ", 0)");
      break;
    case Database::kPostgreSql:
      read_rows(connection, "SELECT pg_advisory_lock_shared(" + std::to_string(names.sessions_number) + ")");
      break;
    case Database::kSqlite:
      break;
  }
}

std::string end_other_sessions(Connection& connection, const TransactionNames& names) {
  switch (connection.url().database) {
    case Database::kMySql:
      return end_on_mysql(connection, names);
    case Database::kPostgreSql:
      return end_on_postgresql(connection, names);
    case Database::kSqlite:
      break;
  }
  return "another process that has the file open";
}

}  // namespace weir::sql
