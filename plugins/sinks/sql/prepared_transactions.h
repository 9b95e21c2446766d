// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/connection.h"

#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// A transaction in two phases: XA on MySQL and MariaDB, PREPARE TRANSACTION on PostgreSQL.
struct TransactionId {
  std::string prefix;  ///< TransactionNames::prefix
  std::string branch;  ///< BranchNames::next()

  /// As it stands in a checkpoint, and in PostgreSQL: "prefix/branch".
  std::string text() const { return prefix + "/" + branch; }
  /// Of a text whose prefix is known.
  static TransactionId of(std::string_view text);
  /// As the statements of XA name it.
  std::string xid() const;
};

/// Throws SqlError of kConfiguration where the server cannot keep a prepared transaction over the end of its
/// connection, with what to do.
void expect_two_phases(Connection& connection);

/// The prepared transactions with that prefix, as texts. Throws SqlError; of kConfiguration where the user
/// has no right to see them.
std::vector<std::string> prepared_transactions(Connection& connection, const std::string& prefix);

/// Ends a prepared transaction from any connection. Throws SqlError; of kBusy while the connection that
/// prepared it is not gone.
void commit_prepared(Connection& connection, const TransactionId& id);
void roll_back_prepared(Connection& connection, const TransactionId& id);

}  // namespace weir::sql
