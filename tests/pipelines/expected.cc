// SPDX-License-Identifier: Apache-2.0
#include "expected.h"

#include <nlohmann/json.hpp>

#include "standins/wechat_profile.h"

namespace weir::pipelines {

using nlohmann::json;
using standins::IdKind;

std::string openid_of(std::string_view text) {
  const json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) return value.get<std::string>();
  const bool has_id = value.is_object() && value.contains("openid") && value["openid"].is_string();
  return has_id ? value["openid"].get<std::string>() : "";
}

Expected Expected::of(const std::vector<std::string>& lines) {
  Expected expected;
  for (const auto& line : lines) {
    if (line.find_first_not_of(" \t") == line.npos) {
      ++expected.blank;
      continue;
    }
    if (!json::accept(line)) {
      expected.broken.insert(line);
      continue;
    }
    const std::string id = openid_of(line);
    switch (standins::kind_of_id(id)) {
      case IdKind::kFollowing:
        expected.rows.emplace(id, standins::nickname_of(id));
        break;
      case IdKind::kNotFollowing:
        ++expected.not_following;
        break;
      case IdKind::kRefused:
        expected.refused.insert(id);
        break;
    }
  }
  return expected;
}

}  // namespace weir::pipelines
