// SPDX-License-Identifier: Apache-2.0
#include "transaction.h"

#include "sql_client/error_class.h"
#include "sql_client/statement.h"

#include <mysql.h>
#include <sqlite3.h>

#include <utility>

namespace weir::sql {

void Transaction::begin(TransactionId id) {
  if (open_) return;
  if (undecided_) {  // the runtime writes nothing between the two phases
    throw SqlError(ErrorKind::kConfiguration, "undecided",
                   "a record came while a prepared transaction was not decided");
  }
  id_ = std::move(id);
  switch (connection_.url().database) {
    case Database::kMySql:
      execute(connection_, is_xa() ? "XA START " + id_.xid() : "START TRANSACTION");
      break;
    case Database::kPostgreSql:
      execute(connection_, "BEGIN");
      open_ = true;
      // Otherwise a deferred constraint would fail the commit, where no row can be told from the others.
      execute(connection_, "SET CONSTRAINTS ALL IMMEDIATE");
      break;
    case Database::kSqlite:  // with the right to write: later it could no longer be waited for
      execute(connection_, "BEGIN IMMEDIATE");
      break;
  }
  open_ = true;
}

void Transaction::expect_open() {
  switch (connection_.url().database) {
    case Database::kMySql: {
      execute(connection_, "DO 0");  // an error does not bring the server's status
      unsigned status = 0;
      mariadb_get_infov(connection_.mysql(), MARIADB_CONNECTION_SERVER_STATUS, &status);
      if ((status & SERVER_STATUS_IN_TRANS) != 0) return;
      break;
    }
    case Database::kSqlite:
      if (sqlite3_get_autocommit(connection_.sqlite()) == 0) return;
      break;
    case Database::kPostgreSql:  // says so at the next statement
      return;
  }
  throw SqlError(ErrorKind::kBusy, "rolled_back",
                 "the database has rolled the transaction back when it refused a row");
}

void Transaction::commit() {
  if (is_xa()) {
    execute(connection_, "XA END " + id_.xid());
    execute(connection_, "XA COMMIT " + id_.xid() + " ONE PHASE");
  } else {
    execute(connection_, "COMMIT");
  }
  open_ = holds_rows_ = false;
}

std::string Transaction::prepare() {
  if (is_xa()) {
    execute(connection_, "XA END " + id_.xid());
    execute(connection_, "XA PREPARE " + id_.xid());
  } else {
    execute(connection_, "PREPARE TRANSACTION '" + id_.text() + "'");
  }
  open_ = holds_rows_ = false;
  undecided_ = id_;
  return id_.text();
}

void Transaction::commit_prepared() {
  weir::sql::commit_prepared(connection_, *undecided_);
  undecided_.reset();
}

void Transaction::roll_back() {
  if (!std::exchange(open_, false)) return;
  holds_rows_ = false;
  if (connection_.is_open() && !is_xa()) {
    try {
      return execute(connection_, "ROLLBACK");
    } catch (const SqlError&) {  // NOLINT(bugprone-empty-catch): the connection's end does it
    }
  }
  connection_.close();
}

}  // namespace weir::sql
