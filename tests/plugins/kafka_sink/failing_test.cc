// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "kafka_client/mock_cluster.h"
#include "kafka_sink/sink_harness.h"

namespace weir::kafka {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using weir::testing::Item;

TEST(KafkaSinkFailing, AMissingTopicStopsAndNamesTheNearest) {
  MockCluster cluster;
  cluster.create_topic("wechat-users", 1);
  rd_kafka_mock_topic_set_error(cluster.mock(), "wechat-user", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  SinkHarness sink(sink_options(cluster.bootstrap(), "wechat-user"));
  const auto e = error_of([&] { sink.start(); });
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_EQ(e.code, "unknown_topic");
  EXPECT_THAT(e.what(), HasSubstr("did you mean 'wechat-users'?"));
}

class KafkaSinkFaults : public ::testing::Test {
 protected:
  KafkaSinkFaults() { cluster_.create_topic("out", 1); }
  std::string options(const nlohmann::json& more = {}) const {
    return sink_options(cluster_.bootstrap(), "out", more);
  }
  std::vector<std::string> in_topic() const {
    std::vector<std::string> values;
    for (const auto& m : cluster_.outside().consume_all("out")) values.push_back(m.value.value_or("(none)"));
    return values;
  }
  MockCluster cluster_;
};

TEST_F(KafkaSinkFaults, ARecordThatIsTooLargeGoesToTheErrorPortAndTheOthersArrive) {
  SinkHarness sink(options());
  Item large = keyed("k", std::string(2'000'000, 'x'));
  large.headers = {{"trace", "1"}};
  sink.write({"a", large, "b"});
  sink.flush();
  const auto errors = sink.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "msg_size_too_large");
  EXPECT_EQ(errors[0].value, large.value);
  EXPECT_EQ(errors[0].key, "k");
  EXPECT_EQ(errors[0].headers, large.headers);
  EXPECT_THAT(in_topic(), ::testing::ElementsAre("a", "b"));
}

TEST_F(KafkaSinkFaults, ARecordThatTheBrokerRefusesGoesToTheErrorPort) {
  SinkHarness sink(options());
  sink.start();
  cluster_.fail_next(kProduce, {RD_KAFKA_RESP_ERR_INVALID_RECORD});
  sink.write({keyed("k", "refused")});
  sink.flush();
  const auto errors = sink.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "invalid_record");
  EXPECT_THAT(errors[0].message, HasSubstr("topic 'out' at " + cluster_.bootstrap()));
  EXPECT_EQ(errors[0].value, "refused");
  EXPECT_EQ(errors[0].key, "k");
}

TEST_F(KafkaSinkFaults, AnErrorThatPassesIsNotSeen) {
  SinkHarness sink(options());
  sink.start();
  cluster_.fail_next(kProduce,
                     {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  sink.write({"a"});
  sink.flush();
  EXPECT_TRUE(sink.errors().empty());
  EXPECT_THAT(in_topic(), ::testing::ElementsAre("a"));
}

TEST_F(KafkaSinkFaults, AMissingRightStops) {
  SinkHarness sink(options());
  sink.start();
  cluster_.fail_next(kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  sink.write({"a"});
  const auto e = error_of([&] { sink.flush(); });
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_EQ(e.code, "topic_authorization_failed");
  EXPECT_TRUE(sink.errors().empty());
}

TEST_F(KafkaSinkFaults, ABrokerThatIsDownAtTheStartIsWaitedFor) {
  cluster_.down();
  SinkHarness sink(options());
  sink.write({"a"});
  EXPECT_THAT(sink.log_lines(), Contains(HasSubstr("no broker answers at " + cluster_.bootstrap())));
  cluster_.up();
  sink.flush();
  EXPECT_THAT(in_topic(), ::testing::ElementsAre("a"));
}

TEST_F(KafkaSinkFaults, ABrokerThatGoesDownInTheMiddleIsWaitedFor) {
  SinkHarness sink(options());
  sink.write({"a"});
  sink.flush();
  cluster_.down();
  sink.write({"b"});
  auto flushed = std::async(std::launch::async, [&] { sink.flush(); });
  EXPECT_EQ(flushed.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  cluster_.up();
  flushed.get();
  EXPECT_THAT(in_topic(), ::testing::ElementsAre("a", "b"));
}

TEST_F(KafkaSinkFaults, AFullQueueHoldsTheWriteBackUntilThePipelineAborts) {
  SinkHarness sink(options({{"properties", {{"queue.buffering.max.messages", "10"}}}}));
  sink.start();
  cluster_.down();
  auto written = std::async(std::launch::async,
                            [&] { return error_of([&] { sink.write(std::vector<Item>(50, Item("a"))); }); });
  EXPECT_EQ(written.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  sink.abort();
  const auto e = written.get();
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_EQ(e.code, "interrupted");
}

TEST_F(KafkaSinkFaults, AFullQueueEmptiesAndAllArrives) {
  SinkHarness sink(options({{"properties", {{"queue.buffering.max.messages", "10"}}}}));
  sink.write(std::vector<Item>(500, Item("a")));
  sink.flush();
  EXPECT_EQ(in_topic().size(), 500u);
}

TEST_F(KafkaSinkFaults, RecordsThatAreNotAcknowledgedInTimeGoToTheErrorPort) {
  SinkHarness sink(options({{"delivery_timeout", 500}}));
  sink.start();
  cluster_.down();
  sink.write({keyed("k", "late")});
  sink.flush();
  const auto errors = sink.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "delivery_timeout");
  EXPECT_EQ(errors[0].value, "late");
  EXPECT_EQ(errors[0].key, "k");
}

}  // namespace
}  // namespace weir::kafka
