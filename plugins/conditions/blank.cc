// SPDX-License-Identifier: Apache-2.0
#include "conditions/blank.h"

namespace weir::conditions {

namespace {

// The length of the white space at the start of `text`, 0 when there is none. Code points: White_Space in
// Unicode's PropList.txt.
std::size_t white_space(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  const std::string_view two = text.substr(0, 2), three = text.substr(0, 3);
  if (two == "\u0085" || two == "\u00A0") return 2;
  if (three >= "\u2000" && three <= "\u200A" && three.size() == 3) return 3;
  for (const std::string_view space : {"\u1680", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"}) {
    if (three == space) return 3;
  }
  return 0;
}

}  // namespace

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = white_space(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace weir::conditions
