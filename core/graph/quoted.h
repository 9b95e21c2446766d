// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir {

inline std::string in_quotes(const std::string& name) {
  return "'" + name + "'";
}

}  // namespace weir
