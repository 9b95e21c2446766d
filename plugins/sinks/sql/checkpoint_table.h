// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/connection.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

/// The checkpoints of one pipeline in the table `weir_checkpoint` of the database that its sink writes to.
///
/// A checkpoint stands in as many rows as it has parts of 1 MiB, since it may be larger than a statement, and
/// is replaced by the next one of its name. The row with an empty name is the pipeline's: its epoch grows
/// each time that a process takes the checkpoints over. One thread; functions throw SqlError.
class CheckpointTable {
 public:
  CheckpointTable(Connection& connection, std::string pipeline)
      : connection_(connection), pipeline_(std::move(pipeline)) {}

  /// Creates the table unless it is there.
  void create();
  /// Takes the checkpoints over, in a transaction of its own; returns the epoch that is the caller's.
  std::uint64_t claim();
  /// The epoch now; 0 where nobody has taken them. In a transaction with `lock` it stays so until its end.
  std::uint64_t epoch(bool lock);
  /// In the transaction that is open.
  void save(std::string_view name, std::uint64_t number, std::string_view content, std::uint64_t epoch);

  using Visit = std::function<void(std::string_view name, std::string_view content)>;
  void read(const Visit& visit);
  /// The names of all that is saved.
  std::vector<std::string> names();
  /// What is saved under the name.
  std::optional<std::string> read(const std::string& name);

 protected:
  /// Replaces the parts of that name; returns how many there are now. There may have been more.
  std::uint64_t put(std::string_view name, std::uint64_t number, std::string_view content,
                    std::uint64_t epoch);
  Connection& connection() const { return connection_; }
  const std::string& pipeline() const { return pipeline_; }

 private:
  bool is_there();
  std::string content_of(const std::string& name, const std::string& parts, const std::string& number);

  Connection& connection_;
  std::string pipeline_;
};

}  // namespace weir::sql
