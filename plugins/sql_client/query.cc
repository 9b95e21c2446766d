// SPDX-License-Identifier: Apache-2.0
#include "sql_client/query.h"

namespace weir::sql {

std::unique_ptr<Query> prepare_statement(Connection& connection, const std::string& sql) {
  switch (connection.url().database) {
    case Database::kMySql:
      return prepare_mysql_query(connection, sql);
    case Database::kPostgreSql:
      return prepare_postgresql_query(connection, sql);
    case Database::kSqlite:
      break;
  }
  return prepare_sqlite_query(connection, sql);
}

std::unique_ptr<Query> prepare_query(Connection& connection, const std::string& sql) {
  auto query = prepare_statement(connection, sql);
  if (query->columns().empty()) {
    throw SqlError(ErrorKind::kConfiguration, "no_rows", "the statement gives no rows; expected a SELECT");
  }
  return query;
}

}  // namespace weir::sql
