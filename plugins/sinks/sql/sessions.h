// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/connection.h"
#include "transaction_names.h"

#include <string>

namespace weir::sql {

/// Marks the connection, as long as it lasts, as one of this pipeline's: by a lock with a name that is asked
/// for by nobody (GET_LOCK on MySQL, an advisory lock on PostgreSQL). SQLite has none. Throws SqlError.
void mark_session(Connection& connection, const TransactionNames& names);

/// The other connections of the pipeline that this user can see, in words for people; empty: there are none.
/// Those of SQLite cannot be known, and so it says that there may be one. Throws SqlError.
std::string other_sessions(Connection& connection, const TransactionNames& names);

/// Ends all other connections of the pipeline, which a process has left that died, or that was thought dead:
/// what they have written and not committed is rolled back, and no longer in the way. Returns who could not
/// be ended and why, in words for people; empty: nobody. Throws SqlError.
std::string end_other_sessions(Connection& connection, const TransactionNames& names);

}  // namespace weir::sql
