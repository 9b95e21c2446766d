// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <cstdint>

#include "kept_bytes.h"
#include "kept_side.h"
#include "matching.h"

namespace weir::join {

/// A right record belongs to a left one when its time lies in an interval around the left one's.
class IntervalMatching final : public Matching {
 public:
  static void describe(Descriptor& d);
  /// Throws OptionError.
  IntervalMatching(const Options& options, PairOutput& output, KeptBytes& kept);

  void start(Context& context) override;
  std::int64_t furthest_time() const override { return kFurthest; }
  void take(Side side, const Record& record, Context& out) override;
  void on_time(std::int64_t time, Context& out) override;

 private:
  // Twice a time up to here plus any bound fits 64 bits.
  static constexpr std::int64_t kFurthest = std::int64_t{1} << 61;

  struct Interval {
    std::int64_t lower, upper;  // milliseconds, both included
  };
  static Interval read(const Options& options);
  IntervalMatching(Interval interval, PairOutput& output, KeptBytes& kept);

  /// Emits the pairs; whether there were any.
  bool pair_up(Side side, const Record& record, Context& out);
  /// The watermark at which every record that could be a partner would be late.
  std::int64_t expiry(Side side, std::int64_t time) const {
    return (side == Side::kLeft ? time + upper_ : time - lower_) + 1;
  }
  void expire(Side side, std::int64_t time, std::int64_t now, Context& out);
  KeptSide& side_of(Side side) { return side == Side::kLeft ? left_ : right_; }

  const std::int64_t lower_, upper_;
  PairOutput& output_;
  KeptBytes& kept_;
  KeptSide left_, right_;
};

}  // namespace weir::join
