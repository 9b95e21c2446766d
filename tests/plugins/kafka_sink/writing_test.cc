// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "kafka_client/mock_cluster.h"
#include "kafka_sink/sink_harness.h"

namespace weir::kafka {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using weir::testing::Item;

class KafkaSinkWriting : public ::testing::Test {
 protected:
  KafkaSinkWriting() { cluster_.create_topic("out", 1); }

  /// Writes the records, flushes, and gives what is in the topic then.
  std::vector<support::KafkaRecord> written(const std::vector<Item>& records,
                                            const nlohmann::json& more = {}) {
    SinkHarness sink(sink_options(cluster_.bootstrap(), "out", more));
    sink.write(records);
    sink.flush();
    errors_ = sink.errors();
    return cluster_.outside().consume_all("out");
  }

  MockCluster cluster_;
  std::vector<Item> errors_;
};

TEST_F(KafkaSinkWriting, AMessageHasTheRecordsValueKeyHeadersAndTime) {
  Item item = keyed("k", "v");
  item.headers = {{"trace", "1"}, {"trace", "2"}, {"empty", ""}};
  item.event_time = 1'600'000'000'123;
  const auto messages = written({item});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].value, "v");
  EXPECT_EQ(messages[0].key, "k");
  EXPECT_THAT(messages[0].headers, ElementsAre(Pair("trace", "1"), Pair("trace", "2"), Pair("empty", "")));
  EXPECT_EQ(messages[0].timestamp_ms, 1'600'000'000'123);
}

TEST_F(KafkaSinkWriting, ARecordWithoutValueBecomesATombstoneAndAnEmptyOneDoesNot) {
  Item none = keyed("a", "");
  none.value.reset();
  const auto messages = written({none, keyed("", "")});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].value, std::nullopt);
  EXPECT_EQ(messages[1].value, "");
  EXPECT_EQ(messages[1].key, "");
}

TEST_F(KafkaSinkWriting, ARecordWithoutKeyAndTimeHasNoKeyAndTheTimeOfWriting) {
  const auto messages = written({"v"});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].key, std::nullopt);
  EXPECT_GT(messages[0].timestamp_ms, 1'700'000'000'000);
}

TEST_F(KafkaSinkWriting, RecordsOfAPartitionKeepTheirOrder) {
  SinkHarness sink(sink_options(cluster_.bootstrap(), "out"));
  std::vector<std::string> all;
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<Item> records;
    for (int i = 0; i < 100; ++i) records.emplace_back(all.emplace_back(std::to_string(batch * 100 + i)));
    sink.write(records);
  }
  sink.flush();
  std::vector<std::string> values;
  for (const auto& m : cluster_.outside().consume_all("out")) values.push_back(m.value.value_or(""));
  EXPECT_EQ(values, all);
}

TEST_F(KafkaSinkWriting, EqualKeysGoToOnePartition) {
  cluster_.create_topic("many", 4);
  SinkHarness sink(sink_options(cluster_.bootstrap(), "many"));
  for (int i = 0; i < 20; ++i)
    sink.write({keyed("a", "x"), keyed("b", "x"), keyed("c", "x"), keyed("d", "x")});
  sink.flush();
  std::map<std::string, std::set<std::int32_t>> partitions;
  for (const auto& m : cluster_.outside().consume_all("many")) partitions[*m.key].insert(*m.partition);
  for (const auto& [key, where] : partitions) EXPECT_EQ(where.size(), 1u) << key;
  // As Kafka's Java client places them: murmur2("d") is 284602193, modulo 4.
  EXPECT_THAT(partitions["d"], ElementsAre(1));
}

TEST_F(KafkaSinkWriting, TheKeyMayComeFromAField) {
  const auto messages =
      written({R"({"user": {"id": "u1"}})", R"({"user": {"id": 17}})"}, {{"key", "user.id"}});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].key, "u1");
  EXPECT_EQ(messages[1].key, "17");
}

TEST_F(KafkaSinkWriting, ARecordWithoutTheKeysFieldGoesToTheErrorPort) {
  const auto messages = written({keyed("own", R"({"id": null})"), "[1", R"({"id": "x"})"}, {{"key", "id"}});
  EXPECT_EQ(messages.size(), 1u);
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_EQ(errors_[0].code, "missing_key");
  EXPECT_EQ(errors_[0].key, "own");
  EXPECT_EQ(errors_[1].code, "bad_json");
  EXPECT_EQ(errors_[1].value, "[1");
}

TEST_F(KafkaSinkWriting, HeadersMayBeDroppedAndAdded) {
  Item item("v");
  item.headers = {{"trace", "1"}};
  const auto messages = written({item}, {{"headers", "drop"}, {"add_headers", {{"from", "weir"}}}});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_THAT(messages[0].headers, ElementsAre(Pair("from", "weir")));
}

TEST_F(KafkaSinkWriting, AFailedRecordCarriesItsFailureBehindItsOwnHeaders) {
  Item item = keyed("k", "bad");
  item.headers = {{"trace", "1"}};
  item.origin = "ids";
  item.partition = 2;
  item.position = 41;
  item.code = "40003";
  item.message = "invalid openid";
  item.attempts = 3;
  item.first_time = 1'600'000'000'123;
  item.last_time = 1'600'000'100'000;
  const auto messages = written({item});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].value, "bad");
  EXPECT_EQ(messages[0].key, "k");
  EXPECT_EQ(messages[0].headers.at(0), std::pair(std::string("trace"), std::string("1")));
  EXPECT_THAT(
      messages[0].headers,
      UnorderedElementsAre(Pair("trace", "1"), Pair("weir.stage", "stage"), Pair("weir.port", "out"),
                           Pair("weir.code", "40003"), Pair("weir.message", "invalid openid"),
                           Pair("weir.attempts", "3"), Pair("weir.first_time", "2020-09-13T12:26:40.123Z"),
                           Pair("weir.last_time", "2020-09-13T12:28:20.000Z"),
                           Pair("weir.origin.source", "stage"), Pair("weir.origin.name", "ids"),
                           Pair("weir.origin.partition", "2"), Pair("weir.origin.position", "41")));
}

TEST_F(KafkaSinkWriting, CompressedRecordsArriveTheSame) {
  for (const std::string codec : {"gzip", "snappy", "lz4", "zstd"}) {
    const auto messages = written({std::string(5000, 'x')}, {{"compression", codec}});
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.back().value, std::string(5000, 'x')) << codec;
  }
}

TEST_F(KafkaSinkWriting, FlushingNothingReturns) {
  EXPECT_THAT(written({}), IsEmpty());
}

}  // namespace
}  // namespace weir::kafka
