// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkpoint_table.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::sql {

/// The units of a pipeline whose state goes with the partitions, in the table `weir_checkpoint`: each as a
/// checkpoint of its name, and beside it a row of the part -1, whose `epoch` is the term of its owner, and
/// whose content is the owner's name as long as that one may have something of the unit in an open
/// transaction.
///
/// Several processes save units at once, each its own. So every lock is one of single rows that are there,
/// found by the whole key: a range or a row that is missing would lock its neighbours with it (InnoDB's gap
/// locks). One thread; functions throw SqlError.
class UnitTable : private CheckpointTable {
 public:
  using CheckpointTable::CheckpointTable;
  using CheckpointTable::create;
  using CheckpointTable::names;

  /// Makes the owner's row of the unit unless it is there.
  void add(std::string_view name);
  std::string owner(std::string_view name);
  /// In a transaction of its own: the unit is that owner's from now on. Returns its term.
  std::uint64_t claim(std::string_view name, std::string_view owner);
  /// What is saved.
  std::optional<std::string> content(std::string_view name);

  // -- in the transaction that is open --
  /// Whether the term is still the last one; then it stays so until the transaction's end.
  bool hold(std::string_view name, std::uint64_t term);
  void save(std::string_view name, std::uint64_t number, std::string_view content, std::uint64_t term);
  /// The owner has nothing more of it in any transaction.
  void release(std::string_view name);

 private:
  std::uint64_t term(const std::string& name);
};

/// By which name of an owner the instances of this process are found, by task. Thread-safe.
class Owners {
 public:
  void set(std::uint32_t task, std::string owner) {
    const std::lock_guard lock(mutex_);
    by_task_[task] = std::move(owner);
  }
  std::string of(std::uint32_t task) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_task_.find(task);
    return found == by_task_.end() ? std::string() : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::string> by_task_;
};

}  // namespace weir::sql
