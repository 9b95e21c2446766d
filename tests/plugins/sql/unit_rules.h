// SPDX-License-Identifier: Apache-2.0
//
// What holds where several processes keep state by partition in one database. A backend is as
// transaction_rules.h says.
#pragma once

#include "transaction_rules.h"

#include <string>

namespace weir::sql::test {

constexpr std::uint32_t kUnits = WEIR_IN_TRANSACTIONS | WEIR_KEEPS_CHECKPOINTS | WEIR_BY_PARTITION;

template <class Backend>
class UnitRules : public TransactionFixture<Backend> {};
TYPED_TEST_SUITE_P(UnitRules);

TYPED_TEST_P(UnitRules, RowsAndUnitsAreCommittedTogether) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kUnits);
  const auto [term, nothing] = s->claim_unit(0);
  EXPECT_FALSE(nothing);
  s->write(records(0, 5));
  EXPECT_EQ(this->count(), "0");
  s->save_units({{0, 5, term, 1, "first"}});
  EXPECT_EQ(this->count(), "5");
  s->save_units({});
  const auto [next_term, saved] = this->sink(kUnits)->claim_unit(0);
  EXPECT_GT(next_term, term);
  EXPECT_EQ(saved, "first");
}

TYPED_TEST_P(UnitRules, AUnitThatShrinksIsReadAsItIs) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kUnits);
  const auto term = s->claim_unit(0).first;
  const std::string large(3 * 1024 * 1024, 'x');
  s->save_units({{0, 5, term, 1, large}});
  EXPECT_EQ(s->claim_unit(0).second, large);
  s->save_units({{0, 6, term + 1, 2, "small"}});
  EXPECT_EQ(s->claim_unit(0).second, "small");
  EXPECT_EQ(this->query("SELECT count(*) FROM weir_checkpoint").at(0).at(0), "2");
}

/// Nothing of the others counts either, since their rows are in the same transaction.
TYPED_TEST_P(UnitRules, WhoseUnitHasBeenClaimedCommitsNothing) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kUnits), next = this->sink(kUnits);
  const auto one = s->claim_unit(1).first, two = s->claim_unit(2).first;
  s->save_units({{1, 5, one, 1, "one"}, {2, 5, two, 1, "two"}});
  s->save_units({{1, 5, one, 1, {}, true}, {2, 5, two, 1, {}, true}});
  next->claim_unit(2);
  s->write(records(0, 5));
  EXPECT_THAT(stop_of([&] {
                s->save_units({{1, 6, one, 2, "more"}, {2, 6, two, 2, "more"}});
              }),
              ::testing::HasSubstr("taken_over"));
  EXPECT_EQ(this->count(), "0");
  EXPECT_EQ(next->claim_unit(1).second, "one");
}

/// Its locks would be in the way of the next owner, which writes the same rows.
TYPED_TEST_P(UnitRules, WhoHasNotGivenAUnitUpLosesItsTransaction) {
  this->query("CREATE TABLE users (id INT PRIMARY KEY)");
  auto frozen = this->sink(kUnits), next = this->sink(kUnits);
  const auto before = frozen->claim_unit(0).first;
  frozen->write(records(0, 5));
  const auto term = next->claim_unit(0).first;
  next->write(records(0, 5));
  next->save_units({{0, 5, term, 1, "mine"}});
  EXPECT_EQ(this->count(), "5");
  EXPECT_THAT(stop_of([&] {
                frozen->save_units({{0, 3, before, 1, "late"}});
              }),
              ::testing::AnyOf(::testing::HasSubstr("transaction_lost"), ::testing::HasSubstr("taken_over")));
  EXPECT_EQ(next->claim_unit(0).second, "mine");
}

TYPED_TEST_P(UnitRules, WhoHasGivenAUnitUpGoesOnWithTheOthers) {
  this->query("CREATE TABLE users (id INT PRIMARY KEY)");
  auto s = this->sink(kUnits), next = this->sink(kUnits);
  const auto one = s->claim_unit(1).first, two = s->claim_unit(2).first;
  s->write(records(0, 5));
  s->save_units({{1, 5, one, 1, "one"}, {2, 5, two, 1, "two", true}});
  s->write(records(5, 10));
  EXPECT_EQ(next->claim_unit(2).second, "two");
  s->save_units({{1, 10, one, 2, "on"}});
  EXPECT_EQ(this->count(), "10");
}

TYPED_TEST_P(UnitRules, AtLeastOnceRowsCountAtOnceAndNobodyIsShutOut) {
  constexpr std::uint32_t kKeeps = WEIR_KEEPS_CHECKPOINTS | WEIR_BY_PARTITION;
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kKeeps), next = this->sink(kKeeps);
  const auto term = s->claim_unit(0).first;
  s->write(records(0, 5));
  EXPECT_EQ(this->count(), "5");
  s->save_units({{0, 5, term, 1, "first"}});
  EXPECT_EQ(next->claim_unit(0).second, "first");
  s->write(records(5, 6));
  EXPECT_EQ(this->count(), "6");
  EXPECT_THAT(stop_of([&] { s->save_units({{0, 6, term, 2, "late"}}); }), ::testing::HasSubstr("taken_over"));
}

REGISTER_TYPED_TEST_SUITE_P(UnitRules, RowsAndUnitsAreCommittedTogether, AUnitThatShrinksIsReadAsItIs,
                            WhoseUnitHasBeenClaimedCommitsNothing, WhoHasNotGivenAUnitUpLosesItsTransaction,
                            WhoHasGivenAUnitUpGoesOnWithTheOthers,
                            AtLeastOnceRowsCountAtOnceAndNobodyIsShutOut);

}  // namespace weir::sql::test
