// SPDX-License-Identifier: Apache-2.0
//
// The name that a person most likely meant, for messages about an unknown one. Used by the core for stages,
// ports and options, and by plugins for names that only they know.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace detail {

/// Case and the choice between '-' and '_' cost nothing: people mix them up, and no two names differ in them
/// alone.
inline char folded(char c) {
  return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (the optimal string
/// alignment form of the Damerau-Levenshtein distance).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

/// An abbreviation, or a name with something behind it: "proc" for "processes", "topics" for "topic".
inline bool is_abbreviation(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  return common >= 3 && std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin(),
                                   [](char x, char y) { return folded(x) == folded(y); });
}

}  // namespace detail

/// The one of `known` that a person who wrote `name` most likely meant, if one is near enough: a slip for
/// each three letters, or an abbreviation.
inline std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestName = 100;  // a name that long is no slip of the finger
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const auto& candidate : known) {
    const std::size_t length = std::max(name.size(), candidate.size());
    // A name of two letters or less is too short to be guessed at.
    std::size_t limit = length < 3 ? 0 : std::max<std::size_t>(1, length / 3);
    const std::size_t distance = detail::edit_distance(name, candidate);
    if (detail::is_abbreviation(name, candidate)) limit = distance;
    if (distance <= limit && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional<std::string>(*best);
}

/// `; did you mean 'kafka'?` when a name of `known` is near `name`, otherwise nothing: for messages that say
/// themselves what is known, or where that would be a long list.
inline std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto near = nearest(name, known);
  return near ? "; did you mean '" + *near + "'?" : "";
}

/// The same, and `; known: a, b, c` when none is near (nothing when there are none).
inline std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  std::string text = did_you_mean(name, known);
  if (!text.empty()) return text;
  for (const auto& candidate : known) text += (text.empty() ? "; known: " : ", ") + candidate;
  return text;
}

}  // namespace weir
