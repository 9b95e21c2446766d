// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "advice.h"
#include "sessions.h"
#include "settings.h"
#include "sql_client/connection.h"
#include "sql_client/error_class.h"
#include "sql_client/statement.h"
#include "transaction_names.h"

#include <weir/context.h>
#include <weir/options.h>
#include <weir/stage.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace weir::sql {

/// One connection for the functions that a stage is called with, not an instance.
class StageWork {
 public:
  StageWork(const Options& options, Context& context)
      : settings_(options),
        connection_(settings_.url),
        names_(context.place(), settings_.url),
        context_(context) {}

  const Settings& settings() const { return settings_; }
  const TransactionNames& names() const { return names_; }
  Connection& connection() { return connection_; }

  /// Ends what other processes of the pipeline have open.
  void end_others() { end_others(names_); }
  void end_others(const TransactionNames& of) { left_ = end_other_sessions(connection_, of); }

  /// Connects and calls `work`, again and again while a lock or a connection that is not gone yet is in the
  /// way. Throws Stop.
  template <class Work>
  void run(Work&& work) {
    try {
      connection_.open();
      set_up();
      const auto until = std::chrono::steady_clock::now() + kStartPatience;
      for (auto wait = settings_.retry.first; !try_once(work, until);
           wait = std::min<std::chrono::milliseconds>(2 * wait, kLongestWait))
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(wait, kLongestWait));
    } catch (const SqlError& e) {
      throw Stop(e.code(), advice(e, settings_));
    }
  }

 private:
  /// How long a start waits for what an earlier process has left. It cannot be interrupted.
  static constexpr std::chrono::seconds kStartPatience{30};
  static constexpr std::chrono::seconds kLongestWait{1};

  /// A lock that somebody holds is no reason to wait for as long as servers do.
  void set_up() {
    if (settings_.url.database == Database::kMySql)
      execute(connection_, "SET SESSION innodb_lock_wait_timeout = 3");
    if (settings_.url.database == Database::kPostgreSql) execute(connection_, "SET lock_timeout = '3s'");
  }

  template <class Work>
  bool try_once(Work& work, std::chrono::steady_clock::time_point until) {
    try {
      work();
      return true;
    } catch (const SqlError& e) {
      if (e.kind() != ErrorKind::kBusy) throw;
      const std::string what =
          settings_.url.label() + ": what an earlier process of this pipeline holds is in the way (" +
          e.what() + "); it is held by " + (left_.empty() ? "a connection that this user cannot see" : left_);
      if (std::chrono::steady_clock::now() >= until)
        throw Stop("in_use", what + ". End that process or its connection, then start the pipeline again");
      if (!std::exchange(told_, true)) context_.warn(what + "; waiting for it");
      undo();
      return false;
    }
  }
  void undo() {
    try {
      execute(connection_, "ROLLBACK");
    } catch (const SqlError& e) {
      if (e.kind() == ErrorKind::kConnection) throw;  // otherwise there was nothing to undo
    }
  }

  Settings settings_;
  Connection connection_;
  TransactionNames names_;
  Context& context_;
  std::string left_;  // of what end_others() could not end
  bool told_ = false;
};

}  // namespace weir::sql
