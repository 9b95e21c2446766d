// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkpoint_table.h"
#include "row_reader.h"
#include "row_table.h"
#include "settings.h"
#include "sql_client/connection.h"
#include "sql_client/error_class.h"
#include "sql_client/outage.h"
#include "table_schema.h"
#include "transaction.h"
#include "transaction_names.h"
#include "unit_table.h"
#include "writer.h"

#include <weir/transactional_sink.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::sql {

/// Writes the fields of JSON objects to the columns of a table. Without transactions each write() is
/// committed when it returns, so there is nothing left to flush. In transactions it stays open until the
/// checkpoint, which it saves itself, or is prepared for. The functions of transactions are in
/// sql_transactions.cc.
class SqlSink final : public CheckpointSink {
 public:
  /// Of all instances of the stage.
  struct Shared {
    explicit Shared(const Options&) {}
    std::atomic<std::uint64_t> epoch{0};  ///< in which the checkpoints are this process's; 0: they are not
    Owners owners;                        ///< of units, with state by partition
  };

  static void describe(Descriptor& d);
  static std::string takes(const Options& options, std::uint32_t /*input*/) {
    return Settings(options).takes();
  }
  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);
  static void load(const Options& options, Shared& shared, Context& context, const Visit& visit);
  static void recover(const Options& options, std::span<const std::string_view> saved, Context& context);

  // sql_units.cc
  static Claim claim_unit(const Options& options, Shared& shared, std::string_view name, std::uint32_t task,
                          Context& context);
  static void look(const Options& options, Shared& shared, std::optional<std::string_view> name,
                   Context& context, const Visit& visit);
  static void save_units(const Options& options, Shared& shared, const weir_checkpoint& checkpoint,
                         Context& context);

  SqlSink(const Options& options, Shared& shared);

  void start(Context& out) override;
  void write(Records records, Context& out) override;
  void interrupt() override;
  std::string prepare(std::uint64_t checkpoint, Context& out) override;
  void commit_prepared(Context& out) override;
  void save_checkpoint(const weir_checkpoint& checkpoint, Context& out) override;

 private:
  /// What of a batch cannot be stored: the record's number and the reason.
  using Refused = std::vector<std::pair<std::size_t, Problem>>;

  /// How the instance takes part in checkpoints, where it does.
  struct Role {
    Role(const weir_place& place, Connection& connection);
    Transactions how;
    TransactionNames names;
    BranchNames branches;
    Transaction transaction;
    CheckpointTable checkpoints;
    UnitTable units;
    std::string owner;  ///< by which others find its connection; empty: they need not
  };

  // Functions below throw SqlError for what the database says.
  void deliver(Records records, Context& out);
  void connect();
  void get_ready(Records records, Context& out);
  void learn_table(Records records, Context& out);
  std::optional<TableSchema> create_table(Records records);
  void plan(const TableSchema& schema, Context& out);
  void check_key(const TableSchema& schema, Context& out) const;
  void read_rows(Records records, Refused& refused);
  Refused write_rows();
  void count_unknown(Context& out);

  bool in_transactions() const { return role_ && role_->how.in_transactions; }
  void set_up_session();
  void check_transactional(const TableSchema& schema) const;
  void begin();
  void expect_owner(bool lock);
  void save_units(const weir_checkpoint& checkpoint);
  void commit(Context& out);
  /// After an error in a transaction: returns when what the caller did should be tried again, because nothing
  /// of an earlier call was in it. Throws Stop.
  void try_again_or_stop(const SqlError& error, bool fresh, Context& out);
  [[noreturn]] void stop_commit(const SqlError& error);
  [[noreturn]] void stop_lost(const SqlError& error) const;

  Settings settings_;
  Shared& shared_;
  Connection connection_;
  Writer writer_;
  Outage outage_;
  std::optional<Role> role_;
  std::optional<RowReader> reader_;  // once the table's columns are known
  std::optional<RowTable> table_;
  std::vector<std::size_t> record_of_row_;
  bool unknown_told_ = false;
};

}  // namespace weir::sql
