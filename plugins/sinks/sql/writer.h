// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "prepared_insert.h"
#include "row_table.h"
#include "sql_client/connection.h"
#include "sql_client/dialect.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// A row that the database refuses, and its words.
struct RefusedRow {
  std::size_t row;
  std::string code, message;
};

/// Writes a table of rows in one transaction, by prepared statements of many rows. One thread.
///
/// Few different statements are prepared, and kept for as long as the connection and the columns stay the
/// same: full ones of `rows` rows, and for the rest those of 64, 32, ... 1.
class Writer {
 public:
  struct Target {
    std::string table;
    std::vector<std::string> key;
    Mode mode = Mode::kInsert;
    std::size_t rows = 100;  ///< in a full statement, as far as the database's limits allow
  };

  /// `connection` must outlive the writer and be open whenever write() is called.
  Writer(Connection& connection, Target target) : connection_(connection), target_(std::move(target)) {}

  /// The columns that statements name from now on, as numbers of the table's cells, with their names.
  void set_columns(const std::vector<std::size_t>& cells, std::vector<std::string> names);

  /// Writes and commits all rows but those it returns: these the database refuses, each for itself. Throws
  /// SqlError when nothing is committed (or, where the connection was lost during COMMIT, perhaps all).
  std::vector<RefusedRow> write(const RowTable& table);
  /// The same in the transaction that is open, without committing. Throws SqlError when the transaction
  /// cannot go on.
  std::vector<RefusedRow> add(const RowTable& table);
  /// Rows of the last write() that were left out because a later one had the same key.
  std::size_t superseded() const { return superseded_; }

  /// Forgets the prepared statements; before the connection is closed.
  void forget() { statements_.clear(); }

 private:
  using Order = std::span<const std::uint32_t>;

  void write_all(const RowTable& table, Order order, bool narrow);
  void write_part(const RowTable& table, Order order, std::size_t most_rows, bool narrow);
  std::size_t chunk(const RowTable& table, Order order, std::size_t most_rows) const;
  void execute(const RowTable& table, Order order);
  /// On PostgreSQL.
  void run(const char* sql);
  void roll_back();
  void arrange(const RowTable& table, bool once_a_key);
  std::size_t full_rows() const;

  Connection& connection_;
  Target target_;
  std::vector<std::size_t> cells_;
  std::vector<std::size_t> key_cells_;
  std::vector<std::string> names_;
  std::map<std::size_t, std::unique_ptr<PreparedInsert>> statements_;  // by their number of rows
  std::vector<std::uint32_t> order_;
  std::vector<RefusedRow> refused_;
  std::size_t superseded_ = 0;
};

}  // namespace weir::sql
