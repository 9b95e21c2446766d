// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>

#include "conditions/condition.h"

namespace weir::filter {

// Lets records pass that meet a condition; the others leave by `unmatched`. Records are handed on as they
// are, in their order.
class Filter final : public Process {
 public:
  static constexpr Port kOut{0}, kUnmatched{1};

  static void describe(Descriptor& d);
  explicit Filter(const Options& options);

  void process(const Batch& batch, Context& out) override;

 private:
  conditions::Condition where_;
  JsonReader reader_;
};

}  // namespace weir::filter
