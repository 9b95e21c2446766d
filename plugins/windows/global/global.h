// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "windowing/endless_windows.h"

namespace weir::global {

/// One window a key that never ends.
class Global final : public windowing::EndlessWindows {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  static std::string misfits(const Options& options, Surroundings around);
  explicit Global(const Options& options);

 private:
  static Rules rules(const Options& options);
};

}  // namespace weir::global
