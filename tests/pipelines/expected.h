// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir::pipelines {

/// What the WeChat job has to make of the lines of its topic, found by rules of the test's own and by those
/// of the stand-in for ids.
struct Expected {
  std::map<std::string, std::string> rows;  ///< openid and nickname of each id with a profile
  std::multiset<std::string> broken;        ///< lines that are no JSON
  std::multiset<std::string> refused;       ///< ids that the API refuses
  std::uint64_t blank = 0;
  std::uint64_t not_following = 0;

  static Expected of(const std::vector<std::string>& lines);
  std::uint64_t side() const { return broken.size() + refused.size(); }
};

/// The openid in what the job takes for an id, `"o..."` or `{"openid": "o...", ...}`; empty when there is
/// none.
std::string openid_of(std::string_view json);

}  // namespace weir::pipelines
