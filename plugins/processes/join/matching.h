// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/record.h>

#include <cstdint>

#include "pair_output.h"

namespace weir::join {

/// Which records are partners. All that it holds stands in the host's state, lists and timers. One thread.
class Matching {
 public:
  Matching() = default;
  Matching(const Matching&) = delete;
  Matching& operator=(const Matching&) = delete;
  virtual ~Matching() = default;

  virtual void start(Context&) {}
  /// Times beyond this, before and after 1970, cannot be placed.
  virtual std::int64_t furthest_time() const = 0;
  /// A record with a time, of the current key.
  virtual void take(Side side, const Record& record, Context& out) = 0;
  /// The watermark has come to a time that was asked for, for the current key.
  virtual void on_time(std::int64_t time, Context& out) = 0;
};

}  // namespace weir::join
