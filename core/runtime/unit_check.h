// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/units.h"

namespace weir {

/// Stands at the door of a stage whose state goes with the source's partitions: what comes must belong to the
/// partition that its key belongs to, and to this process. Used by one thread.
class UnitCheck {
 public:
  explicit UnitCheck(const Units& units) : units_(units) {}

  /// Whether all of them belong here. Otherwise kept() are those that do: the others are of partitions that
  /// have gone to another owner, who reads them again; or problem() says why none of that can be.
  bool pass(const weir_record* records, const weir_slice* keys, std::size_t count);
  const std::vector<weir_record>& kept() const { return records_; }
  const std::vector<weir_slice>& keys() const { return keys_; }
  const std::string& problem() const { return problem_; }

 private:
  enum class Verdict { kHere, kGone, kWrong };
  Verdict judge(const weir_record& record, weir_slice key);

  const Units& units_;
  std::vector<weir_record> records_;
  std::vector<weir_slice> keys_;
  std::string problem_;
};

}  // namespace weir
