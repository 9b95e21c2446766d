// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "spec/node.h"

namespace weir {

/// A YAML tree as JSON, where nothing declares the types. Unquoted scalars are typed as in JSON: true, false,
/// integers of 64 bits, decimal numbers. All else is a string, numbers with leading zeros or too many digits
/// included: those are mostly ids and codes, which must not lose a digit.
nlohmann::json natural_json(const Node& node);

}  // namespace weir
