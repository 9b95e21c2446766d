// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/record.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "windowing/window_options.h"

namespace weir::windowing {

/// The option `evict`: which records of a window stay. Used by one thread.
class Eviction {
 public:
  explicit Eviction(EvictOptions options) : options_(std::move(options)) {}

  bool any() const { return options_.any(); }
  /// Records are left out behind a result, not before it.
  bool behind() const { return options_.behind; }
  /// What is left out once must be taken away then: a later look at all records would find it again.
  bool takes_away() const { return options_.takes_away(); }

  /// Leaves out of a window's records, which are in the order of arrival.
  void leave_out(std::vector<Record>& records) const;

  /// How many records at the front of a list no result will hold any more; 0 where it is not worth the while.
  std::size_t stale(Records list) const;

 private:
  void leave_out_far(std::vector<Record>& records) const;
  std::optional<double> number(const Record& record) const;

  const EvictOptions options_;
  mutable JsonReader reader_;
};

}  // namespace weir::windowing
