// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/kafka_broker.h"
#include "support/unique_name.h"
#include "support/wait_until.h"

namespace weir::pipelines {
namespace {

constexpr int kPartitions = 4;
constexpr int kRecords = 400'000;
constexpr int kKills = 6;

class ExactlyOnceTopics : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_ = &support::KafkaBroker::shared();
    broker_->create_topic(in_, kPartitions);
    broker_->create_topic(eu_, 2);
  }

  std::unique_ptr<support::ChildProcess> start() {
    return std::make_unique<support::ChildProcess>(
        std::vector<std::string>{WEIR_ETL_RUN, WEIR_TEST_PIPELINES "/exactly_once_topics.yaml"},
        support::ChildOptions{.environment = {{"PIPELINE", group_},
                                              {"KAFKA_BROKERS", broker_->bootstrap()},
                                              {"KAFKA_TOPIC", in_},
                                              {"KAFKA_GROUP", group_},
                                              {"EU_TOPIC", eu_}}});
  }

  /// How much of the input is done, as the consumer group has it.
  std::int64_t committed() const {
    std::int64_t sum = 0;
    for (int p = 0; p < kPartitions; ++p) sum += broker_->committed(group_, in_, p).value_or(0);
    return sum;
  }

  support::KafkaBroker* broker_ = nullptr;
  const std::string in_ = support::unique_name("in_"), eu_ = support::unique_name("eu_");
  const std::string group_ = support::unique_name("once_");
};

TEST_F(ExactlyOnceTopics, AJobThatIsKilledAgainAndAgainWritesEachRecordOnce) {
  std::vector<support::KafkaRecord> records;
  for (int i = 0; i < kRecords; ++i) {
    records.push_back({.value = R"({"region":")" + std::string(i % 2 == 0 ? "eu" : "us") + R"(","n":)" +
                                std::to_string(i) + "}",
                       .partition = i % kPartitions});
  }
  broker_->produce(in_, records);
  int in_the_middle = 0;
  // Asked for while a process runs: nobody tells the offsets of a transaction that a kill has left open.
  std::int64_t done = 0;
  for (int i = 0; i < kKills; ++i) {
    const std::int64_t before = done;
    const auto process = start();
    try {
      ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
        return !process->running() || (done = committed()) > before;
      })) << process->err();
    } catch (const std::runtime_error& e) {
      FAIL() << e.what() << "; the pipeline says:\n" << process->err();
    }
    if (process->running()) ++in_the_middle;
    process->kill();
  }
  EXPECT_GT(in_the_middle, 0);
  const auto last = start();
  const auto status = last->wait();
  ASSERT_TRUE(status && status->ok()) << last->err();
  EXPECT_EQ(committed(), kRecords);
  std::map<std::string, int> times;
  for (const auto& message : broker_->consume_all(eu_)) ++times[message.value.value_or("")];
  EXPECT_EQ(times.size(), static_cast<std::size_t>(kRecords) / 2);
  int twice = 0;
  for (const auto& [value, n] : times) twice += n == 1 ? 0 : 1;
  EXPECT_EQ(twice, 0);
}

}  // namespace
}  // namespace weir::pipelines
