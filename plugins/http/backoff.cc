// SPDX-License-Identifier: Apache-2.0
#include "http/backoff.h"

namespace weir::http {

std::chrono::milliseconds Backoff::wait(std::uint64_t failures) {
  std::chrono::milliseconds bound = first_;
  for (std::uint64_t i = 1; i < failures && bound < most_; ++i) bound *= 2;
  if (bound > most_) bound = most_;
  std::uniform_int_distribution<std::chrono::milliseconds::rep> upto(0, bound.count());
  return std::chrono::milliseconds(upto(random_));
}

}  // namespace weir::http
