// SPDX-License-Identifier: Apache-2.0
#include "sessions.h"

#include "sql_client/error_class.h"
#include "sql_client/statement.h"

#include <cstdint>
#include <vector>

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

struct OtherSession {
  std::string id;
  std::string in_words;
};

std::vector<OtherSession> others_of_mysql(Connection& connection, const TransactionNames& names) {
  std::vector<OtherSession> others;
  for (const auto& row :
       read_rows(connection, "SELECT id, user, host FROM information_schema.processlist WHERE IS_USED_LOCK(" +
                                 lock_of(names, "id") + ") = id AND id <> CONNECTION_ID()"))
    others.push_back({row.at(0), "connection " + row[0] + " of " + row.at(1) + " from " + row.at(2)});
  return others;
}

/// The two halves of the lock's number stand in classid and objid ("pg_locks").
std::vector<OtherSession> others_of_postgresql(Connection& connection, const TransactionNames& names) {
  const auto number = static_cast<std::uint64_t>(names.sessions_number);
  std::vector<OtherSession> others;
  for (const auto& row : read_rows(
           connection,
           "SELECT l.pid, COALESCE(a.usename::text, '?') FROM pg_locks l LEFT JOIN pg_stat_activity a ON "
           "a.pid = l.pid WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.database = (SELECT oid FROM "
           "pg_database WHERE datname = current_database()) AND l.classid = " +
               std::to_string(number >> 32) + " AND l.objid = " + std::to_string(number & 0xffffffffu) +
               " AND l.pid <> pg_backend_pid()"))
    others.push_back({row.at(0), "process " + row[0] + " of " + row.at(1)});
  return others;
}

std::vector<OtherSession> others_of(Connection& connection, const TransactionNames& names) {
  switch (connection.url().database) {
    case Database::kMySql:
      return others_of_mysql(connection, names);
    case Database::kPostgreSql:
      return others_of_postgresql(connection, names);
    case Database::kSqlite:
      break;
  }
  return {{"", "another process that has the file open"}};
}

void end(Connection& connection, const OtherSession& session) {
  if (connection.url().database == Database::kMySql) return execute(connection, "KILL " + session.id);
  if (connection.url().database == Database::kPostgreSql)
    read_rows(connection, "SELECT pg_terminate_backend(" + session.id + ")");
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

std::string other_sessions(Connection& connection, const TransactionNames& names) {
  std::string all;
  for (const auto& other : others_of(connection, names)) append(all, other.in_words);
  return all;
}

std::string end_other_sessions(Connection& connection, const TransactionNames& names) {
  std::string left;
  for (const auto& other : others_of(connection, names)) {
    try {
      end(connection, other);
      if (other.id.empty()) append(left, other.in_words);
    } catch (const SqlError& e) {
      if (e.kind() == ErrorKind::kConnection) throw;
      if (e.code() == "mysql:1094") continue;  // it has ended meanwhile
      append(left, other.in_words + " (" + e.what() + ")");
    }
  }
  return left;
}

}  // namespace weir::sql
