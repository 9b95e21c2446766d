// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sql_client/error_class.h"

namespace weir::sql {

/// What a person has to do about an error that is the connection's: user, password, database, host, file.
/// Empty where the error is of another kind.
std::string connection_advice(const SqlError& error);

/// Whether the error is of a table, or another thing in the database, that is not there.
bool is_missing_table(const SqlError& error);
/// Whether it is of a missing right.
bool is_missing_right(const SqlError& error);
/// Whether it is of a column that is not there.
bool is_missing_column(const SqlError& error);

}  // namespace weir::sql
