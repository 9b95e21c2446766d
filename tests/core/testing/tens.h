// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

namespace weir::test {

/// Window `tens`: for each key groups of ten milliseconds of event time, or with `clock` of the clock. A
/// record with `early` lets its window fire at once, too.
class Tens final : public Window {
 public:
  static void describe(Descriptor& d);
  explicit Tens(const Options& options) : clock_(options.boolean("clock")) {}
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;

 private:
  const bool clock_;
};

}  // namespace weir::test
