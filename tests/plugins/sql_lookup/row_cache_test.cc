// SPDX-License-Identifier: Apache-2.0
#include "row_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace weir::sql_lookup {
namespace {

using std::chrono::milliseconds;

std::shared_ptr<const Rows> row(const std::string& text) {
  const sql::Field field{sql::Field::Kind::kText, text};
  auto rows = std::make_shared<Rows>();
  rows->emplace_back(std::vector<std::string>{"v"}, std::span(&field, 1));
  return rows;
}

std::shared_ptr<const Rows> none() {
  return std::make_shared<Rows>();
}

TEST(RowCache, ARowCountsForItsTimeAndItsAbsenceForAnother) {
  RowCache cache({milliseconds(100), milliseconds(10), 1 << 20});
  cache.put("a", row("x"), milliseconds(1000));
  cache.put("b", none(), milliseconds(1000));
  EXPECT_EQ(cache.find("a", milliseconds(1099))->front().json(), R"({"v":"x"})");
  EXPECT_TRUE(cache.find("b", milliseconds(1009))->empty());
  EXPECT_EQ(cache.find("a", milliseconds(1100)), nullptr);
  EXPECT_EQ(cache.find("b", milliseconds(1010)), nullptr);
  EXPECT_EQ(cache.bytes(), 0u) << "what has run out takes no room";
}

TEST(RowCache, WithoutATimeForItAnAbsenceIsNotKept) {
  RowCache cache({milliseconds(100), milliseconds(0), 1 << 20});
  cache.put("b", none(), milliseconds(1000));
  EXPECT_EQ(cache.find("b", milliseconds(1000)), nullptr);
}

TEST(RowCache, WhatWasAskedForLongestAgoMakesRoom) {
  RowCache probe({milliseconds(100), milliseconds(0), 1 << 20});
  probe.put("a", row("x"), milliseconds(0));
  RowCache cache({milliseconds(100), milliseconds(0), probe.bytes() * 2});
  cache.put("a", row("x"), milliseconds(0));
  cache.put("b", row("x"), milliseconds(0));
  EXPECT_NE(cache.find("a", milliseconds(1)), nullptr);
  cache.put("c", row("x"), milliseconds(1));
  EXPECT_NE(cache.find("a", milliseconds(1)), nullptr);
  EXPECT_EQ(cache.find("b", milliseconds(1)), nullptr);
  EXPECT_NE(cache.find("c", milliseconds(1)), nullptr);
  EXPECT_LE(cache.bytes(), probe.bytes() * 2);
}

TEST(RowCache, ANewAnswerReplacesTheOldAndOneLargerThanAllIsNotKept) {
  RowCache cache({milliseconds(100), milliseconds(0), 1024});
  cache.put("a", row("x"), milliseconds(0));
  cache.put("a", row("y"), milliseconds(1));
  EXPECT_EQ(cache.find("a", milliseconds(2))->front().json(), R"({"v":"y"})");
  cache.put("a", row(std::string(2000, 'z')), milliseconds(2));
  EXPECT_EQ(cache.find("a", milliseconds(2)), nullptr);
}

}  // namespace
}  // namespace weir::sql_lookup
