// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

/// What stands outside of the process where ledgers write to, so that it outlives a run. Thread-safe.
class Bank {
 public:
  using Rows = std::vector<std::string>;

  /// Committed rows of a stage, in order.
  Rows rows(const std::string& stage) const;
  /// How many transactions of the stage are prepared and not decided.
  std::size_t prepared(const std::string& stage) const;
  void clear();

  /// The pipeline stops at the `nth` call of that step ("write", "flush", "prepare", "save", "commit",
  /// "load", "recover") from now on; with `after`, behind what the step does.
  void fail_at(const std::string& step, int nth, bool after);
  /// Nothing fails any more.
  void heal();

  // -- for the sinks --
  /// Throws Stop when it is this one's turn.
  void pass(const std::string& step, bool after);
  void prepare(const std::string& stage, const std::string& id, Rows rows);
  /// No matter when it is not prepared any more.
  void commit(const std::string& stage, const std::string& id);
  void roll_back_all(const std::string& stage);
  void save(const std::string& stage, const std::string& name, const std::string& content, const Rows& rows);
  std::map<std::string, std::string> saved(const std::string& stage) const;

 private:
  struct Failure {
    std::string step;
    int left;
    bool after;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Rows> rows_;
  std::map<std::string, std::map<std::string, Rows>> prepared_;
  std::map<std::string, std::map<std::string, std::string>> saved_;
  std::optional<Failure> failure_;
};

Bank& bank();

/// Sink `ledger`: rows of the bank, in transactions. `can`: what it is able to do. Refuses the value in
/// `refuse`.
class Ledger : public CheckpointSink {
 public:
  static void describe(Descriptor& d);
  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);
  static void load(const Options& options, Context& context, const Visit& visit);
  static void recover(const Options& options, std::span<const std::string_view> saved, Context& context);
  explicit Ledger(const Options& options) : refuse_(options.string("refuse")) {}

  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context&) override;
  std::string prepare(std::uint64_t checkpoint, Context& context) override;
  void commit_prepared(Context&) override;
  void save_checkpoint(const weir_checkpoint& checkpoint, Context&) override;

 private:
  const std::string refuse_;
  std::string stage_, id_, prepared_;
  Bank::Rows open_;
};

/// Sink `slow_ledger`: the same on threads of its own.
class SlowLedger final : public Ledger {
 public:
  static void describe(Descriptor& d);
  using Ledger::Ledger;
};

}  // namespace weir::test
