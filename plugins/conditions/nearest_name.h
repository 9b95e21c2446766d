// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::conditions {

/// "; did you mean 'equals'?" with the name that takes the fewest single-character edits from `found`, or
/// nothing when none is near (more than a third of its length, at least two).
std::string did_you_mean(std::string_view found, std::span<const std::string_view> names);

}  // namespace weir::conditions
