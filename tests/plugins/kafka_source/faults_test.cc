// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka_client/mock_cluster.h"
#include "kafka_source/source_harness.h"

namespace weir::kafka {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weir::testing::PluginError;

template <class F>
PluginError error_of(F&& call) {
  try {
    call();
  } catch (const PluginError& e) {
    return e;
  }
  throw std::runtime_error("nothing was thrown");
}

TEST(KafkaSourceFaults, AMissingTopicStopsAndNamesTheNearest) {
  MockCluster cluster;
  cluster.create_topic("wechat-ids", 1);
  // The mock cluster makes topics when it is asked for them, unless told not to.
  rd_kafka_mock_topic_set_error(cluster.mock(), "wechat-idz", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  for (const bool stop_at_end : {false, true}) {
    SourceHarness source(source_options(cluster.bootstrap(), "wechat-idz", {{"stop_at_end", stop_at_end}}));
    const auto e = error_of([&] { source.start(); });
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "unknown_topic");
    EXPECT_THAT(e.what(), HasSubstr("'wechat-idz'"));
    EXPECT_THAT(e.what(), HasSubstr(cluster.bootstrap()));
    EXPECT_THAT(e.what(), HasSubstr("did you mean 'wechat-ids'?"));
  }
}

TEST(KafkaSourceFaults, ABrokerThatIsDownAtTheStartIsWaitedFor) {
  MockCluster cluster;
  cluster.create_topic("ids", 1);
  cluster.outside().produce("ids", {{.value = "a"}});
  cluster.down();
  SourceHarness source(source_options(cluster.bootstrap(), "ids", kStopAtEnd));
  source.start();
  EXPECT_THAT(source.log_lines(), Contains(HasSubstr("no broker answers at " + cluster.bootstrap())));
  EXPECT_EQ(source.poll(), WEIR_IDLE);
  cluster.up();
  source.poll_to_end();
  EXPECT_THAT(source.values(), ElementsAre("a"));
}

TEST(KafkaSourceFaults, ABrokerThatGoesDownInTheMiddleIsWaitedFor) {
  MockCluster cluster;
  cluster.create_topic("ids", 1);
  cluster.outside().produce("ids", {{.value = "a"}});
  SourceHarness source(
      source_options(cluster.bootstrap(), "ids", {{"properties", {{"reconnect.backoff.max.ms", "200"}}}}));
  EXPECT_EQ(poll_for(source, 1).at(0).value, "a");
  cluster.down();
  poll_until(source, [&] {
    const auto lines = source.log_lines();
    return std::any_of(lines.begin(), lines.end(),
                       [](const auto& l) { return l.find("trying again") != l.npos; });
  });
  cluster.up();
  cluster.outside().produce("ids", {{.value = "b"}});
  EXPECT_EQ(poll_for(source, 1).at(0).value, "b");
}

TEST(KafkaSourceFaults, AnUnreachableBrokerDoesNotKeepTheSourceFromEnding) {
  MockCluster cluster;
  cluster.create_topic("ids", 1);
  const auto begin = std::chrono::steady_clock::now();
  {
    SourceHarness source(source_options(cluster.bootstrap(), "ids"));
    source.start();
    source.poll();
    cluster.down();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, support::kLongWait);
}

/// As of a broker that has just started. librdkafka says so, and never asks again.
TEST(KafkaSourceFaults, PositionsThatACoordinatorDoesNotTellYetAreAskedForAgain) {
  for (const bool stop_at_end : {false, true}) {
    MockCluster cluster;
    cluster.create_topic("ids", 1);
    cluster.outside().produce("ids", {{.value = "a"}});
    cluster.fail_next(kOffsetFetch, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
    SourceHarness source(source_options(cluster.bootstrap(), "ids", {{"stop_at_end", stop_at_end}}));
    std::vector<weir::testing::Item> read;
    EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
      source.poll();
      for (auto& item : source.out()) read.push_back(std::move(item));
      return !read.empty();
    }));
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read.at(0).value, "a");
  }
}

/// librdkafka before 2.3 fails an assertion when such a consumer is destroyed.
TEST(KafkaSourceFaults, AMemberMayEndBeforeItHasBeenGivenAnything) {
  MockCluster cluster;
  cluster.create_topic("ids", 1);
  cluster.fail_next(kSyncGroup,
                    std::vector<rd_kafka_resp_err_t>(100, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS));
  SourceHarness source(
      source_options(cluster.bootstrap(), "ids", {{"properties", {{"debug", "cgrp"}, {"log_level", "7"}}}}));
  source.start();
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    source.poll();
    const auto lines = source.log_lines();
    return std::any_of(lines.begin(), lines.end(),
                       [](const auto& l) { return l.find("SyncGroup error") != l.npos; });
  }));
}

class KafkaSourceCommit : public ::testing::Test {
 protected:
  KafkaSourceCommit() {
    cluster_.create_topic("ids", 1);
    cluster_.outside().produce("ids", numbered(3));
  }
  MockCluster cluster_;
};

TEST_F(KafkaSourceCommit, AnErrorThatMayPassIsAFailureAndTheNextCommitSucceeds) {
  SourceHarness source(source_options(cluster_.bootstrap(), "ids", kStopAtEnd));
  source.poll_to_end();
  cluster_.fail_next(kOffsetCommit, {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS});
  const auto e = error_of([&] { source.commit({{"ids", 0, 3}}); });
  EXPECT_EQ(e.status, WEIR_FAILED);
  EXPECT_EQ(e.code, "rebalance_in_progress");
  source.commit({{"ids", 0, 3}});
  EXPECT_EQ(cluster_.outside().committed("readers", "ids", 0), 3);
}

/// The host repeats what has failed. A member that stays keeps its partitions, and nothing more may come of
/// them that would be committed.
TEST_F(KafkaSourceCommit, OneThatComesIntoARebalanceIsAFailure) {
  SourceHarness source(source_options(cluster_.bootstrap(), "ids"));
  poll_for(source, 3);
  cluster_.fail_next(kOffsetCommit, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION});
  EXPECT_EQ(error_of([&] { source.commit({{"ids", 0, 3}}); }).status, WEIR_FAILED);
}

TEST_F(KafkaSourceCommit, AMissingRightStops) {
  SourceHarness source(source_options(cluster_.bootstrap(), "ids", kStopAtEnd));
  source.poll_to_end();
  cluster_.fail_next(kOffsetCommit, {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED});
  const auto e = error_of([&] { source.commit({{"ids", 0, 3}}); });
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_THAT(e.what(), HasSubstr("'readers'"));
}

TEST_F(KafkaSourceCommit, AMemberThatIsShutOutSaysSoAndGoesOn) {
  SourceHarness source(source_options(cluster_.bootstrap(), "ids"));
  poll_for(source, 3);
  cluster_.fail_next(kOffsetCommit, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID});
  source.commit({{"ids", 0, 3}});
  EXPECT_THAT(source.log_lines(), Contains(HasSubstr("has given the partitions to others")));
}

TEST_F(KafkaSourceCommit, PositionsOfPartitionsThatAreNotOursAreLeftOut) {
  cluster_.create_topic("other", 1);
  SourceHarness source(source_options(cluster_.bootstrap(), "ids", kStopAtEnd));
  source.poll_to_end();
  source.commit({{"other", 0, 9}});
  EXPECT_EQ(cluster_.outside().committed("readers", "other", 0), std::nullopt);
}

TEST_F(KafkaSourceCommit, ACoordinatorThatIsGoneEndsInAFailureWhenThePipelineAborts) {
  SourceHarness source(source_options(cluster_.bootstrap(), "ids", kStopAtEnd));
  source.poll_to_end();
  cluster_.down();
  source.abort();
  EXPECT_EQ(error_of([&] { source.commit({{"ids", 0, 3}}); }).status, WEIR_FAILED);
}

}  // namespace
}  // namespace weir::kafka
