// SPDX-License-Identifier: Apache-2.0
//
// Options as the host hands them over. Included by testing.h.
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir::testing {

/// Fills in the defaults that the descriptor declares, read as JSON: "5s" is given as 5000 by the caller's
/// `units`, every other text by its type. Units: ms, s, m, h and KiB, MiB, GiB suffice for defaults.
inline nlohmann::json default_of(const weir_option& option) {
  const std::string text = option.default_value;
  const auto scaled = [&](const std::map<std::string, double>& units) -> nlohmann::json {
    std::size_t used = 0;
    const double n = std::stod(text, &used);
    const auto unit = units.find(text.substr(used));
    if (unit == units.end())
      throw std::invalid_argument("default of '" + std::string(option.name) + "': " + text);
    return static_cast<std::int64_t>(n * unit->second);
  };
  switch (static_cast<weir_option_type>(option.type)) {
    case WEIR_BOOL:
      return text == "true";
    case WEIR_INTEGER:
      return std::stoll(text);
    case WEIR_NUMBER:
      return std::stod(text);
    case WEIR_DURATION:
      return scaled({{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
    case WEIR_SIZE:
      return scaled({{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}});
    case WEIR_STRING_LIST:
      return nlohmann::json::array({text});
    default:
      return text;
  }
}

inline void fill_defaults(nlohmann::json& values, const weir_option* const* declared) {
  for (; declared != nullptr && *declared != nullptr; ++declared) {
    const weir_option& option = **declared;
    auto found = values.find(option.name);
    if (found == values.end()) {
      if (option.default_value != nullptr) values[option.name] = default_of(option);
    } else if (option.type == WEIR_OBJECT) {
      fill_defaults(*found, option.fields);
    } else if (option.type == WEIR_OBJECT_LIST) {
      for (auto& element : *found) fill_defaults(element, option.fields);
    } else if (option.type == WEIR_STRING_LIST && found->is_string()) {
      *found = nlohmann::json::array({*found});
    }
  }
}

/// `options` as JSON, with the defaults of those that it does not give.
inline std::string with_defaults(std::string_view options, const weir_option* const* declared) {
  auto values = nlohmann::json::parse(options);
  fill_defaults(values, declared);
  return values.dump();
}

}  // namespace weir::testing
