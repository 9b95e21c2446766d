// SPDX-License-Identifier: Apache-2.0
#include "parts.h"

namespace weir::pipelines {

std::vector<Parts> parts_of_this_program() {
  return {Parts::kReal};
}

}  // namespace weir::pipelines
