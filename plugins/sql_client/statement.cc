// SPDX-License-Identifier: Apache-2.0
#include "sql_client/statement.h"

#include <mysql.h>
#include <sqlite3.h>

#include <memory>

#include "sql_client/postgresql.h"

namespace weir::sql {
namespace {

/// As text; the rows go to `to`, if there is one.
void run_mysql(MYSQL* connection, const std::string& sql, TextRows* to) {
  const auto check = [connection](bool failed) {
    if (failed)
      throw mysql_error(static_cast<int>(mysql_errno(connection)), mysql_sqlstate(connection),
                        ::mysql_error(connection));
  };
  check(mysql_real_query(connection, sql.data(), sql.size()) != 0);
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(connection),
                                                                        mysql_free_result);
  check(result == nullptr && mysql_errno(connection) != 0);
  if (result == nullptr || to == nullptr) return;
  const unsigned columns = mysql_num_fields(result.get());
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(result.get());
    auto& texts = to->emplace_back();
    for (unsigned i = 0; i < columns; ++i)
      texts.emplace_back(row[i] == nullptr ? std::string() : std::string(row[i], lengths[i]));
  }
}

void run_prepared(Connection& connection, const std::string& sql, std::span<const Parameter> parameters,
                  TextRows* to) {
  prepare_statement(connection, sql)->run(parameters, [to](std::span<const Field> fields) {
    if (to == nullptr) return;
    auto& texts = to->emplace_back();
    for (const Field& field : fields) texts.emplace_back(field.text);
  });
}

}  // namespace

void execute(Connection& connection, const std::string& sql, std::span<const Parameter> parameters) {
  const Database database = connection.url().database;
  if (!parameters.empty() || database == Database::kSqlite)
    return run_prepared(connection, sql, parameters, nullptr);
  if (database == Database::kMySql) return run_mysql(connection.mysql(), sql, nullptr);
  check(postgresql().run(connection.session(), sql));
}

TextRows read_rows(Connection& connection, const std::string& sql, std::span<const Parameter> parameters) {
  TextRows rows;
  if (parameters.empty() && connection.url().database == Database::kMySql) {
    run_mysql(connection.mysql(), sql, &rows);
  } else {
    run_prepared(connection, sql, parameters, &rows);
  }
  return rows;
}

}  // namespace weir::sql
