// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

// Plain values as they stand in a file. The message of a Problem is a clause that fits behind "'count' is
// 'ten', " and repeats nothing of the text, which may be a secret put into the wrong place.

namespace weir {

/// Decimal digits with an optional sign.
Result<std::int64_t> parse_integer(std::string_view text);

/// A finite decimal number: "1", "-0.5", "1e6".
Result<double> parse_number(std::string_view text);

/// "true" or "false", in the three spellings of YAML's core schema (true, True, TRUE).
Result<bool> parse_bool(std::string_view text);

}  // namespace weir
