// SPDX-License-Identifier: Apache-2.0
//
// What holds where another decides, with databases that can prepare. A backend has, besides what
// transaction_rules.h says:
//
//     std::string prepared();      // how many transactions wait prepared
//     void end_sessions();         // ends the sink's connections
#pragma once

#include "transaction_rules.h"

#include <string>
#include <vector>

#include "support/wait_until.h"

namespace weir::sql::test {

template <class Backend>
class TwoPhaseRules : public TransactionFixture<Backend> {};
TYPED_TEST_SUITE_P(TwoPhaseRules);

TYPED_TEST_P(TwoPhaseRules, WhatIsPreparedCountsWhenItIsCommitted) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(WEIR_IN_TRANSACTIONS);
  s->recover({});
  EXPECT_EQ(s->prepare(1), "") << "nothing was written";
  s->write(records(0, 5));
  EXPECT_NE(s->prepare(2), "");
  EXPECT_EQ(this->count(), "0");
  s->commit_prepared();
  EXPECT_EQ(this->count(), "5");
  s->write(records(5, 7));
  EXPECT_NE(s->prepare(3), "");
  s->commit_prepared();
  EXPECT_EQ(this->counts(), "7 7");
  EXPECT_EQ(this->backend_->prepared(), "0");
}

TYPED_TEST_P(TwoPhaseRules, AfterACrashWhatTheCheckpointHoldsIsCommittedAndAllElseTakenBack) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(WEIR_IN_TRANSACTIONS);
  s->write(records(0, 5));
  const std::string saved = s->prepare(1);
  s.reset();  // the checkpoint was saved, the commit did not come
  EXPECT_EQ(this->backend_->prepared(), "1");

  s = this->sink(WEIR_IN_TRANSACTIONS);
  s->recover({saved});
  EXPECT_EQ(this->counts(), "5 5");
  s->recover({saved});  // once more, since it crashed again
  EXPECT_EQ(this->counts(), "5 5");

  s->write(records(5, 9));
  s->prepare(2);
  s.reset();  // the checkpoint was not saved
  s = this->sink(WEIR_IN_TRANSACTIONS);
  s->recover({saved});
  EXPECT_EQ(this->backend_->prepared(), "0");
  EXPECT_EQ(this->counts(), "5 5");
}

TYPED_TEST_P(TwoPhaseRules, AProcessThatStillLivesIsNoHindranceForRecovery) {
  this->query("CREATE TABLE users (id INT PRIMARY KEY)");
  auto prepared = this->sink(WEIR_IN_TRANSACTIONS);
  prepared->write(records(0, 5));
  const std::string saved = prepared->prepare(1);
  auto writing = this->sink(WEIR_IN_TRANSACTIONS);
  writing->write(records(5, 9));

  auto s = this->sink(WEIR_IN_TRANSACTIONS);
  s->recover({saved});
  EXPECT_EQ(this->count(), "5");
  s->write(records(5, 9));
  s->prepare(2);
  s->commit_prepared();
  EXPECT_EQ(this->count(), "9");
  EXPECT_THAT(stop_of([&] { writing->write(records(9, 10)); }), ::testing::HasSubstr("transaction_lost"));
}

TYPED_TEST_P(TwoPhaseRules, RefusedRowsLeaveByErrorAndTheRestIsPrepared) {
  this->query("CREATE TABLE users (id INT PRIMARY KEY)");
  auto s = this->sink(WEIR_IN_TRANSACTIONS);
  s->write(records(0, 5));
  s->write({R"({"id":7})", R"({"id":1})", R"({"id":8})", R"({"id":8})"});
  EXPECT_EQ(s->errors().size(), 2u);
  s->prepare(1);
  s->commit_prepared();
  EXPECT_EQ(this->counts(), "7 7");
}

TYPED_TEST_P(TwoPhaseRules, WhoWasReplacedDoesNotTakeOverAgainWhileTheOtherLives) {
  this->query("CREATE TABLE users (id INT)");
  auto replaced = this->sink(kBoth);
  replaced->load();
  replaced->write(records(0, 3));
  auto other = this->sink(kBoth);
  other->load();
  other->write(records(0, 3));
  EXPECT_THAT(stop_of([&] { replaced->load(); }), ::testing::HasSubstr("taken_over: "));
  other->save_checkpoint("task-0", 1, "3");
  other.reset();
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    return stop_of([&] { EXPECT_EQ(replaced->load().at("task-0"), "3"); }) == "it went on";
  })) << "the server has noticed that the other is gone";
  replaced->write(records(3, 5));
  replaced->save_checkpoint("task-0", 2, "5");
  EXPECT_EQ(this->counts(), "5 5");
}

TYPED_TEST_P(TwoPhaseRules, OfSeveralInstancesTheFirstSavesAndTheOthersPrepare) {
  this->query("CREATE TABLE users (id INT)");
  auto first = this->sink(kBoth);
  first->load();
  first->recover({});
  auto second = this->sink(kBoth);
  second->as_task(1, 2);
  // Both are of one stage, which the harness has not: the second one takes its own epoch, and gives it back.
  second->load();
  second->write(records(0, 5));
  const std::string prepared = second->prepare(1);
  this->query("UPDATE weir_checkpoint SET epoch = 1 WHERE name = ''");
  first->write(records(5, 8));
  first->save_checkpoint("task-0", 1, prepared);
  EXPECT_EQ(this->count(), "3");
  second->commit_prepared();
  EXPECT_EQ(this->counts(), "8 8");
}

TYPED_TEST_P(TwoPhaseRules, AnInstanceThatCouldPrepareMaySaveAsWell) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kBoth);
  s->as_task(1, 2);
  s->load();
  s->write(records(0, 5));
  EXPECT_EQ(this->count(), "0");
  s->save_checkpoint("task-1", 1, "5");
  EXPECT_EQ(this->count(), "5");
  EXPECT_EQ(this->backend_->prepared(), "0");
}

TYPED_TEST_P(TwoPhaseRules, AConnectionLostWithRowsInItStopsThePipeline) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kBoth);
  s->load();
  s->write(records(0, 5));
  this->backend_->end_sessions();
  EXPECT_THAT(stop_of([&] { s->write(records(5, 6)); }),
              ::testing::AllOf(::testing::HasSubstr("transaction_lost: "),
                               ::testing::HasSubstr("has to go on from that one")));
  s = this->sink(kBoth);
  EXPECT_TRUE(s->load().empty());
  EXPECT_EQ(this->count(), "0");
}

TYPED_TEST_P(TwoPhaseRules, AConnectionLostWhileNothingIsInItIsReplacedInSilence) {
  this->query("CREATE TABLE users (id INT)");
  auto s = this->sink(kBoth);
  s->load();
  s->write(records(0, 5));
  s->save_checkpoint("task-0", 1, "5");
  this->backend_->end_sessions();
  s->write(records(5, 6));
  s->save_checkpoint("task-0", 2, "6");
  this->backend_->end_sessions();
  s->save_checkpoint("task-0", 3, "6");
  EXPECT_EQ(this->counts(), "6 6");
  EXPECT_TRUE(s->log_lines().empty());
}

REGISTER_TYPED_TEST_SUITE_P(TwoPhaseRules, WhatIsPreparedCountsWhenItIsCommitted,
                            AfterACrashWhatTheCheckpointHoldsIsCommittedAndAllElseTakenBack,
                            AProcessThatStillLivesIsNoHindranceForRecovery,
                            RefusedRowsLeaveByErrorAndTheRestIsPrepared,
                            WhoWasReplacedDoesNotTakeOverAgainWhileTheOtherLives,
                            OfSeveralInstancesTheFirstSavesAndTheOthersPrepare,
                            AnInstanceThatCouldPrepareMaySaveAsWell,
                            AConnectionLostWithRowsInItStopsThePipeline,
                            AConnectionLostWhileNothingIsInItIsReplacedInSilence);

}  // namespace weir::sql::test
