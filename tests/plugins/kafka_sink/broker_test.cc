// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "kafka_sink/sink_harness.h"
#include "support/kafka_broker.h"
#include "support/unique_name.h"

namespace weir::kafka {
namespace {

using ::testing::HasSubstr;
using weir::testing::Item;

TEST(KafkaSinkRealBroker, AllRecordsArriveOnceAndInOrder) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("out");
  broker.create_topic(topic, 1);
  SinkHarness sink(sink_options(broker.bootstrap(), topic));
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<Item> records;
    for (int i = 0; i < 200; ++i) records.push_back(keyed("k", std::to_string(batch * 200 + i)));
    sink.write(records);
  }
  sink.flush();
  const auto messages = broker.consume_all(topic, 10'000);
  ASSERT_EQ(messages.size(), 10'000u);
  for (std::size_t i = 0; i < messages.size(); ++i) ASSERT_EQ(messages[i].value, std::to_string(i));
}

TEST(KafkaSinkRealBroker, ARecordThatOnlyTheBrokerFindsTooLargeGoesToTheErrorPort) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("out");
  broker.create_topic(topic, 1, {{"max.message.bytes", "1000"}});
  SinkHarness sink(sink_options(broker.bootstrap(), topic));
  sink.write({std::string(5000, 'x')});
  sink.flush();
  const auto errors = sink.errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "msg_size_too_large");
  EXPECT_EQ(errors[0].value, std::string(5000, 'x'));
}

TEST(KafkaSinkRealBroker, ATopicThatDoesNotExistStops) {
  WEIR_REQUIRE_KAFKA();
  auto& broker = support::KafkaBroker::shared();
  const auto topic = support::unique_name("out");
  broker.create_topic(topic, 1);
  SinkHarness sink(sink_options(broker.bootstrap(), topic + "x"));
  const auto e = error_of([&] { sink.start(); });
  EXPECT_EQ(e.code, "unknown_topic");
  EXPECT_THAT(e.what(), HasSubstr("'" + topic + "'"));
}

TEST(KafkaSinkRealBroker, ABrokerThatIsKilledAndComesBackLosesAndRepeatsNothing) {
  WEIR_REQUIRE_KAFKA();
  support::KafkaBroker broker;
  broker.start();
  broker.create_topic("out", 1);
  SinkHarness sink(sink_options(broker.bootstrap(), "out"));
  sink.write({"a", "b"});
  sink.flush();
  broker.kill();
  sink.write({"c", "d"});
  auto flushed = std::async(std::launch::async, [&] { sink.flush(); });
  broker.start();
  flushed.get();
  std::vector<std::string> values;
  for (const auto& m : broker.consume_all("out", 4)) values.push_back(*m.value);
  EXPECT_THAT(values, ::testing::ElementsAre("a", "b", "c", "d"));
}

TEST(KafkaSinkRealBroker, AFrozenBrokerDoesNotKeepAnAbortedPipelineFromEnding) {
  WEIR_REQUIRE_KAFKA();
  support::KafkaBroker broker;
  broker.start();
  broker.create_topic("out", 1);
  const auto begin = [&] {
    SinkHarness sink(sink_options(broker.bootstrap(), "out"));
    sink.start();
    broker.freeze();
    sink.write({"a"});
    sink.abort();
    EXPECT_EQ(error_of([&] { sink.flush(); }).code, "interrupted");
    return std::chrono::steady_clock::now();
  }();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, support::kLongWait);
  broker.thaw();
}

}  // namespace
}  // namespace weir::kafka
