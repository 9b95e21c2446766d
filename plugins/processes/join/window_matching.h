// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include <cstdint>

#include "kept_bytes.h"
#include "matching.h"
#include "windowing/calendar.h"

namespace weir::join {

/// Records are partners in each window that holds both. Pairs leave when the window is over.
class WindowMatching final : public Matching {
 public:
  static void describe(Descriptor& d);
  /// Throws OptionError.
  WindowMatching(const Options& options, PairOutput& output, KeptBytes& kept);

  void start(Context& context) override;

  std::int64_t furthest_time() const override;
  void take(Side side, const Record& record, Context& out) override;
  void on_time(std::int64_t time, Context& out) override;

 private:
  void emit(std::int64_t window, Context& out);
  /// Whether all windows from `from` to `last` have room for it.
  bool has_room(Side side, std::int64_t from, std::int64_t last, const Record& record,
                const Context& out) const;
  void add(Side side, std::int64_t window, const Record& record, Context& out);
  void forget(Side side, std::int64_t window, Context& out);
  static std::int64_t list_bytes(weir_slice key);
  static std::int64_t list_of(std::int64_t window, Side side) {
    return window * 2 + static_cast<std::int64_t>(side);
  }

  windowing::Calendar calendar_;
  PairOutput& output_;
  KeptBytes& kept_;
  const bool report_partly_late_;
  weir_state* lists_ = nullptr;  ///< what the records of a list take, with their place
  Counter partly_late_;
};

}  // namespace weir::join
