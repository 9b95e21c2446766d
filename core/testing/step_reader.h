// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "testing/test_case.h"

namespace weir {

/// Reads one entry of `steps:`, a map with one key. What is wrong goes to `diagnostics`.
std::optional<Step> read_step(const Node& node, Diagnostics& diagnostics);

}  // namespace weir
