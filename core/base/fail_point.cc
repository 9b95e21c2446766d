// SPDX-License-Identifier: Apache-2.0
#include "base/fail_point.h"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <string>

namespace weir {
namespace {

/// What WEIR_FAIL_AT says, read once.
struct FailAt {
  std::string name;
  long left = std::numeric_limits<long>::max();

  FailAt() {
    const char* const text = std::getenv("WEIR_FAIL_AT");
    if (text == nullptr) return;
    const std::string_view all(text);
    const auto colon = all.rfind(':');
    if (colon == std::string_view::npos) return;
    name = all.substr(0, colon);
    std::from_chars(all.data() + colon + 1, all.data() + all.size(), left);
  }
};

}  // namespace

void pass_fail_point(std::string_view name) {
  static const FailAt at;
  static std::atomic<long> left{at.left};
  if (name == at.name && left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

}  // namespace weir
