// SPDX-License-Identifier: Apache-2.0
#include "account.h"

#include <algorithm>

namespace weir::faults {
namespace {

constexpr int kExamples = 5;

}  // namespace

void Account::saw(std::int64_t n) {
  if (n < 0 || n >= records()) return saw_foreign("record " + std::to_string(n) + ", which never went in");
  ++seen_[static_cast<std::size_t>(n)];
}

void Account::saw_foreign(const std::string& what) {
  if (foreign_++ < kExamples) first_foreign_.push_back(what);
}

std::int64_t Account::missing() const {
  return std::count(seen_.begin(), seen_.end(), 0U);
}

std::int64_t Account::twice() const {
  std::int64_t sum = 0;
  for (const auto times : seen_) sum += times > 1 ? times - 1 : 0;
  return sum;
}

std::string Account::examples() const {
  std::string text;
  const auto list = [&](const char* what, auto wanted) {
    int found = 0;
    for (std::size_t i = 0; i < seen_.size() && found < kExamples; ++i) {
      if (wanted(seen_[i])) text += (found++ == 0 ? what : ", ") + std::to_string(i);
    }
    if (found != 0) text += "\n";
  };
  list("  missing, the first: ", [](std::uint32_t times) { return times == 0; });
  list("  twice, the first: ", [](std::uint32_t times) { return times > 1; });
  for (const auto& what : first_foreign_) text += "  foreign: " + what + "\n";
  return text;
}

}  // namespace weir::faults
