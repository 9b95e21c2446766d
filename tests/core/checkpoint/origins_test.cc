// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/origins.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

TEST(Origins, TheSameNamesGiveTheSamePointer) {
  Origins origins;
  const auto* first = origins.get("in", "topic", 3);
  for (int i = 0; i < 100; ++i) origins.get("in", "other", i);
  EXPECT_EQ(origins.get(std::string("in"), std::string("topic"), 3), first);
  EXPECT_NE(origins.get("in", "topic", 4), first);
  EXPECT_NE(origins.get("also", "topic", 3), first);
  EXPECT_EQ(view(first->source), "in");
  EXPECT_EQ(view(first->name), "topic");
  EXPECT_EQ(first->partition, 3);
  EXPECT_EQ(first->size, sizeof(weir_origin));
}

}  // namespace
}  // namespace weir
