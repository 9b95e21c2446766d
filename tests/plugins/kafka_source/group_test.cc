// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "kafka_client/group_claim.h"
#include "kafka_source/source_harness.h"
#include "support/kafka_broker.h"
#include "support/unique_name.h"

namespace weir::kafka {
namespace {

using ::testing::SizeIs;

/// A member of a group that commits what it has emitted when it must give partitions up, as the host does.
struct Member {
  explicit Member(const std::string& options) : source(options) {
    source.on_give_up([this] {
      take();
      std::vector<std::tuple<std::string, std::int32_t, std::int64_t>> positions;
      for (const auto& name : source.given_up().back()) {
        const auto slash = name.rfind('/');
        const int partition = std::stoi(name.substr(slash + 1));
        if (next.contains(partition))
          positions.emplace_back(name.substr(0, slash), partition, next[partition]);
      }
      source.commit(positions);
    });
  }

  void take() {
    for (auto& item : source.out()) {
      next[item.partition] = item.position + 1;
      records.push_back(std::move(item));
    }
  }
  void poll(std::size_t budget) {
    source.poll(budget);
    take();
  }
  bool has_partitions() {
    for (const auto& line : source.log_lines()) {
      if (line.find("assigned: ids") != line.npos) return true;
    }
    return false;
  }

  SourceHarness source;
  std::map<std::int32_t, std::int64_t> next;
  std::vector<weir::testing::Item> records;
};

/// A topic of four partitions, read with a strategy.
class KafkaSourceGroup : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_ = &support::KafkaBroker::shared();
    topic_ = support::unique_name("ids");  // Member looks for that name
    group_ = support::unique_name("readers");
    broker_->create_topic(topic_, 4);
  }
  std::string options(const nlohmann::json& more = {}) const {
    nlohmann::json all{{"group", group_}, {"properties", {{"partition.assignment.strategy", GetParam()}}}};
    if (!more.is_null()) all.update(more);
    return source_options(broker_->bootstrap(), topic_, all);
  }
  std::string topic_, group_;
  support::KafkaBroker* broker_ = nullptr;
};

class KafkaSourceCooperativeGroup : public KafkaSourceGroup {};

TEST_P(KafkaSourceGroup, PartitionsMoveToANewMemberWithoutLossOrRepetition) {
  broker_->produce(topic_, numbered(4000, 4));
  Member first(options());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(500);
    return !first.records.empty();
  }));
  // The first member is kept from taking more: its records wait in the consumer while partitions move.
  Member second(options());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(0);
    second.poll(0);
    return second.has_partitions();
  }));
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(5000);
    second.poll(5000);
    return first.records.size() + second.records.size() >= 4000;
  }));
  EXPECT_FALSE(first.source.given_up().empty());
  EXPECT_FALSE(second.records.empty());
  std::set<std::pair<std::int32_t, std::int64_t>> seen;
  for (const auto* member : {&first, &second}) {
    for (const auto& r : member->records) {
      EXPECT_TRUE(seen.emplace(r.partition, r.position).second)
          << "partition " << r.partition << ", offset " << r.position << " came twice";
    }
  }
  EXPECT_THAT(seen, SizeIs(4000));
}

TEST_P(KafkaSourceCooperativeGroup, NoRecordOfAPartitionComesAfterItWasGivenUp) {
  broker_->produce(topic_, numbered(4000, 4));
  Member first(options());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(500);
    return !first.records.empty();
  }));
  Member second(options());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(0);
    second.poll(0);
    return !first.source.given_up().empty();
  }));
  std::set<std::int32_t> gone;
  for (const auto& name : first.source.given_up().front())
    gone.insert(std::stoi(name.substr(name.rfind('/') + 1)));
  const std::size_t before = first.records.size();
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first.poll(5000);
    second.poll(5000);
    return first.records.size() + second.records.size() >= 4000;
  }));
  for (std::size_t i = before; i < first.records.size(); ++i) {
    EXPECT_FALSE(gone.contains(first.records[i].partition));
  }
}

TEST_P(KafkaSourceGroup, AMemberThatLeavesHandsItsPartitionsOverSoon) {
  auto first = std::make_unique<Member>(options());
  Member second(options());
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    first->poll(5000);
    second.poll(5000);
    return first->has_partitions() && second.has_partitions();
  }));
  broker_->produce(topic_, numbered(40, 4));
  first.reset();
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
    second.poll(5000);
    return second.records.size() >= 40;
  }));
}

// An eager member may be given the same partition again at once.
INSTANTIATE_TEST_SUITE_P(Strategies, KafkaSourceCooperativeGroup, ::testing::Values("cooperative-sticky"));
INSTANTIATE_TEST_SUITE_P(Strategies, KafkaSourceGroup, ::testing::Values("cooperative-sticky", "range"),
                         [](const auto& p) { return p.param == "range" ? "Eager" : "Cooperative"; });

TEST(KafkaSourceRealBroker, WakesTheHostWhenRecordsComeToAnIdleSource) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  broker.create_topic(topic, 1);
  SourceHarness source(source_options(broker.bootstrap(), topic, {{"group", support::unique_name("g")}}));
  for (const std::string value : {"a", "b", "c"}) {
    broker.produce(topic, {{.value = value}});
    EXPECT_EQ(poll_for(source, 1).at(0).value, value);
    while (source.poll() != WEIR_IDLE) {
    }
    const auto seen = source.wakes();
    broker.produce(topic, {{.value = "next"}});
    EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return source.wakes() > seen; }));
    EXPECT_EQ(poll_for(source, 1).at(0).value, "next");
  }
}

TEST(KafkaSourceRealBroker, AMemberGoesOnAtTheCheckpointsPositionAndNotAtTheGroups) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  const nlohmann::json group{{"group", support::unique_name("g")}};
  broker.create_topic(topic, 1);
  broker.produce(topic, numbered(10));
  {
    SourceHarness source(source_options(broker.bootstrap(), topic, group));
    poll_for(source, 10);
    source.commit({{topic, 0, 9}});
  }
  SourceHarness source(source_options(broker.bootstrap(), topic, group));
  source.set_saved_position(topic, 0, 4);
  EXPECT_EQ(poll_for(source, 6).at(0).position, 4);
}

TEST(KafkaSourceRealBroker, WithStateByPartitionItTakesPartitionsOverBeforeItReadsThem) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  broker.create_topic(topic, 3);
  broker.produce(topic, numbered(9, 3));
  SourceHarness source(source_options(broker.bootstrap(), topic, {{"group", support::unique_name("g")}}));
  source.work_in(WEIR_BY_PARTITION);
  source.set_saved_position(topic, 1, 2);
  EXPECT_THAT(poll_for(source, 7), SizeIs(7)) << "of one partition the last record only";
  ASSERT_THAT(source.taken_over(), SizeIs(1));
  EXPECT_THAT(source.taken_over().front(),
              ::testing::UnorderedElementsAre(topic + "/0 of 3", topic + "/1 of 3", topic + "/2 of 3"));
}

/// The owner before was late: it had saved nothing when the partition was taken over.
TEST(KafkaSourceRealBroker, WithStateByPartitionWhatIsCommittedBehindTheTakeOverDoesNotCount) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  const nlohmann::json group{{"group", support::unique_name("g")}};
  broker.create_topic(topic, 1);
  broker.produce(topic, numbered(5));
  for (const std::int64_t before : {0, 2}) {
    SourceHarness source(source_options(broker.bootstrap(), topic, group));
    source.work_in(WEIR_BY_PARTITION);
    source.on_take_over([&] { source.commit({{topic, 0, before + 2}}); });
    EXPECT_EQ(poll_for(source, 5 - static_cast<std::size_t>(before)).at(0).position, before);
  }
}

TEST(KafkaSourceRealBroker, ItsClaimNamesTheClusterTheGroupAndTheMember) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  const auto group = support::unique_name("g");
  broker.create_topic(topic, 1);
  broker.produce(topic, numbered(1));
  SourceHarness member(source_options(broker.bootstrap(), topic, {{"group", group}}));
  poll_for(member, 1);
  SourceHarness none(source_options(broker.bootstrap(), topic, {{"group", group}, {"stop_at_end", true}}));
  none.poll_to_end();
  const auto of_member = GroupClaim::read(member.claim());
  const auto of_none = GroupClaim::read(none.claim());
  ASSERT_TRUE(of_member && of_none);
  EXPECT_EQ(of_member->group, group);
  EXPECT_FALSE(of_member->cluster.empty());
  EXPECT_EQ(of_member->cluster, of_none->cluster);
  EXPECT_NE(of_member->metadata, of_none->metadata);
  EXPECT_NE(read_metadata(of_member->metadata), nullptr);
  EXPECT_FALSE(GroupClaim::read("something else"));
}

TEST(KafkaSourceRealBroker, ACommitIntoAGroupWithLiveMembersStopsASourceThatIsNone) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  const auto group = support::unique_name("g");
  broker.create_topic(topic, 1);
  broker.produce(topic, numbered(2));
  SourceHarness member(source_options(broker.bootstrap(), topic, {{"group", group}}));
  poll_for(member, 2);
  SourceHarness stranger(
      source_options(broker.bootstrap(), topic, {{"group", group}, {"stop_at_end", true}}));
  stranger.poll_to_end();
  try {
    stranger.commit({{topic, 0, 2}});
    FAIL() << "the commit was taken";
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "group_in_use");
  }
}

TEST(KafkaSourceRealBroker, AFrozenBrokerDoesNotKeepTheSourceFromEnding) {
  WEIR_REQUIRE_KAFKA();
  support::KafkaBroker broker;
  broker.start();
  broker.create_topic("ids", 1);
  broker.produce("ids", numbered(2));
  {
    SourceHarness source(source_options(broker.bootstrap(), "ids"));
    poll_for(source, 2);
    broker.freeze();
    const auto begin = std::chrono::steady_clock::now();
    source.abort();
    EXPECT_THROW(source.commit({{"ids", 0, 2}}), weir::testing::PluginError);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, support::kLongWait);
  }
  broker.thaw();
}

TEST(KafkaSourceRealBroker, ATopicThatDoesNotExistStops) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("ids");
  broker.create_topic(topic, 1);
  SourceHarness source(source_options(broker.bootstrap(), topic + "x"));
  try {
    source.start();
    FAIL() << "it started";
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.code, "unknown_topic");
    EXPECT_NE(std::string(e.what()).find("'" + topic + "'"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace weir::kafka
