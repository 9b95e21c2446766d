// SPDX-License-Identifier: Apache-2.0
#include "support/unique_name.h"

#include <atomic>
#include <cstdio>
#include <random>

namespace weir::support {

std::string unique_name(std::string_view prefix) {
  static const unsigned program = std::random_device{}();
  static std::atomic<unsigned> calls{0};
  char suffix[32];
  std::snprintf(suffix, sizeof suffix, "_%08x_%u", program, ++calls);
  return std::string(prefix) + suffix;
}

}  // namespace weir::support
