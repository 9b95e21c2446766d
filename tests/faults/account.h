// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::faults {

/// The oracle: knows which records went in, is told which came out, and says what does not agree.
/// Records are numbered from 0.
class Account {
 public:
  explicit Account(std::int64_t records) : seen_(static_cast<std::size_t>(records)) {}

  /// Record `n` stands in an output where it belongs, with all its bytes.
  void saw(std::int64_t n);
  /// Something stands in an output that is no record, or not where it belongs. The first few are kept.
  void saw_foreign(const std::string& what);

  std::int64_t records() const { return static_cast<std::int64_t>(seen_.size()); }
  /// How many records stand in no output.
  std::int64_t missing() const;
  /// How many records too many stand there: one that is there three times counts as two.
  std::int64_t twice() const;
  std::int64_t foreign() const { return foreign_; }

  /// The first few of each kind in words; empty when all agrees.
  std::string examples() const;

 private:
  std::vector<std::uint32_t> seen_;
  std::int64_t foreign_ = 0;
  std::vector<std::string> first_foreign_;
};

}  // namespace weir::faults
