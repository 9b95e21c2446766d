// SPDX-License-Identifier: Apache-2.0
//
// The sink's part in checkpoints: taking them over, saving them, and the two phases.
#include "advice.h"
#include "prepared_transactions.h"
#include "sessions.h"
#include "sql_client/error_class.h"
#include "sql_client/statement.h"
#include "sql_sink.h"
#include "stage_work.h"

#include <algorithm>
#include <set>
#include <utility>

namespace weir::sql {
namespace {

/// A pipeline that begins again in the same process does not take the checkpoints back from the process that
/// has taken them over, as long as that one lives: otherwise the two would do it in turns.
void expect_no_successor(StageWork& stage, std::uint64_t mine, CheckpointTable& table) {
  if (mine == 0 || table.epoch(false) == mine) return;
  const std::string who = other_sessions(stage.connection(), stage.names());
  if (who.empty()) return;
  throw Stop("taken_over",
             stage.settings().url.label() + ": " + who +
                 " has taken over the checkpoints of this pipeline; only one process may run it "
                 "at a time, under one name and with one database");
}

bool needs_two_phases(const weir_place& place) {
  const auto how = Transactions::of(place.transactions);
  // The first instance of the first task is always the one that saves the checkpoint; with state by partition
  // each task's saves its own.
  const bool saves = how.keeps_checkpoints && (how.by_partition || place.task == 0) && place.worker == 0;
  return how.in_transactions && !saves;
}

}  // namespace

SqlSink::Role::Role(const weir_place& place, Connection& connection)
    : how(Transactions::of(place.transactions)),
      names(place, connection.url()),
      branches(place),
      transaction(connection, needs_two_phases(place)),
      checkpoints(connection, std::string(view(place.pipeline))),
      units(connection, std::string(view(place.pipeline))) {
  if (!how.by_partition || !how.in_transactions) return;
  owner = new_owner();
  names = TransactionNames(place, connection.url(), owner);
}

std::string SqlSink::refuses(const Options& options, Transactions how, std::uint32_t instances) {
  const bool sqlite = Settings(options).url.database == Database::kSqlite;
  if (how.by_partition && sqlite)
    return "SQLite has one writer at a time, in a file of one machine, and several processes would wait for "
           "each "
           "other; expected MySQL, MariaDB or PostgreSQL";
  if (how.by_partition && how.in_transactions && instances > 1) {
    return "its " + std::to_string(instances) +
           " instances would write in as many transactions, of which only one can decide; expected "
           "`concurrency: 1`";
  }
  if (!sqlite || !how.in_transactions) return {};
  if (!how.keeps_checkpoints) {
    return "SQLite cannot prepare a transaction for another's decision, so it can only keep the checkpoints "
           "itself; expected one such sink, and no checkpoint.store that is a folder";
  }
  if (instances > 1) {
    return "SQLite has one writer at a time, and the stage has " + std::to_string(instances) +
           " instances; expected `concurrency: 1`, and no exchange between tasks";
  }
  return {};
}

void SqlSink::load(const Options& options, Shared& shared, Context& context, const Visit& visit) {
  StageWork stage(options, context);
  CheckpointTable table(stage.connection(), std::string(view(context.place().pipeline)));
  std::uint64_t epoch = 0;
  stage.run([&] {
    if (epoch == 0) {
      table.create();
      expect_no_successor(stage, shared.epoch, table);
      stage.end_others();
      epoch = table.claim();
      stage.end_others();  // who came in between has the earlier epoch, and is not to hold locks
    }
    table.read(visit);
  });
  shared.epoch = epoch;
}

void SqlSink::recover(const Options& options, std::span<const std::string_view> saved, Context& context) {
  StageWork stage(options, context);
  if (stage.settings().url.database == Database::kSqlite) return;
  std::set<std::string> prefixes = {stage.names().prefix};
  for (const auto text : saved) prefixes.insert(TransactionId::of(text).prefix);
  stage.run([&] {
    stage.end_others();
    // MySQL may not list what a connection has prepared that is just ending.
    const std::string ending = other_sessions(stage.connection(), stage.names());
    if (stage.settings().url.database == Database::kMySql && !ending.empty())
      throw SqlError(ErrorKind::kBusy, "in_use", ending + " has not ended yet");
    for (const auto& prefix : prefixes) {
      std::vector<std::string> found;
      try {
        found = prepared_transactions(stage.connection(), prefix);
      } catch (const SqlError& e) {
        // Who needs two phases is refused when its instances start; who does not needs no such right.
        if (e.kind() != ErrorKind::kConfiguration || !saved.empty()) throw;
      }
      for (const auto& text : found) {
        const bool counts = std::find(saved.begin(), saved.end(), text) != saved.end();
        (counts ? weir::sql::commit_prepared : weir::sql::roll_back_prepared)(stage.connection(),
                                                                              TransactionId::of(text));
      }
    }
  });
}

void SqlSink::set_up_session() {
  mark_session(connection_, role_->names);
  if (role_->how.keeps_checkpoints && !role_->how.by_partition) expect_owner(false);
  if (!role_->how.in_transactions) return;
  if (role_->transaction.two_phases()) {
    expect_two_phases(connection_);
    prepared_transactions(connection_, role_->names.prefix);  // whether the next start will see them
  }
  if (settings_.url.database == Database::kPostgreSql) {
    // A transaction may rest until the checkpoint, but never wait for a lock without end.
    execute(connection_, "SET idle_in_transaction_session_timeout = 0");
    if (weir::sql::read_rows(connection_, "SHOW lock_timeout").at(0).at(0) == "0")
      execute(connection_, "SET lock_timeout = '30s'");
  }
}

void SqlSink::check_transactional(const TableSchema& schema) const {
  const bool prepares = role_->transaction.two_phases();
  if (schema.transactional && (schema.two_phases || !prepares)) return;
  throw SqlError(ErrorKind::kConfiguration, "no_transactions",
                 "the table '" + settings_.table + "' is of the engine " + schema.engine + ", which has no " +
                     (schema.transactional ? "transactions in two phases (XA)" : "transactions") +
                     ", so `delivery: exactly_once` cannot be kept; ALTER TABLE ... ENGINE = InnoDB");
}

void SqlSink::expect_owner(bool lock) {
  if (role_->checkpoints.epoch(lock) == shared_.epoch) return;
  writer_.forget();
  role_->transaction.roll_back();
  throw Stop("taken_over",
             settings_.url.label() +
                 ": another process has taken over the checkpoints of this pipeline, so that this one can "
                 "commit nothing more; only one may run at a time, under one name and with one database");
}

void SqlSink::begin() {
  auto& transaction = role_->transaction;
  if (!transaction.is_open()) transaction.begin({role_->names.prefix, role_->branches.next()});
}

void SqlSink::save_checkpoint(const weir_checkpoint& checkpoint, Context& out) {
  if (role_->how.by_partition && checkpoint.unit_count == 0 && !role_->transaction.is_open()) return;
  for (bool fresh = !connection_.is_open();;) {
    try {
      connect();
      begin();
      if (role_->how.by_partition) {
        save_units(checkpoint);
        break;
      }
      expect_owner(true);
      role_->checkpoints.save(view(checkpoint.name), checkpoint.number, view(checkpoint.content),
                              shared_.epoch);
      break;
    } catch (const SqlError& e) {
      try_again_or_stop(e, std::exchange(fresh, true), out);
    }
  }
  commit(out);
  outage_.over(out);
}

void SqlSink::commit(Context& out) {
  for (;;) {
    try {
      return role_->transaction.commit();
    } catch (const SqlError& e) {
      // SQLite keeps the transaction while readers are in its way ("SQLITE_BUSY").
      if (settings_.url.database != Database::kSqlite || e.kind() != ErrorKind::kBusy) stop_commit(e);
      outage_.recover(e, connection_, true, out);
    }
  }
}

void SqlSink::stop_commit(const SqlError& error) {
  writer_.forget();
  role_->transaction.roll_back();
  if (error.kind() != ErrorKind::kConnection) stop_lost(error);
  throw Stop(
      "commit_unknown",
      settings_.url.label() + ": " + error.what() + " (" + error.code() +
          "), while the checkpoint was committed: whether it was, the database tells at the next start");
}

void SqlSink::stop_lost(const SqlError& error) const {
  throw Stop("transaction_lost",
             settings_.url.label() + ": " + error.what() + " (" + error.code() +
                 "); with it the transaction is gone that held what was written since the last checkpoint, "
                 "so the pipeline has to go on from that one");
}

void SqlSink::try_again_or_stop(const SqlError& error, bool fresh, Context& out) {
  const bool lost = role_->transaction.holds_rows();
  writer_.forget();
  role_->transaction.roll_back();
  if (error.kind() == ErrorKind::kConfiguration) throw Stop(error.code(), advice(error, settings_));
  if ((lost || error.kind() == ErrorKind::kData) && !connection_.aborted()) stop_lost(error);
  outage_.recover(error, connection_, fresh, out);
}

std::string SqlSink::prepare(std::uint64_t, Context&) {
  auto& transaction = role_->transaction;
  try {
    if (!transaction.holds_rows()) {
      writer_.forget();
      transaction.roll_back();
      return {};
    }
    // Not for safety, since without a saved checkpoint it is never committed: so that no locks are left.
    if (role_->how.keeps_checkpoints) expect_owner(false);
    return transaction.prepare();
  } catch (const SqlError& e) {
    writer_.forget();
    transaction.roll_back();
    stop_lost(e);
  }
}

void SqlSink::commit_prepared(Context&) {
  try {
    role_->transaction.commit_prepared();
  } catch (const SqlError& e) {
    throw Stop("prepared", settings_.url.label() + ": " + e.what() + " (" + e.code() +
                               "), while a prepared transaction was committed: that is made up for at the "
                               "next start");
  }
}

}  // namespace weir::sql
