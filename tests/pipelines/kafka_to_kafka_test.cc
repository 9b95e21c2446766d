// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "support/unique_name.h"
#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {
namespace {

using ::testing::HasSubstr;
using Values = std::multiset<std::string>;

class KafkaToKafka : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_.create_topic(in_, 4);
    broker_.create_topic(eu_, 2);
    broker_.create_topic(others_, 2);
  }

  void produce(int count) {
    std::vector<support::KafkaRecord> records;
    for (int i = 0; i < count; ++i) {
      const bool eu = i % 3 == 0;
      std::string value =
          R"({"region":")" + std::string(eu ? "eu" : "us") + R"(","n":)" + std::to_string(i) + "}";
      (eu ? eu_values_ : other_values_).insert("k" + std::to_string(i) + " " + value);
      records.push_back({.value = std::move(value), .key = "k" + std::to_string(i)});
    }
    broker_.produce(in_, records);
  }

  std::unique_ptr<support::ChildProcess> start() {
    return std::make_unique<support::ChildProcess>(
        std::vector<std::string>{WEIR_ETL_RUN, test_pipeline("filter.yaml")},
        support::ChildOptions{.environment = {{"KAFKA_BROKERS", broker_.bootstrap()},
                                              {"KAFKA_TOPIC", in_},
                                              {"KAFKA_GROUP", group_},
                                              {"EU_TOPIC", eu_},
                                              {"OTHERS_TOPIC", others_}}});
  }

  /// "key value" of each record of a topic, as kcat prints them.
  Values read_by_kcat(const std::string& topic) {
    const auto done =
        support::run({"kcat", "-C", "-q", "-e", "-b", broker_.bootstrap(), "-t", topic, "-f", "%k %s\n"});
    EXPECT_TRUE(done.status.ok()) << done.err;
    Values values;
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) values.insert(line);
    return values;
  }

  support::KafkaBroker& broker_ = support::KafkaBroker::shared();
  const std::string in_ = support::unique_name("in_"), eu_ = support::unique_name("eu_");
  const std::string others_ = support::unique_name("others_"), group_ = support::unique_name("filter_");
  Values eu_values_, other_values_;
};
WEIR_ON_ALL_PARTS(KafkaToKafka);

TEST_P(KafkaToKafka, WhatIsReportedAsWrittenIsInTheTopics) {
  produce(30'000);
  const auto process = start();
  const auto status = process->wait();
  ASSERT_TRUE(status && status->ok()) << process->err();
  EXPECT_THAT(process->err(), HasSubstr("account: read 30,000 = written 30,000 (eu 10,000, others 20,000)"));
  EXPECT_EQ(read_by_kcat(eu_), eu_values_);
  EXPECT_EQ(read_by_kcat(others_), other_values_);
}

TEST_P(KafkaToKafka, AKilledRunLosesNothing) {
  produce(30'000);
  const auto first = start();
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return !broker_.consume_all(eu_).empty(); }))
      << first->err();
  first->kill();
  const auto second = start();
  const auto status = second->wait();
  ASSERT_TRUE(status && status->ok()) << second->err();
  const auto distinct = [](const Values& all) { return std::set<std::string>(all.begin(), all.end()); };
  EXPECT_EQ(distinct(read_by_kcat(eu_)), distinct(eu_values_));
  EXPECT_EQ(distinct(read_by_kcat(others_)), distinct(other_values_));
}

}  // namespace
}  // namespace weir::pipelines
