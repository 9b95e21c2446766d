// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <cstdint>

#include "matching.h"
#include "windowing/calendar.h"

namespace weir::join {

/// Records are partners in each window that holds both. Pairs leave when the window is over.
class WindowMatching final : public Matching {
 public:
  static void describe(Descriptor& d);
  /// Throws OptionError.
  WindowMatching(const Options& options, PairOutput& output);

  std::int64_t furthest_time() const override;
  void take(Side side, const Record& record, Context& out) override;
  void on_time(std::int64_t time, Context& out) override;

 private:
  void emit(std::int64_t window, Context& out);
  static std::int64_t list_of(std::int64_t window, Side side) {
    return window * 2 + static_cast<std::int64_t>(side);
  }

  windowing::Calendar calendar_;
  PairOutput& output_;
};

}  // namespace weir::join
