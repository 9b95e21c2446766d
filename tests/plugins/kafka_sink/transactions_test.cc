// SPDX-License-Identifier: Apache-2.0
//
// The sink that commits records, positions and checkpoints together, at the real broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "kafka_client/group_claim.h"
#include "kafka_sink/sink_harness.h"
#include "sources/kafka/kafka_source.h"
#include "support/kafka_broker.h"
#include "support/unique_name.h"

namespace weir::kafka {
namespace {

using support::Isolation;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::uint32_t kBoth = WEIR_IN_TRANSACTIONS | WEIR_KEEPS_CHECKPOINTS;

class KafkaSinkTransactions : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_ = &support::KafkaBroker::shared();
    topic_ = support::unique_name("out");
    state_ = support::unique_name("state");
    broker_->create_topic(topic_, 1);
  }

  /// As another process with the same pipeline file.
  std::unique_ptr<SinkHarness> open(std::uint32_t role = kBoth) const {
    auto sink = std::make_unique<SinkHarness>(
        sink_options(broker_->bootstrap(), topic_, {{"checkpoint_topic", state_}}));
    sink->work_in(role);
    return sink;
  }

  std::vector<std::string> visible(Isolation isolation = Isolation::kReadCommitted) const {
    std::vector<std::string> values;
    for (const auto& m : broker_->consume_all(topic_, 0, isolation)) values.push_back(m.value.value_or(""));
    return values;
  }

  support::KafkaBroker* broker_ = nullptr;
  std::string topic_, state_;
};

TEST_F(KafkaSinkTransactions, RecordsCountWithTheCheckpointAndNotBefore) {
  const auto sink = open();
  EXPECT_THAT(sink->load(), IsEmpty());
  sink->write({"a", "b"});
  sink->flush();
  EXPECT_THAT(visible(), IsEmpty());
  EXPECT_THAT(visible(Isolation::kReadUncommitted), ElementsAre("a", "b"));
  sink->save_checkpoint("task-0", 1, "first");
  EXPECT_THAT(visible(), ElementsAre("a", "b"));
  sink->write({"c"});
  sink->save_checkpoint("task-0", 2, "second");
  EXPECT_THAT(visible(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(open()->load(), ElementsAre(Pair("task-0", "second")));
}

TEST_F(KafkaSinkTransactions, CheckpointsOfAnySizeAreReadAsTheyWereSaved) {
  std::string large(3'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 + i / 997);
  {
    const auto sink = open();
    sink->load();
    sink->save_checkpoint("task-0", 1, "small");
    sink->save_checkpoint("task-1", 1, "");
    sink->save_checkpoint("task-0", 2, large);
  }
  {
    const auto sink = open();
    EXPECT_THAT(sink->load(), ElementsAre(Pair("task-0", large), Pair("task-1", "")));
    sink->save_checkpoint("task-0", 3, "small again");
  }
  EXPECT_THAT(open()->load(), ElementsAre(Pair("task-0", "small again"), Pair("task-1", "")));
}

TEST_F(KafkaSinkTransactions, AProcessThatIsGoneAfterAnyStepLeavesEachRecordOnce) {
  // Three records a checkpoint, whose content tells how many are done. Gone processes are frozen ones.
  std::vector<std::unique_ptr<SinkHarness>> gone;
  std::vector<std::string> all;
  for (int i = 0; i < 18; ++i) all.push_back(std::to_string(i));
  for (int last_step = 0;; ++last_step) {
    gone.push_back(open());
    SinkHarness& sink = *gone.back();
    int step = 0;
    const auto saved = sink.load();
    std::size_t done = saved.empty() ? 0 : std::stoul(saved.at("task-0"));
    const auto go_on = [&] { return done < all.size() && step++ < last_step; };
    while (go_on()) {
      for (std::size_t i = done; i < done + 3; ++i) sink.write({all[i]});
      if (!go_on()) break;
      sink.flush();
      if (!go_on()) break;
      done += 3;
      sink.save_checkpoint("task-0", done, std::to_string(done));
    }
    if (done == all.size()) break;
  }
  EXPECT_EQ(visible(), all);
}

TEST_F(KafkaSinkTransactions, AZombieCanCommitNothingAfterAnotherProcessHasLoaded) {
  const auto zombie = open();
  zombie->load();
  zombie->write({"kept"});
  zombie->save_checkpoint("task-0", 1, "of the zombie");
  zombie->write({"lost"});
  zombie->flush();
  const auto other = open();
  EXPECT_THAT(other->load(), ElementsAre(Pair("task-0", "of the zombie")));
  EXPECT_EQ(error_of([&] { zombie->save_checkpoint("task-0", 2, "of the zombie"); }).code, "fenced");
  other->write({"new"});
  other->save_checkpoint("task-0", 2, "of the other");
  EXPECT_THAT(visible(), ElementsAre("kept", "new"));
  EXPECT_THAT(open()->load(), ElementsAre(Pair("task-0", "of the other")));
}

TEST_F(KafkaSinkTransactions, AZombieThatStoodStillBeforeItBeganCannotBegin) {
  const auto zombie = open();
  zombie->load();
  const auto other = open();
  other->load();
  EXPECT_EQ(error_of([&] { zombie->start(); }).code, "fenced");
}

TEST_F(KafkaSinkTransactions, TasksThatAreNoMoreCannotCommitEither) {
  const auto third_task = open();
  third_task->as_task(2, 3);
  third_task->load();
  third_task->write({"lost"});
  third_task->flush();
  const auto other = open();
  other->load();
  EXPECT_EQ(error_of([&] { third_task->save_checkpoint("task-2", 1, "late"); }).code, "fenced");
  EXPECT_THAT(open()->load(), IsEmpty());
}

TEST_F(KafkaSinkTransactions, ThePositionsOfAKafkaSourceAreItsGroupsWithTheCheckpoint) {
  const auto ids = support::unique_name("ids");
  broker_->create_topic(ids, 2);
  broker_->produce(ids, {{.value = "a", .partition = 0}, {.value = "b", .partition = 1}});
  for (const bool member : {false, true}) {
    const auto group = support::unique_name("g");
    weir::testing::Harness<KafkaSource> source(nlohmann::json{
        {"brokers", {broker_->bootstrap()}},
        {"topic", {ids}},
        {"group", group},
        {"stop_at_end", !member}}.dump());
    ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
      source.poll();
      return !source.out().empty();
    }));
    const auto sink = open();
    sink->load();
    sink->write({"x"});
    sink->flush();
    EXPECT_EQ(broker_->committed(group, ids, 0), std::nullopt);
    sink->save_checkpoint("task-0", 1, "", {{ids, 0, 1}, {ids, 1, 1}}, {{"stage", source.claim()}});
    EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
      return broker_->committed(group, ids, 0) == 1 && broker_->committed(group, ids, 1) == 1;
    }));
  }
}

TEST_F(KafkaSinkTransactions, ASourceOfAnotherClusterStops) {
  const auto sink = open();
  sink->load();
  sink->write({"x"});
  const auto e = error_of([&] {
    sink->save_checkpoint("task-0", 1, "", {{"ids", 0, 1}},
                          {{"stage", GroupClaim{"another", "g", ""}.write()}});
  });
  EXPECT_EQ(e.code, "two_clusters");
  EXPECT_THAT(e.what(), HasSubstr("two Kafka clusters cannot share a transaction: source 'stage'"));
  EXPECT_THAT(visible(), IsEmpty());
}

TEST_F(KafkaSinkTransactions, ARecordThatNoMessageCanHoldLeavesByErrorAndTheRestIsCommitted) {
  const auto sink = open();
  sink->load();
  sink->write({"a", std::string(2'000'000, 'x'), "b"});
  sink->flush();
  const auto errors = sink->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "msg_size_too_large");
  sink->save_checkpoint("task-0", 1, "");
  EXPECT_THAT(visible(), ElementsAre("a", "b"));
}

TEST_F(KafkaSinkTransactions, ARecordThatTheBrokerRefusesTakesTheTransactionBack) {
  topic_ = support::unique_name("out");
  broker_->create_topic(topic_, 1, {{"max.message.bytes", "1000"}});
  const auto sink = open();
  sink->load();
  sink->write({"a"});
  sink->flush();
  sink->write({std::string(5000, 'x')});
  const auto e = error_of([&] { sink->flush(); });
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_EQ(e.code, "msg_size_too_large");
  EXPECT_THAT(e.what(), HasSubstr("taken back"));
  EXPECT_THAT(open()->load(), IsEmpty());
  EXPECT_THAT(visible(), IsEmpty());
}

TEST_F(KafkaSinkTransactions, ASinkThatOnlyKeepsCheckpointsWritesRecordsAtOnce) {
  const auto sink = open(WEIR_KEEPS_CHECKPOINTS);
  sink->load();
  sink->write({"a"});
  sink->flush();
  EXPECT_THAT(visible(), ElementsAre("a"));
  sink->save_checkpoint("task-0", 1, "one");
  const auto other = open(WEIR_KEEPS_CHECKPOINTS);
  EXPECT_THAT(other->load(), ElementsAre(Pair("task-0", "one")));
  EXPECT_EQ(error_of([&] { sink->save_checkpoint("task-0", 2, "two"); }).code, "fenced");
}

TEST_F(KafkaSinkTransactions, ATopicThatWouldForgetCheckpointsIsRefused) {
  broker_->create_topic(state_, 1, {{"cleanup.policy", "delete"}});
  const auto e = error_of([&] { open()->load(); });
  EXPECT_EQ(e.code, "checkpoint_topic");
  EXPECT_THAT(e.what(), HasSubstr("has cleanup.policy=delete"));
}

TEST(KafkaSinkRefuses, WhatATransactionOfKafkaCannotBe) {
  SinkHarness sink(sink_options("127.0.0.1:1", "out"));
  EXPECT_EQ(sink.refuses(kBoth), "");
  EXPECT_EQ(sink.refuses(WEIR_KEEPS_CHECKPOINTS), "");
  EXPECT_THAT(sink.refuses(WEIR_IN_TRANSACTIONS), HasSubstr("must be the one that decides"));
  EXPECT_THAT(sink.refuses(kBoth, 2), HasSubstr("2 instances"));
  SinkHarness with_timeout(sink_options("127.0.0.1:1", "out", {{"delivery_timeout", 1000}}));
  EXPECT_THAT(with_timeout.refuses(kBoth), HasSubstr("delivery_timeout"));
}

}  // namespace
}  // namespace weir::kafka
