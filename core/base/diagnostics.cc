// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace weir {
namespace {

// Case and the choice between '-' and '_' cost nothing: people mix them up, and no two names differ in them
// alone.
char folded(char c) {
  return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (the optimal string
// alignment form of the Damerau-Levenshtein distance).
std::size_t edit_distance(std::string_view a, std::string_view b) {
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

// An abbreviation, or a name with something behind it: "proc" for "processes", "topics" for "topic".
bool is_prefix(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  return common >= 3 && std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin(),
                                   [](char x, char y) { return folded(x) == folded(y); });
}

}  // namespace

std::string to_string(const Mark& mark) {
  if (mark.line == 0) return mark.file;
  return mark.file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

void Diagnostics::add(const Mark& mark, std::string message) {
  for (const auto& known : found_) {
    if (known.message == message && to_string(known.mark) == to_string(mark)) return;
  }
  found_.push_back({mark, std::move(message)});
}

std::string Diagnostics::text() const {
  std::vector<const Diagnostic*> sorted;
  for (const auto& diagnostic : found_) sorted.push_back(&diagnostic);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return std::tie(a->mark.file, a->mark.line, a->mark.column) <
           std::tie(b->mark.file, b->mark.line, b->mark.column);
  });
  std::string text;
  for (const Diagnostic* diagnostic : sorted) {
    text += to_string(diagnostic->mark) + ": " + diagnostic->message + "\n";
  }
  return text;
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestName = 100;  // a name that long is no slip of the finger
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const auto& candidate : known) {
    const std::size_t length = std::max(name.size(), candidate.size());
    // One slip for each three letters; a name of two letters or less is too short to be guessed at.
    std::size_t limit = length < 3 ? 0 : std::max<std::size_t>(1, length / 3);
    const std::size_t distance = edit_distance(name, candidate);
    if (is_prefix(name, candidate)) limit = distance;
    if (distance <= limit && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional<std::string>(*best);
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  if (const auto near = nearest(name, known)) return "; did you mean '" + *near + "'?";
  std::string text;
  for (const auto& candidate : known) text += (text.empty() ? "; known: " : ", ") + candidate;
  return text;
}

}  // namespace weir
