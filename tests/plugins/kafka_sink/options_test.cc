// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka_sink/sink_harness.h"

namespace weir::kafka {
namespace {

using ::testing::HasSubstr;

weir::testing::PluginError refusal(const nlohmann::json& more) {
  return error_of([&] { SinkHarness sink(sink_options("127.0.0.1:1", "out", more)); });
}

TEST(KafkaSinkOptions, OpeningAStageConnectsToNothing) {
  EXPECT_NO_THROW(SinkHarness(sink_options("no-such-host:9092", "out")));
}

TEST(KafkaSinkOptions, AnEmptyTopicIsRefused) {
  EXPECT_EQ(refusal({{"topic", ""}}).pointer, "/topic");
}

TEST(KafkaSinkOptions, AKeyThatIsNoFieldPathIsRefused) {
  EXPECT_EQ(refusal({{"key", "user..id"}}).pointer, "/key");
}

TEST(KafkaSinkOptions, DeliveryWithoutAcknowledgementsIsRefused) {
  const auto e = refusal({{"properties", {{"acks", "0"}, {"enable.idempotence", "false"}}}});
  EXPECT_EQ(e.pointer, "/properties/acks");
  EXPECT_THAT(e.what(), HasSubstr("use 1 or all"));
}

TEST(KafkaSinkOptions, ATransactionalIdIsRefused) {
  EXPECT_EQ(refusal({{"properties", {{"transactional.id", "t"}}}}).pointer, "/properties/transactional.id");
}

TEST(KafkaSinkOptions, PropertiesThatContradictEachOtherStopTheStart) {
  SinkHarness sink(sink_options("127.0.0.1:1", "out", {{"properties", {{"acks", "1"}}}}));
  const auto e = error_of([&] { sink.start(); });
  EXPECT_EQ(e.status, WEIR_STOP);
  EXPECT_THAT(e.what(), HasSubstr("enable.idempotence"));
}

}  // namespace
}  // namespace weir::kafka
