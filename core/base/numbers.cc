// SPDX-License-Identifier: Apache-2.0
#include "base/numbers.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace weir {
namespace {

// std::from_chars takes '-' but no '+'.
std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

}  // namespace

Result<std::int64_t> parse_integer(std::string_view text) {
  text = without_plus(text);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || read.ec == std::errc::invalid_argument) return Problem{"expected a whole number"};
  if (read.ec == std::errc::result_out_of_range) return Problem{"expected a whole number of at most 64 bits"};
  return value;
}

Result<double> parse_number(std::string_view text) {
  text = without_plus(text);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || read.ec == std::errc::invalid_argument) return Problem{"expected a number"};
  if (read.ec == std::errc::result_out_of_range)
    return Problem{"expected a number within the range of a double"};
  if (!std::isfinite(value)) return Problem{"expected a finite number"};
  return value;
}

Result<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return Problem{"expected true or false"};
}

}  // namespace weir
