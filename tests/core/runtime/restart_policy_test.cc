// SPDX-License-Identifier: Apache-2.0
#include "runtime/restart_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;
using ::testing::Optional;

RestartSpec always() {
  RestartSpec spec;
  spec.enabled = true;
  spec.first = 1s;
  spec.most = 5s;
  spec.reset_after = 1h;
  return spec;
}

TEST(RestartPolicy, WaitsDoubleUpToTheMostAndAreNeverLonger) {
  RestartPolicy policy(always());
  for (const auto most : {1000ms, 2000ms, 4000ms, 5000ms, 5000ms}) {
    EXPECT_THAT(policy.failed(10s, 1), Optional(AllOf(Ge(most * 4 / 5), Le(most))));
  }
}

TEST(RestartPolicy, AfterALongQuietTimeTheFirstWaitComesAgain) {
  RestartPolicy policy(always());
  policy.failed(1s, 1);
  policy.failed(1s, 1);
  EXPECT_THAT(policy.failed(1h, 1), Optional(Le(1000ms)));
  EXPECT_THAT(policy.failed(1s, 1), Optional(AllOf(Ge(1600ms), Le(2000ms))));
}

TEST(RestartPolicy, WhatWentOnFromAnEarlierProcessHasWorked) {
  RestartPolicy policy(always());
  EXPECT_FALSE(policy.failed(1s, 0));
  EXPECT_TRUE(policy.failed(1s, 0, true));
  EXPECT_TRUE(policy.failed(1s, 0));
}

TEST(RestartPolicy, AttemptsWithoutACheckpointAreLimited) {
  RestartSpec spec = always();
  spec.attempts = 2;
  RestartPolicy policy(spec);
  EXPECT_TRUE(policy.failed(1s, 1));
  EXPECT_TRUE(policy.failed(1s, 0));
  EXPECT_TRUE(policy.failed(1s, 7)) << "it had got further";
  EXPECT_TRUE(policy.failed(1s, 0));
  EXPECT_FALSE(policy.failed(1s, 0));
}

TEST(RestartPolicy, WhatNeverCameToACheckpointEnds) {
  RestartPolicy policy(always());
  EXPECT_FALSE(policy.failed(1s, 0));
}

TEST(RestartPolicy, SwitchedOffItNeverBeginsAgain) {
  EXPECT_FALSE(RestartPolicy(RestartSpec()).failed(1s, 5));
}

}  // namespace
}  // namespace weir
