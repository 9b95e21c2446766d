// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::json {

/// One line that says where `bytes`, which are not JSON, go wrong, what stands there and what was expected.
/// Always UTF-8. Slow beside the reading itself; for what is broken only.
std::string why_not_json(std::string_view bytes);

}  // namespace weir::json
