// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Mark, OfAWholeFileIsItsName) {
  EXPECT_EQ(to_string(Mark{"a.yaml", 0, 0}), "a.yaml");
  EXPECT_EQ(to_string(Mark{"a.yaml", 12, 5}), "a.yaml:12:5");
}

TEST(Diagnostics, TextIsInTheOrderOfTheFile) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 10, 1}, "third");
  diagnostics.add({"a.yaml", 9, 20}, "second");
  diagnostics.add({"a.yaml", 0, 0}, "first");
  EXPECT_EQ(diagnostics.text(), "a.yaml: first\na.yaml:9:20: second\na.yaml:10:1: third\n");
}

TEST(Diagnostics, ProblemsOfOnePlaceStayInTheirOrder) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 1, 1}, "b");
  diagnostics.add({"a.yaml", 1, 1}, "a");
  EXPECT_EQ(diagnostics.text(), "a.yaml:1:1: b\na.yaml:1:1: a\n");
}

TEST(Diagnostics, TheSameMessageForTheSamePlaceIsKeptOnce) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 1, 1}, "x");
  diagnostics.add({"a.yaml", 1, 2}, "x");
  diagnostics.add({"a.yaml", 1, 1}, "x");
  EXPECT_EQ(diagnostics.all().size(), 2u);
}

}  // namespace
}  // namespace weir
