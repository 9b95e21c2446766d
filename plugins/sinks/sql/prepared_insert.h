// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_table.h"
#include "sql_client/connection.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace weir::sql {

/// A prepared statement that inserts a fixed number of rows. It is used again and again, also after an error.
/// One thread; gone before its connection is closed.
class PreparedInsert {
 public:
  PreparedInsert() = default;
  PreparedInsert(const PreparedInsert&) = delete;
  PreparedInsert& operator=(const PreparedInsert&) = delete;
  virtual ~PreparedInsert() = default;

  /// Inserts the rows `order` of `table`, as many as it was prepared for. Throws SqlError.
  virtual void execute(const RowTable& table, std::span<const std::uint32_t> order) = 0;
};

/// `cells`: which cells of a row are the statement's columns, in its order.
std::unique_ptr<PreparedInsert> prepare_insert(Connection& connection, const std::string& sql,
                                               const std::vector<std::size_t>& cells, std::size_t rows);

}  // namespace weir::sql
