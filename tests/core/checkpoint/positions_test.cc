// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <map>
#include <string>
#include <vector>

#include "checkpoint/origins.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class PositionsTest : public ::testing::Test {
 protected:
  static std::vector<weir_record> at(const weir_origin* origin, const std::vector<std::int64_t>& positions) {
    std::vector<weir_record> records;
    for (const auto position : positions) {
      Record r;
      r.origin = origin;
      r.position = position;
      records.push_back(r);
    }
    return records;
  }
  void read(const weir_origin* origin, const std::vector<std::int64_t>& where) {
    const auto records = at(origin, where);
    positions_.read(records.data(), records.size());
  }
  void hold(const weir_origin* origin, const std::vector<std::int64_t>& where) {
    const auto records = at(origin, where);
    held_.add(records.data(), records.size());
  }
  /// What may be committed, by the name of the origin; taken as committed.
  std::map<std::string, std::int64_t> commit() {
    const auto list = positions_.committable(held_);
    positions_.committed(list);
    return by_name(list);
  }
  /// What a store would get, by the name of the origin.
  std::map<std::string, std::int64_t> safe() const {
    std::vector<weir_position> list;
    positions_.append_safe(held_, list);
    return by_name(list);
  }
  static std::map<std::string, std::int64_t> by_name(const std::vector<weir_position>& list) {
    std::map<std::string, std::int64_t> all;
    for (const auto& p : list) all[std::string(view(p.origin->name))] = p.next;
    return all;
  }

  Origins origins_;
  const weir_origin* a_ = origins_.get("in", "a", 0);
  const weir_origin* b_ = origins_.get("in", "b", 0);
  Positions positions_;
  HeldPositions held_;
};

TEST_F(PositionsTest, AllThatWasReadMayBeCommittedOnce) {
  read(a_, {0, 1, 2});
  read(b_, {700});
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 3), Pair("b", 701)));
  EXPECT_THAT(commit(), IsEmpty()) << "nothing new";
  read(b_, {701, 705});
  EXPECT_THAT(commit(), ElementsAre(Pair("b", 706)));
}

TEST_F(PositionsTest, RecordsOfSeveralOriginsMayComeMixed) {
  auto mixed = at(a_, {4});
  for (const auto& r : at(b_, {9})) mixed.push_back(r);
  for (const auto& r : at(a_, {5})) mixed.push_back(r);
  positions_.read(mixed.data(), mixed.size());
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 6), Pair("b", 10)));
}

TEST_F(PositionsTest, WhatIsHeldIsNotCommitted) {
  read(a_, {0, 1, 2, 3});
  read(b_, {0});
  hold(a_, {3, 2});
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 2), Pair("b", 1)));
  held_ = {};
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 4)));
}

TEST_F(PositionsTest, AHeldRecordThatWasCommittedBeforeTakesNothingBack) {
  read(a_, {0, 1, 2, 3});
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 4)));
  hold(a_, {1});
  read(a_, {4});
  EXPECT_THAT(commit(), IsEmpty());
}

// A source's call emits port by port: lines 1 and 3 by `out`, then line 2 by another port.
TEST_F(PositionsTest, RecordsThatLeaveByAnotherPortDoNotSetThePositionBack) {
  read(a_, {1, 3});
  read(a_, {2});
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 4)));
}

TEST_F(PositionsTest, RecordsWithoutOriginHaveNoPosition) {
  read(nullptr, {1, 2});
  hold(nullptr, {1});
  EXPECT_THAT(commit(), IsEmpty());
}

TEST_F(PositionsTest, RestoredPositionsAreCommittedAlready) {
  positions_.restored({{a_, 10}});
  EXPECT_THAT(commit(), IsEmpty());
  EXPECT_THAT(safe(), ElementsAre(Pair("a", 10)));
  read(a_, {10});
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 11)));
}

TEST_F(PositionsTest, AStoreGetsAllThatIsSafeCommittedOrNot) {
  read(a_, {0, 1});
  commit();
  read(a_, {2});
  read(b_, {5, 6});
  hold(b_, {6});
  EXPECT_THAT(safe(), ElementsAre(Pair("a", 3), Pair("b", 6)));
}

TEST_F(PositionsTest, AnOriginThatWentToAnotherOwnerIsForgotten) {
  read(a_, {0, 1});
  read(b_, {0});
  positions_.forget(a_);
  EXPECT_THAT(commit(), ElementsAre(Pair("b", 1)));
  read(a_, {0});  // it has come back, to be read from an earlier place
  EXPECT_THAT(commit(), ElementsAre(Pair("a", 1)));
}

}  // namespace
}  // namespace weir
