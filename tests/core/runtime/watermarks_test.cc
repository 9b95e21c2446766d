// SPDX-License-Identifier: Apache-2.0
#include "runtime/watermarks.h"

#include <gtest/gtest.h>

namespace weir::test {
namespace {

TEST(Watermarks, EventTimeIsTheSmallestOverTheInputs) {
  Watermarks w;
  const auto a = w.add(false);
  const auto b = w.add(false);
  EXPECT_FALSE(w.advance(a, 10));
  EXPECT_EQ(w.now(), Watermarks::kStart);
  EXPECT_TRUE(w.advance(b, 5));
  EXPECT_EQ(w.now(), 5);
  EXPECT_TRUE(w.advance(b, 20));
  EXPECT_EQ(w.now(), 10);
}

TEST(Watermarks, ItNeverGoesBack) {
  Watermarks w;
  const auto a = w.add(false);
  w.advance(a, 10);
  EXPECT_FALSE(w.advance(a, 5));
  EXPECT_EQ(w.now(), 10);
}

TEST(Watermarks, AnIdleInputHoldsNothingBack) {
  Watermarks w;
  const auto a = w.add(false);
  const auto b = w.add(false);
  w.advance(a, 10);
  EXPECT_TRUE(w.set_idle(b, true));
  EXPECT_EQ(w.now(), 10);
  EXPECT_FALSE(w.idle());
}

TEST(Watermarks, AnInputThatComesBackBehindTheOthersIsWaitedForOnlyOnceItHasCaughtUp) {
  Watermarks w;
  const auto a = w.add(false);
  const auto b = w.add(false);
  w.set_idle(b, true);
  w.advance(a, 10);
  w.set_idle(b, false);
  w.advance(b, 3);
  EXPECT_TRUE(w.advance(a, 20)) << "b is behind and does not count yet";
  w.advance(b, 20);
  EXPECT_FALSE(w.advance(a, 30)) << "b has caught up and counts again";
  EXPECT_TRUE(w.advance(b, 25));
  EXPECT_EQ(w.now(), 25);
}

TEST(Watermarks, AfterARestartEventTimeGoesOnWhereItWasAndWhoLaggedLagsStill) {
  Watermarks w;
  const auto a = w.add(false);
  const auto b = w.add(false);
  w.restore(100);
  EXPECT_EQ(w.now(), 100);
  EXPECT_FALSE(w.advance(a, 105)) << "how far b is has not been told yet";
  EXPECT_TRUE(w.advance(b, 50));
  EXPECT_EQ(w.now(), 105);
  EXPECT_TRUE(w.advance(a, 110)) << "b was not waited for before either";
  EXPECT_FALSE(w.advance(b, 110));
  EXPECT_FALSE(w.advance(a, 120)) << "b has caught up and counts again";
}

TEST(Watermarks, WhenAllAreIdleEventTimeMovesOnToTheFurthest) {
  Watermarks w;
  const auto a = w.add(false);
  const auto b = w.add(false);
  w.advance(a, 10);
  w.advance(b, 5);
  w.set_idle(b, true);
  EXPECT_EQ(w.now(), 10);
  w.set_idle(b, false);
  w.set_idle(a, true);
  w.set_idle(b, true);
  EXPECT_EQ(w.now(), 10);
  EXPECT_TRUE(w.idle());
}

TEST(Watermarks, AnInputThatHasEndedHoldsNothingBackAndTheLastOneEndsAll) {
  Watermarks w;
  const auto a = w.add(false);
  const auto untimed = w.add(true);
  w.advance(a, 10);
  w.advance(a, Watermarks::kEnd);
  EXPECT_EQ(w.now(), 10) << "records may still come by the other";
  EXPECT_TRUE(w.advance(untimed, Watermarks::kEnd));
  EXPECT_EQ(w.now(), Watermarks::kEnd);
}

}  // namespace
}  // namespace weir::test
