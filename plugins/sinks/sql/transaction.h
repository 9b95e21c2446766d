// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "prepared_transactions.h"
#include "sql_client/connection.h"

#include <optional>
#include <string>

namespace weir::sql {

/// The transaction of one instance, from checkpoint to checkpoint. It begins with the first begin() behind a
/// checkpoint, so that none is open while nothing comes. One thread; functions throw SqlError.
class Transaction {
 public:
  /// `two_phases`: it may be prepared, and on MySQL is one of XA from its beginning.
  Transaction(Connection& connection, bool two_phases) : connection_(connection), two_phases_(two_phases) {}

  bool two_phases() const { return two_phases_; }
  bool is_open() const { return open_; }
  /// Something was written that is lost when the transaction is.
  bool holds_rows() const { return holds_rows_; }
  void wrote() { holds_rows_ = true; }
  /// Something that was prepared waits for its decision.
  bool is_undecided() const { return undecided_.has_value(); }

  /// Where none is open. `id`: by which it can be prepared.
  void begin(TransactionId id);
  /// Throws where the database has ended it without an error that said so.
  void expect_open();
  void commit();
  /// Makes it durable, and undecided. Returns how another process finds it.
  std::string prepare();
  /// What is undecided counts from now on.
  void commit_prepared();
  /// Undoes what is in it. When that cannot be done the connection is closed, which does it too; so all
  /// statements must be gone.
  void roll_back();

 private:
  bool is_xa() const { return two_phases_ && connection_.url().database == Database::kMySql; }

  Connection& connection_;
  bool two_phases_;
  bool open_ = false;
  bool holds_rows_ = false;
  TransactionId id_;
  std::optional<TransactionId> undecided_;
};

}  // namespace weir::sql
