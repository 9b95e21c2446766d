// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir {

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

}  // namespace weir
