// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "windowing/endless_windows.h"

namespace weir::count {

/// Windows of so many records of a key, or the last so many each `slide` records.
class Count final : public windowing::EndlessWindows {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  explicit Count(const Options& options);

 private:
  static Rules rules(const Options& options);
};

}  // namespace weir::count
