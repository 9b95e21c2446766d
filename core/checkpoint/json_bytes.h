// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace weir {

/// Bytes as JSON: a string where they are UTF-8, else {"hex": "00ff"}.
nlohmann::json bytes_to_json(std::string_view bytes);

/// The inverse. Throws nlohmann::json::exception or std::invalid_argument for anything else.
std::string bytes_from_json(const nlohmann::json& json);

}  // namespace weir
