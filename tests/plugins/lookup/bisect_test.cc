// SPDX-License-Identifier: Apache-2.0
#include "lookup/bisect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace weir::lookup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A service that refuses calls with a bad member, and calls with more members than it takes.
struct Service {
  std::set<std::size_t> bad;
  std::size_t most = SIZE_MAX;
  std::vector<std::pair<std::size_t, std::size_t>> calls;
  std::vector<std::size_t> answered, rejected;

  void run(std::size_t n) {
    ask_and_bisect(
        0, n,
        [this](std::size_t begin, std::size_t end) {
          calls.emplace_back(begin, end);
          if (end - begin > most) return Asked::kTooMuch;
          if (bad.lower_bound(begin) != bad.lower_bound(end)) return Asked::kBad;
          for (std::size_t i = begin; i < end; ++i) answered.push_back(i);
          return Asked::kGood;
        },
        [this](std::size_t i) { rejected.push_back(i); });
  }
};

TEST(Bisect, AGoodListCostsOneCall) {
  Service service;
  service.run(100);
  EXPECT_THAT(service.calls, ElementsAre(std::pair<std::size_t, std::size_t>(0, 100)));
  EXPECT_EQ(service.answered.size(), 100u);
  EXPECT_THAT(service.rejected, IsEmpty());
}

TEST(Bisect, NothingIsAskedForAnEmptyList) {
  Service service;
  service.run(0);
  EXPECT_THAT(service.calls, IsEmpty());
}

TEST(Bisect, ASingleBadOneIsNotAskedAgain) {
  Service service;
  service.bad = {0};
  service.run(1);
  EXPECT_EQ(service.calls.size(), 1u);
  EXPECT_THAT(service.rejected, ElementsAre(0));
}

TEST(Bisect, WhatFollowsFromOtherAnswersIsNotAsked) {
  Service service;
  service.bad = {1};
  service.run(2);
  // Both, then the first one: so it is the second.
  EXPECT_EQ(service.calls.size(), 2u);
  EXPECT_THAT(service.rejected, ElementsAre(1));
}

TEST(Bisect, OneBadInAHundredCostsAtMost15CallsWhereverItStands) {
  for (std::size_t bad = 0; bad < 100; ++bad) {
    Service service;
    service.bad = {bad};
    service.run(100);
    EXPECT_LE(service.calls.size(), 15u) << "at " << bad;
    EXPECT_THAT(service.rejected, ElementsAre(bad));
    EXPECT_EQ(service.answered.size(), 99u) << "no good one is answered twice or never";
  }
}

TEST(Bisect, FindsExactlyTheBadOnesInOrderWithFewCalls) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t n = 1 + random() % 200;
    Service service;
    const std::size_t k = random() % 12;
    for (std::size_t i = 0; i < k; ++i) service.bad.insert(random() % n);
    service.run(n);
    EXPECT_EQ(service.rejected, std::vector<std::size_t>(service.bad.begin(), service.bad.end()));
    EXPECT_TRUE(std::is_sorted(service.answered.begin(), service.answered.end()));
    EXPECT_EQ(service.answered.size() + service.rejected.size(), n);
    const auto levels = static_cast<std::size_t>(std::ceil(std::log2(static_cast<double>(n))));
    EXPECT_LE(service.calls.size(), 1 + 2 * service.bad.size() * levels);
  }
}

TEST(Bisect, AllBadCostsFewerThanTwoCallsEach) {
  Service service;
  for (std::size_t i = 0; i < 64; ++i) service.bad.insert(i);
  service.run(64);
  EXPECT_EQ(service.rejected.size(), 64u);
  EXPECT_LT(service.calls.size(), 128u);
}

TEST(Bisect, ARefusalOfTooMuchBlamesNobody) {
  Service service;
  service.most = 10;
  service.bad = {17};
  service.run(100);
  EXPECT_THAT(service.rejected, ElementsAre(17));
  EXPECT_EQ(service.answered.size(), 99u);
}

TEST(Bisect, AHalfThatFailedSaysNothingOfTheOther) {
  std::vector<std::size_t> rejected, answered;
  ask_and_bisect(
      0, 4,
      [&](std::size_t begin, std::size_t end) {
        if (end - begin == 4) return Asked::kBad;
        if (begin == 0) return Asked::kFailed;
        for (std::size_t i = begin; i < end; ++i) answered.push_back(i);
        return Asked::kGood;
      },
      [&](std::size_t i) { rejected.push_back(i); });
  EXPECT_THAT(rejected, IsEmpty());
  EXPECT_THAT(answered, ElementsAre(2, 3));
}

}  // namespace
}  // namespace weir::lookup
