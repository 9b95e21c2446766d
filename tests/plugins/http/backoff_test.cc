// SPDX-License-Identifier: Apache-2.0
#include "http/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace weir::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds longest_of_many(std::uint64_t failures) {
  Backoff backoff(200ms, 30s, 1);
  milliseconds longest{0};
  for (int i = 0; i < 2000; ++i) longest = std::max(longest, backoff.wait(failures));
  return longest;
}

TEST(Backoff, TheBoundDoublesUpToTheMost) {
  for (const auto& [failures, bound] : std::initializer_list<std::pair<std::uint64_t, milliseconds>>{
           {1, 200ms}, {2, 400ms}, {3, 800ms}, {8, 25'600ms}, {9, 30s}, {1'000'000'000, 30s}}) {
    const milliseconds longest = longest_of_many(failures);
    EXPECT_LE(longest, bound);
    EXPECT_GT(longest, bound * 9 / 10) << "waits spread over the whole range";
  }
}

TEST(Backoff, TheSameSeedGivesTheSameWaits) {
  Backoff a(1s, 1min, 5), b(1s, 1min, 5), c(1s, 1min, 6);
  bool differs = false;
  for (std::uint64_t i = 1; i < 10; ++i) {
    const milliseconds wait = a.wait(i);
    EXPECT_EQ(wait, b.wait(i));
    differs = differs || wait != c.wait(i);
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace weir::http
