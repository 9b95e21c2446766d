// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka_source/source_harness.h"

namespace weir::kafka {
namespace {

using ::testing::HasSubstr;
using weir::testing::PluginError;

PluginError error_of(const nlohmann::json& more) {
  try {
    SourceHarness source(source_options("127.0.0.1:1", "ids", more));
  } catch (const PluginError& e) {
    return e;
  }
  throw std::runtime_error("the options were accepted");
}

TEST(KafkaSourceOptions, OpeningAStageConnectsToNothing) {
  EXPECT_NO_THROW(SourceHarness(source_options("no-such-host:9092", "ids")));
}

TEST(KafkaSourceOptions, AnEmptyTopicIsRefused) {
  EXPECT_EQ(error_of({{"topic", nlohmann::json::array()}}).pointer, "/topic");
  EXPECT_EQ(error_of({{"topic", {"ids", ""}}}).pointer, "/topic");
}

TEST(KafkaSourceOptions, AnEmptyGroupIsRefused) {
  EXPECT_EQ(error_of({{"group", ""}}).pointer, "/group");
}

TEST(KafkaSourceOptions, StateGoesWithThePartitionsOfOneTopicInAGroup) {
  const auto refusal = [](const nlohmann::json& more) {
    return SourceHarness(source_options("127.0.0.1:1", "ids", more)).refuses(WEIR_BY_PARTITION);
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_THAT(refusal({{"topic", {"ids", "names"}}}), HasSubstr("expected one topic"));
  EXPECT_THAT(refusal({{"topic", {"^ids.*"}}}), HasSubstr("expected one topic"));
  EXPECT_THAT(refusal(kStopAtEnd), HasSubstr("no member of its group"));
}

TEST(KafkaSourceOptions, APatternHasNoEnd) {
  const auto e = error_of({{"topic", {"^ids.*"}}, {"stop_at_end", true}});
  EXPECT_EQ(e.pointer, "/topic");
  EXPECT_THAT(e.what(), HasSubstr("regular expression"));
}

TEST(KafkaSourceOptions, CommitsByTheClientItselfAreRefused) {
  const auto e = error_of({{"properties", {{"enable.auto.commit", "true"}}}});
  EXPECT_EQ(e.pointer, "/properties/enable.auto.commit");
  EXPECT_THAT(e.what(), HasSubstr("checkpoint"));
}

TEST(KafkaSourceOptions, PropertiesThatContradictEachOtherStopTheStart) {
  SourceHarness source(
      source_options("127.0.0.1:1", "ids", {{"properties", {{"session.timeout.ms", "400000"}}}}));
  try {
    source.start();
    FAIL() << "it started";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_THAT(e.what(), HasSubstr("session.timeout.ms"));
  }
}

}  // namespace
}  // namespace weir::kafka
