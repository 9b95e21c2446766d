// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/error_class.h"

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace weir::sql {

/// Frees the result of a statement that returns no rows. Throws SqlError when it failed.
inline void check_result(PGconn* connection, PGresult* result) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owner(result, PQclear);
  if (PQresultStatus(result) == PGRES_COMMAND_OK) return;
  const auto field = [result](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  throw postgresql_error(state, state.empty() ? PQerrorMessage(connection) : field(PG_DIAG_MESSAGE_PRIMARY),
                         field(PG_DIAG_MESSAGE_DETAIL));
}

}  // namespace weir::sql
