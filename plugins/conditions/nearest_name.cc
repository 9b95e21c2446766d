// SPDX-License-Identifier: Apache-2.0
#include "conditions/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace weir::conditions {

namespace {

// Levenshtein's distance, one row at a time.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view found, std::span<const std::string_view> names) {
  std::string_view best;
  std::size_t fewest = std::string_view::npos;
  for (const std::string_view name : names) {
    const std::size_t count = edits(found, name);
    if (count <= std::max<std::size_t>(2, name.size() / 3) && count < fewest) {
      best = name;
      fewest = count;
    }
  }
  return best.empty() ? "" : "; did you mean '" + std::string(best) + "'?";
}

}  // namespace weir::conditions
