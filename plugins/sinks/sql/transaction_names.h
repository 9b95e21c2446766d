// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/url.h"

#include <weir/context.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::sql {

/// The names by which one run of a stage finds what another run of it has left in the database.
struct TransactionNames {
  /// `owner`: of one of several processes that run the pipeline at once, see Owners.
  TransactionNames(const weir_place& place, const DatabaseUrl& url, std::string_view owner = {});

  /// What the transactions of this pipeline and stage in two phases begin with, of at most 64 bytes (the
  /// limit of a global transaction id in X/Open XA): "weir/pipeline/stage/database", or a hash of it where it
  /// is longer or has characters that an SQL text would need quoted. A server knows such transactions without
  /// their database, therefore it is in the name.
  std::string prefix;
  /// The same for connections, of the pipeline or the owner: a hash.
  std::string sessions;
  /// As the number of PostgreSQL's advisory lock.
  std::int64_t sessions_number = 0;
};

/// A name that nobody else has, for an instance that writes units of state by partition.
std::string new_owner();

/// Makes the names of one instance's transactions, each of at most 64 bytes: task, worker, and a number that
/// no other run has. (Not the checkpoint's: MySQL wants the name when the transaction begins, and a process
/// that was thought dead may make a checkpoint of the same number.)
class BranchNames {
 public:
  explicit BranchNames(const weir_place& place);
  std::string next() { return base_ + std::to_string(++last_); }

 private:
  std::string base_;
  std::uint64_t last_ = 0;
};

}  // namespace weir::sql
