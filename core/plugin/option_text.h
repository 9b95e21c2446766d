// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <vector>

namespace weir {

/// What a value of the option looks like: "a text", "a duration such as 5s", "one of insert, upsert", "a list
/// of maps".
std::string form_text(const weir_option& option);

/// The range in the units of the file: "1 to 100", "at least 1ms", "at most 64MiB"; empty without one.
std::string range_text(const weir_option& option);

/// The names that a WEIR_CHOICE option takes.
std::vector<std::string> choices_of(const weir_option& option);

}  // namespace weir
