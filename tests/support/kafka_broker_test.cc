// SPDX-License-Identifier: Apache-2.0
#include "support/kafka_broker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/unique_name.h"

namespace weir::support {
namespace {

TEST(KafkaBroker, GivesBackWhatWasProduced) {
  WEIR_REQUIRE_KAFKA();
  KafkaBroker& broker = KafkaBroker::shared();
  const std::string topic = unique_name("round_trip");
  broker.create_topic(topic, 2);
  broker.produce(topic,
                 {{.value = "first", .key = "k", .headers = {{"h", "1"}, {"h", "2"}}, .partition = 1},
                  {.value = std::nullopt, .key = "k", .partition = 1, .timestamp_ms = 1'700'000'000'123},
                  {.value = "", .partition = 0}});

  std::vector<KafkaRecord> records = broker.consume_all(topic, 3);
  ASSERT_EQ(records.size(), 3u);
  std::stable_sort(records.begin(), records.end(),
                   [](const auto& a, const auto& b) { return a.partition > b.partition; });
  EXPECT_EQ(records[0].value, "first");
  EXPECT_EQ(records[0].key, "k");
  EXPECT_EQ(records[0].headers, (decltype(KafkaRecord::headers){{"h", "1"}, {"h", "2"}}));
  EXPECT_EQ(records[0].offset, 0);
  EXPECT_EQ(records[1].value, std::nullopt);
  EXPECT_EQ(records[1].timestamp_ms, 1'700'000'000'123);
  EXPECT_EQ(records[1].offset, 1);
  EXPECT_EQ(records[2].value, "");
  EXPECT_EQ(records[2].key, std::nullopt);
}

TEST(KafkaBroker, SpeaksWithKcat) {
  WEIR_REQUIRE_KAFKA();
  WEIR_REQUIRE_PROGRAM("kcat", "kcat");
  KafkaBroker& broker = KafkaBroker::shared();
  const std::string topic = unique_name("kcat");
  broker.create_topic(topic, 1);

  const Completed producer =
      run({"kcat", "-P", "-b", broker.bootstrap(), "-t", topic}, {.input = "one\ntwo\n"});
  ASSERT_TRUE(producer.status.ok()) << producer.err;
  const auto records = broker.consume_all(topic);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, "one");
  EXPECT_EQ(records[1].value, "two");

  broker.produce(topic, {{.value = "three"}});
  const Completed consumer = run({"kcat", "-C", "-e", "-q", "-b", broker.bootstrap(), "-t", topic});
  EXPECT_EQ(consumer.out, "one\ntwo\nthree\n") << consumer.err;
}

TEST(KafkaBroker, TellsWhatAGroupHasCommitted) {
  WEIR_REQUIRE_KAFKA();
  WEIR_REQUIRE_PROGRAM("kcat", "kcat");
  KafkaBroker& broker = KafkaBroker::shared();
  const std::string topic = unique_name("committed");
  const std::string group = unique_name("group");
  broker.create_topic(topic, 1);
  broker.produce(topic, {{.value = "a"}, {.value = "b"}});
  EXPECT_EQ(broker.committed(group, topic, 0), std::nullopt);

  const Completed consumer = run({"kcat", "-b", broker.bootstrap(), "-X", "auto.offset.reset=earliest", "-c",
                                  "2", "-q", "-G", group, topic});
  ASSERT_EQ(consumer.out, "a\nb\n") << consumer.err;
  EXPECT_EQ(broker.committed(group, topic, 0), 2);
}

TEST(KafkaBroker, MakesNoTopicByItself) {
  WEIR_REQUIRE_KAFKA();
  KafkaBroker& broker = KafkaBroker::shared();
  EXPECT_THROW(broker.consume_all(unique_name("never_made")), std::runtime_error);
}

TEST(KafkaBroker, KeepsDataAndPortOverKillRestartAndFreeze) {
  WEIR_REQUIRE_KAFKA();
  KafkaBroker broker;
  broker.start();
  broker.create_topic("kept", 1);
  broker.produce("kept", {{.value = "before the kill"}});

  broker.kill();
  EXPECT_FALSE(broker.running());
  EXPECT_FALSE(broker.answers(std::chrono::milliseconds(100)));
  broker.start();
  broker.produce("kept", {{.value = "before the restart"}});
  broker.restart();
  broker.freeze();
  EXPECT_FALSE(broker.answers(std::chrono::milliseconds(300)));
  broker.thaw();
  const auto records = broker.consume_all("kept", 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, "before the kill");
  EXPECT_EQ(records[1].value, "before the restart");
}

TEST(KafkaBroker, AWrongPropertyIsAnErrorThatQuotesTheLog) {
  WEIR_REQUIRE_KAFKA();
  KafkaBroker broker({.properties = {{"num.io.threads", "many"}}});
  try {
    broker.start();
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("num.io.threads"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace weir::support
