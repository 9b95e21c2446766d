// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "kafka_client/mock_cluster.h"
#include "kafka_source/source_harness.h"

namespace weir::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class KafkaSourceReading : public ::testing::Test {
 protected:
  SourceHarness open(const nlohmann::json& more = kStopAtEnd) {
    return SourceHarness(source_options(cluster_.bootstrap(), "ids", more));
  }
  MockCluster cluster_;
};

TEST_F(KafkaSourceReading, ARecordKeepsKeyHeadersTimeAndPosition) {
  cluster_.create_topic("ids", 2);
  cluster_.outside().produce("ids", {{.value = "first", .partition = 1},
                                     {.value = "o1",
                                      .key = "k1",
                                      .headers = {{"trace", "7"}, {"trace", "8"}, {"empty", ""}},
                                      .partition = 1,
                                      .timestamp_ms = 1'600'000'000'123}});
  auto source = open();
  source.poll_to_end();
  const auto records = source.out();
  ASSERT_EQ(records.size(), 2u);
  const auto& r = records[1];
  EXPECT_EQ(r.value, "o1");
  EXPECT_EQ(r.key, "k1");
  EXPECT_THAT(r.headers, ElementsAre(Pair("trace", "7"), Pair("trace", "8"), Pair("empty", "")));
  EXPECT_EQ(r.event_time, 1'600'000'000'123);
  EXPECT_EQ(r.origin, "ids");
  EXPECT_EQ(r.partition, 1);
  EXPECT_EQ(r.position, 1);
  EXPECT_EQ(records[0].key, std::nullopt);
}

TEST_F(KafkaSourceReading, ATombstoneHasNoValueAndAnEmptyValueIsOne) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", {{.value = std::nullopt, .key = "gone"}, {.value = "", .key = ""}});
  auto source = open();
  source.poll_to_end();
  const auto records = source.out();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, std::nullopt);
  EXPECT_EQ(records[0].key, "gone");
  EXPECT_EQ(records[1].value, "");
  EXPECT_EQ(records[1].key, "");
}

TEST_F(KafkaSourceReading, RecordsOfAPartitionComeInOrderAndOnce) {
  cluster_.create_topic("ids", 3);
  cluster_.outside().produce("ids", numbered(3000, 3));
  auto source = open();
  source.poll_to_end();
  std::map<std::int32_t, std::int64_t> next;
  const auto records = source.out();
  for (const auto& r : records) EXPECT_EQ(r.position, next[r.partition]++);
  EXPECT_EQ(records.size(), 3000u);
  EXPECT_DOUBLE_EQ(source.progress(), 1);
}

TEST_F(KafkaSourceReading, ALargeRecordIsReadWhole) {
  cluster_.create_topic("ids", 1);
  const std::string large(900'000, 'x');
  cluster_.outside().produce("ids", {{.value = large}, {.value = "small"}});
  auto source = open();
  source.poll_to_end();
  EXPECT_THAT(source.values(), ElementsAre(large, "small"));
}

TEST_F(KafkaSourceReading, AnEmptyTopicEndsAtOnce) {
  cluster_.create_topic("ids", 2);
  auto source = open();
  source.poll_to_end();
  EXPECT_TRUE(source.out().empty());
  EXPECT_DOUBLE_EQ(source.progress(), 1);
}

TEST_F(KafkaSourceReading, SeveralTopicsAreReadTogether) {
  cluster_.create_topic("ids", 1);
  cluster_.create_topic("more", 2);
  cluster_.outside().produce("ids", {{.value = "a"}});
  cluster_.outside().produce("more", {{.value = "b", .partition = 0}, {.value = "c", .partition = 1}});
  SourceHarness source(
      source_options(cluster_.bootstrap(), "", {{"topic", {"ids", "more"}}, {"stop_at_end", true}}));
  source.poll_to_end();
  EXPECT_THAT(source.values(), ::testing::UnorderedElementsAre("a", "b", "c"));
}

TEST_F(KafkaSourceReading, TheNextRunStartsAtTheCommittedPosition) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(4));
  {
    auto source = open();
    source.poll_to_end();
    source.commit({{"ids", 0, 3}});
  }
  EXPECT_EQ(cluster_.outside().committed("readers", "ids", 0), 3);
  auto source = open();
  source.poll_to_end();
  EXPECT_THAT(source.values(), ElementsAre("v3"));
}

TEST_F(KafkaSourceReading, NothingIsCommittedByItself) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(4));
  {
    auto source = open();
    source.poll_to_end();
  }
  EXPECT_EQ(cluster_.outside().committed("readers", "ids", 0), std::nullopt);
}

TEST_F(KafkaSourceReading, WithoutAPositionItStartsWhereTheOptionSays) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(4));
  auto source = open({{"stop_at_end", true}, {"start", "latest"}});
  source.poll_to_end();
  EXPECT_TRUE(source.out().empty());
}

TEST_F(KafkaSourceReading, ASmallBudgetGivesFewRecordsAPollAndLosesNone) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(500));
  auto source = open();
  std::size_t most = 0, all = 0;
  for (weir_status status = WEIR_OK; status != WEIR_END;) {
    const auto seen = source.wakes();
    status = source.poll(2000);
    const std::size_t now = source.out().size();
    most = std::max(most, now);
    all += now;
    if (status == WEIR_IDLE) source.wait_for_wake(seen);
  }
  EXPECT_EQ(all, 500u);
  EXPECT_LE(most, 50u);
}

TEST_F(KafkaSourceReading, PollsWithoutBudgetEmitNothingAndLoseNothing) {
  cluster_.create_topic("ids", 2);
  cluster_.outside().produce("ids", numbered(2000, 2));
  auto source = open();
  std::vector<weir::testing::Item> all;
  weir_status status = WEIR_OK;
  for (int i = 0; status != WEIR_END; ++i) {
    const auto seen = source.wakes();
    EXPECT_EQ(source.poll(0), WEIR_IDLE);
    EXPECT_TRUE(source.out().empty());
    status = source.poll(4000);
    for (auto& item : source.out()) all.push_back(std::move(item));
    if (status == WEIR_IDLE) source.wait_for_wake(seen);
  }
  std::map<std::int32_t, std::int64_t> next;
  for (const auto& r : all) EXPECT_EQ(r.position, next[r.partition]++);
  EXPECT_EQ(all.size(), 2000u);
}

TEST_F(KafkaSourceReading, RecordsThatComeLaterAreLeftForTheNextRun) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(3));
  auto source = open();
  // The end is fixed when reading begins: at the first poll that gives a record.
  while (source.poll(1) == WEIR_IDLE) source.wait_for_wake(0);
  cluster_.outside().produce("ids", {{.value = "late"}});
  source.poll_to_end();
  EXPECT_THAT(source.values(), ElementsAre("v0", "v1", "v2"));
}

TEST_F(KafkaSourceReading, GoesOnAtTheCheckpointsPositionAndNotAtTheGroups) {
  cluster_.create_topic("ids", 2);
  cluster_.outside().produce("ids", numbered(20, 2));
  {
    auto source = open();
    source.poll_to_end();
    source.commit({{"ids", 0, 7}, {"ids", 1, 7}});
  }
  auto source = open();
  source.set_saved_position("ids", 0, 3);
  source.poll_to_end();
  std::map<std::int32_t, std::vector<std::int64_t>> positions;
  for (const auto& r : source.out()) positions[r.partition].push_back(r.position);
  EXPECT_THAT(positions[0], ElementsAre(3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(positions[1], ElementsAre(7, 8, 9));
  EXPECT_THAT(source.log_lines(),
              ::testing::Contains(::testing::HasSubstr("ids[0] from 3 (the group has 7)")));
}

TEST_F(KafkaSourceReading, SaysNothingWhereTheGroupKnowsTheCheckpointsPosition) {
  cluster_.create_topic("ids", 1);
  cluster_.outside().produce("ids", numbered(10));
  {
    auto source = open();
    source.poll_to_end();
    source.commit({{"ids", 0, 7}});
  }
  auto source = open();
  source.set_saved_position("ids", 0, 7);
  source.poll_to_end();
  EXPECT_EQ(source.values(), (std::vector<std::string>{"v7", "v8", "v9"}));
  EXPECT_THAT(source.log_lines(), ::testing::Not(::testing::Contains(::testing::HasSubstr("checkpoint"))));
}

}  // namespace
}  // namespace weir::kafka
