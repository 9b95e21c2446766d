// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::standins {

/// Input for the WeChat job, as lines, and the account of what is in it: what must come out of each
/// port. No id occurs twice, so each good one is a row of its own.
struct MadeIds {
  std::vector<std::string> lines;
  std::uint64_t blank = 0;          ///< empty, or spaces and tabs only
  std::uint64_t broken_json = 0;    ///< neither blank nor one JSON value
  std::uint64_t refused = 0;        ///< JSON with an id that the stand-in refuses
  std::uint64_t not_following = 0;  ///< JSON with an id that the stand-in knows as subscribe=0
  std::uint64_t good_objects = 0;   ///< {"openid": "o..."} with an id that has a profile
  std::uint64_t good_strings = 0;   ///< "o..." with an id that has a profile

  /// {"total", "blank", "broken_json", "refused", "not_following", "good", "good_objects",
  /// "good_strings"}
  std::string account_json() const;
};

/// Makes `count` lines, mixed: 1 % blank, 1 % broken JSON, 1 % refused, 2 % not following (each
/// rounded down), the rest good, half of them objects. The same count and seed give the same lines
/// on every machine.
MadeIds make_ids(std::uint64_t count, std::uint64_t seed);

}  // namespace weir::standins
