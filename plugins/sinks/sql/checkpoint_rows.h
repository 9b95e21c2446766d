// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql_client/dialect.h"
#include "sql_client/query.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {

// What statements on the table weir_checkpoint are made of.

inline Parameter text(std::string_view value) {
  return {Parameter::Kind::kText, std::string(value)};
}
inline Parameter number(std::uint64_t value) {
  return {Parameter::Kind::kInteger, std::to_string(value), static_cast<std::int64_t>(value)};
}
inline Parameter bytes(std::string_view value) {
  return {Parameter::Kind::kBytes, std::string(value)};
}
inline std::uint64_t number_of(const std::string& digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// Of a row that is there already `mode` decides.
inline std::string insert(const Dialect& dialect, Mode mode) {
  static const std::vector<std::string> key = {"pipeline", "name", "part"};
  static const std::vector<std::string> columns = {"pipeline", "name",  "part",   "parts",
                                                   "number",   "epoch", "content"};
  return dialect.insert({"weir_checkpoint", columns, key, mode}, 1);
}

}  // namespace weir::sql
