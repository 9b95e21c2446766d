// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "windowing/time_windows.h"

namespace weir::tumbling {

/// Windows of one size that follow one another.
class Tumbling final : public windowing::TimeWindows {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  static std::string misfits(const Options& options, Surroundings around) {
    return windowing::misfits_in_time(options, around);
  }
  explicit Tumbling(const Options& options);
};

}  // namespace weir::tumbling
