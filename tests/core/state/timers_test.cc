// SPDX-License-Identifier: Apache-2.0
#include "state/timers.h"

#include <gtest/gtest.h>
#include <weir/record.h>

namespace weir {
namespace {

TEST(Timers, AreDueInTheOrderOfTime) {
  Timers timers;
  EXPECT_EQ(timers.next(), Timers::kNever);
  timers.set(slice("b"), 20);
  timers.set(slice("a"), 30);
  timers.set(slice("c"), 10);
  EXPECT_EQ(timers.next(), 10);
  EXPECT_FALSE(timers.pop_due(9));
  EXPECT_EQ(timers.pop_due(25)->key, "c");
  EXPECT_EQ(timers.pop_due(25)->key, "b");
  EXPECT_FALSE(timers.pop_due(25));
  EXPECT_EQ(timers.next(), 30);
}

TEST(Timers, ASecondSetIsNoSecondCall) {
  Timers timers;
  timers.set(slice("a"), 10);
  timers.set(slice("a"), 10);
  timers.set(slice("a"), 11);
  EXPECT_EQ(timers.pop_due(100)->time, 10);
  EXPECT_EQ(timers.pop_due(100)->time, 11);
  EXPECT_FALSE(timers.pop_due(100));
}

TEST(Timers, CanBeTakenBack) {
  Timers timers;
  timers.set(kAbsent, 10);
  timers.erase(kAbsent, 11);
  EXPECT_EQ(timers.next(), 10) << "one that is not set";
  timers.erase(kAbsent, 10);
  EXPECT_EQ(timers.next(), Timers::kNever);
}

TEST(Timers, NoKeyIsNotTheEmptyKey) {
  Timers timers;
  timers.set(slice(""), 10);
  timers.set(kAbsent, 10);
  timers.erase(slice(""), 10);
  const auto left = timers.pop_due(10);
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->has_key);
  EXPECT_FALSE(timers.pop_due(10));
}

}  // namespace
}  // namespace weir
