// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace weir::bench {

/// An environment variable that must be set.
inline std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("the environment variable is missing: ") + name);
  return value;
}

}  // namespace weir::bench
