// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_reader.h"
#include "row_table.h"
#include "settings.h"
#include "sql_client/connection.h"
#include "sql_client/outage.h"
#include "table_schema.h"
#include "writer.h"

#include <weir/sink.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace weir::sql {

/// Writes the fields of JSON objects to the columns of a table. Each write() is committed when it returns, so
/// there is nothing left to flush.
class SqlSink final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit SqlSink(const Options& options);

  void start(Context& out) override;
  void write(Records records, Context& out) override;
  void interrupt() override;

 private:
  /// What of a batch cannot be stored: the record's number and the reason.
  using Refused = std::vector<std::pair<std::size_t, Problem>>;

  // Functions below throw SqlError for what the database says.
  void deliver(Records records, Context& out);
  void get_ready(Records records, Context& out);
  void learn_table(Records records, Context& out);
  std::optional<TableSchema> create_table(Records records);
  void plan(const TableSchema& schema, Context& out);
  void check_key(const TableSchema& schema, Context& out) const;
  void read_rows(Records records, Refused& refused);
  Refused write_rows();
  void count_unknown(Context& out);

  Settings settings_;
  Connection connection_;
  Writer writer_;
  Outage outage_;
  std::optional<RowReader> reader_;  // once the table's columns are known
  std::optional<RowTable> table_;
  std::vector<std::size_t> record_of_row_;
  bool unknown_told_ = false;
};

}  // namespace weir::sql
