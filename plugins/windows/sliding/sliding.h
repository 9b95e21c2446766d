// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "windowing/time_windows.h"

namespace weir::sliding {

/// Windows of one size that begin every `slide`.
class Sliding final : public windowing::TimeWindows {
 public:
  static void describe(Descriptor& d);
  /// `between` is there only where windows leave gaps.
  static PortList ports(const Options& options);
  static std::string misfits(const Options& options, Surroundings around) {
    return windowing::misfits_in_time(options, around);
  }
  explicit Sliding(const Options& options);
};

}  // namespace weir::sliding
