// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/json_bytes.h"

#include <charconv>
#include <stdexcept>

#include "base/utf8.h"

namespace weir {

nlohmann::json bytes_to_json(std::string_view bytes) {
  if (!find_invalid_utf8(bytes)) return std::string(bytes);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return {{"hex", hex}};
}

std::string bytes_from_json(const nlohmann::json& json) {
  if (json.is_string()) return json.get<std::string>();
  const auto& hex = json.at("hex").get_ref<const std::string&>();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    if (error != std::errc() || end != hex.data() + i + 2)
      throw std::invalid_argument("'" + hex + "' is no hex");
    bytes += static_cast<char>(byte);
  }
  if (hex.size() % 2 != 0) throw std::invalid_argument("'" + hex + "' has half a byte");
  return bytes;
}

}  // namespace weir
