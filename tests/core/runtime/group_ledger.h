// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

/// Where all group ledgers write to, as a database would be. Thread-safe.
class Vault {
 public:
  void clear();
  /// Committed rows, in order.
  std::vector<std::string> rows() const;
  /// Which units their owners have given up.
  bool is_released(const std::string& unit) const;

  // -- for the sinks --
  CheckpointSink::Claim claim(const std::string& unit);
  CheckpointSink::Claim look(const std::string& unit) const;
  std::vector<std::string> names() const;
  /// All or none; false where one has been claimed since.
  bool save(const weir_checkpoint& checkpoint, const std::vector<std::string>& rows);

 private:
  struct Unit {
    std::uint64_t term = 0;
    std::optional<std::string> content;
    bool released = false;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Unit> units_;
  std::vector<std::string> rows_;
};

Vault& vault();

/// Sink `group_ledger`: rows and units of the vault, exactly once in transactions. Notes "wrote ROW".
class GroupLedger final : public CheckpointSink {
 public:
  struct Shared {
    explicit Shared(const Options&) {}
  };

  static void describe(Descriptor& d);
  static std::string refuses(const Options&, Transactions, std::uint32_t) { return {}; }
  static void load(const Options&, Context&, const Visit&) {}
  static void recover(const Options&, std::span<const std::string_view>, Context&) {}
  static Claim claim_unit(const Options&, Shared&, std::string_view name, std::uint32_t task, Context&);
  static void look(const Options&, Shared&, std::optional<std::string_view> name, Context&,
                   const Visit& visit);
  static void save_units(const Options&, Shared&, const weir_checkpoint& checkpoint, Context&);

  GroupLedger(const Options&, Shared&) {}

  void write(Records records, Context& out) override;
  std::string prepare(std::uint64_t, Context&) override { return {}; }
  void commit_prepared(Context&) override {}
  void save_checkpoint(const weir_checkpoint& checkpoint, Context&) override;

 private:
  std::vector<std::string> open_;
};

}  // namespace weir::test
