// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::kafka {

/// The name nearest to `name` by edits of one character, or "" when none is near enough to be meant.
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

/// "; did you mean 'X'?" with the nearest name, or "".
std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

}  // namespace weir::kafka
