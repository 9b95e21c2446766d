// SPDX-License-Identifier: Apache-2.0
#include "mock_kafka.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::standins {
namespace {

struct ClientDeleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Consumer = std::unique_ptr<rd_kafka_t, ClientDeleter>;

struct PartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDeleter>;

Consumer new_consumer(const MockKafka& kafka) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char reason[512];
  rd_kafka_conf_set(conf, "bootstrap.servers", kafka.bootstrap().c_str(), reason, sizeof reason);
  rd_kafka_conf_set(conf, "group.id", "test", reason, sizeof reason);
  rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", reason, sizeof reason);
  rd_kafka_conf_set(conf, "log_level", "3", reason, sizeof reason);
  Consumer consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason));
  if (!consumer) throw std::runtime_error(reason);
  return consumer;
}

/// The first `count` values of a partition; fewer when they do not come within a minute.
std::vector<std::string> values_of(const MockKafka& kafka, const char* topic, int partition,
                                   std::size_t count) {
  const Consumer consumer = new_consumer(kafka);
  const Partitions assigned(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(assigned.get(), topic, partition)->offset = 0;
  rd_kafka_assign(consumer.get(), assigned.get());
  std::vector<std::string> values;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (values.size() < count && std::chrono::steady_clock::now() < deadline) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      EXPECT_NE(message->payload, nullptr) << "an empty value is no null";
      values.emplace_back(static_cast<const char*>(message->payload), message->len);
    }
    rd_kafka_message_destroy(message);
  }
  return values;
}

TEST(MockKafka, SpreadsLinesRoundRobinAndKeepsEmptyOnes) {
  MockKafka kafka;
  kafka.create_topic("ids", 2);
  kafka.fill("ids", {"a", "b", "", "d", "e"});
  EXPECT_THAT(values_of(kafka, "ids", 0, 3), testing::ElementsAre("a", "", "e"));
  EXPECT_THAT(values_of(kafka, "ids", 1, 2), testing::ElementsAre("b", "d"));
}

TEST(MockKafka, PutsEqualValuesIntoOnePartitionWhenSpreadByHash) {
  MockKafka kafka;
  kafka.create_topic("one", 4);
  kafka.fill("one", {"x", "x", "x"}, MockKafka::Spread::kByHash);
  std::size_t found = 0;
  const Consumer consumer = new_consumer(kafka);
  for (int partition = 0; partition < 4; ++partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    ASSERT_EQ(rd_kafka_query_watermark_offsets(consumer.get(), "one", partition, &low, &high, 30'000),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_THAT(high, testing::AnyOf(0, 3));
    found += static_cast<std::size_t>(high);
  }
  EXPECT_EQ(found, 3U);
}

TEST(MockKafka, KeepsCommittedOffsets) {
  MockKafka kafka;
  kafka.create_topic("ids", 1);
  kafka.fill("ids", {"a", "b", "c"});
  const Partitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), "ids", 0)->offset = 2;
  ASSERT_EQ(rd_kafka_commit(new_consumer(kafka).get(), list.get(), /*async=*/0), RD_KAFKA_RESP_ERR_NO_ERROR);
  list->elems[0].offset = 0;
  ASSERT_EQ(rd_kafka_committed(new_consumer(kafka).get(), list.get(), 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(list->elems[0].offset, 2);
}

TEST(MockKafka, FillSaysWhenTheTopicIsTooLargeToBeKept) {
  MockKafka kafka;
  kafka.create_topic("large", 1);
  const std::vector<std::string> values(7, std::string(900'000, 'x'));
  try {
    kafka.fill("large", values);
    FAIL() << "6.3 MB fit into a partition";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("5 MiB"));
  }
}

TEST(MockKafka, RefusesATopicThatExists) {
  MockKafka kafka;
  kafka.create_topic("ids", 1);
  EXPECT_THROW(kafka.create_topic("ids", 1), std::runtime_error);
}

}  // namespace
}  // namespace weir::standins
