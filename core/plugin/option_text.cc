// SPDX-License-Identifier: Apache-2.0
#include "plugin/option_text.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "base/units.h"

namespace weir {
namespace {

std::string in_digits(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed);
  return end.ec == std::errc() ? std::string(text, end.ptr) : std::to_string(number);
}

std::string bound_text(const weir_option& option, double bound) {
  constexpr double kBeyondIntegers = 9e18;
  if (std::abs(bound) > kBeyondIntegers) return in_digits(bound);
  if (option.type == WEIR_DURATION) {
    return format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(bound)));
  }
  if (option.type == WEIR_SIZE && bound >= 0) return format_size(static_cast<std::uint64_t>(bound));
  return in_digits(bound);
}

}  // namespace

std::string form_text(const weir_option& option) {
  switch (option.type) {
    case WEIR_BOOL:
      return "true or false";
    case WEIR_INTEGER:
      return "a whole number";
    case WEIR_NUMBER:
      return "a number";
    case WEIR_DURATION:
      return "a duration such as 5s";
    case WEIR_SIZE:
      return "a size such as 64MiB";
    case WEIR_CHOICE: {
      std::string text;
      for (const auto& choice : choices_of(option)) text += (text.empty() ? "one of " : ", ") + choice;
      return text;
    }
    case WEIR_STRING_LIST:
      return "a text or a list of texts";
    case WEIR_STRING_MAP:
      return "a map of names to texts";
    case WEIR_OBJECT:
      return "a map";
    case WEIR_OBJECT_LIST:
      return "a list of maps";
    case WEIR_ANY:
      return "a value of any form";
    default:
      return "a text";
  }
}

std::string range_text(const weir_option& option) {
  // A declaration without a range has infinite ends, or, zeroed by a plugin in C, equal ones.
  if (!(option.minimum < option.maximum)) return "";
  const bool low = std::isfinite(option.minimum);
  const bool high = std::isfinite(option.maximum);
  if (low && high) return bound_text(option, option.minimum) + " to " + bound_text(option, option.maximum);
  if (low) return "at least " + bound_text(option, option.minimum);
  if (high) return "at most " + bound_text(option, option.maximum);
  return "";
}

std::vector<std::string> choices_of(const weir_option& option) {
  std::vector<std::string> names;
  for (const char* const* name = option.choices; name != nullptr && *name != nullptr; ++name) {
    names.emplace_back(*name);
  }
  return names;
}

}  // namespace weir
