// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir::conditions {

/// Whether `text` (UTF-8) is empty or holds nothing but characters with Unicode's property White_Space, the
/// ideographic space among them. Bytes that are not UTF-8 are not blank.
bool is_blank(std::string_view text);

}  // namespace weir::conditions
