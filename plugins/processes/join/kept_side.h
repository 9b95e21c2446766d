// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/record.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pair_output.h"

namespace weir::join {

/// The records of one input that may still find partners, by the stage's current key and their time. The
/// records themselves stand in the host's lists, one for each key and time, so that they keep origin and
/// bytes. Which times there are stands in a state, in spans of time, so that looking for those of an interval
/// costs what stands in and beside it, not all that is kept of the key.
///
/// Records of one key and time have the same partners: they are matched, or not, together.
class KeptSide {
 public:
  struct Moment {
    std::int64_t time = 0;
    bool matched = false;
  };

  /// `span`: milliseconds, above 0.
  KeptSide(Side side, std::int64_t span) : side_(side), span_(span) {}

  void open(Context& context);
  void add(Context& out, const Record& record, bool matched);
  /// The times from `first` to `last`, both included, in order.
  std::vector<Moment> find(const Context& out, std::int64_t first, std::int64_t last) const;
  /// Those of one time, in the order in which they came; valid until forget().
  Records records(const Context& out, std::int64_t time) const;
  void set_matched(Context& out, std::int64_t time);
  void forget(Context& out, std::int64_t time);

 private:
  std::int64_t span_of(std::int64_t time) const;
  /// Both sides share the lists of the stage.
  std::int64_t list_of(std::int64_t time) const { return time * 2 + static_cast<std::int64_t>(side_); }

  const Side side_;
  const std::int64_t span_;
  weir_state* times_ = nullptr;
};

}  // namespace weir::join
