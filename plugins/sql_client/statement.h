// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/query.h"

#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// Runs a statement once that gives no rows. Without parameters it is sent as text, so that it may be one
/// that cannot be prepared (XA, SAVEPOINT). Throws SqlError.
void execute(Connection& connection, const std::string& sql, std::span<const Parameter> parameters = {});

using TextRows = std::vector<std::vector<std::string>>;

/// The rows that a statement gives, as text; NULL is empty. Without parameters it is sent as text, too.
/// Throws SqlError.
TextRows read_rows(Connection& connection, const std::string& sql,
                   std::span<const Parameter> parameters = {});

}  // namespace weir::sql
