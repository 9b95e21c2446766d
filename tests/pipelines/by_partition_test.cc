// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/child_process.h"
#include "support/kafka_broker.h"
#include "support/temp_dir.h"
#include "support/unique_name.h"
#include "support/wait_until.h"

namespace weir::pipelines {
namespace {

using support::kLongWait;
using support::wait_until;
using ::testing::IsEmpty;

constexpr int kPartitions = 6;
constexpr int kUsers = 60;
constexpr int kWindow = 1000;  // ms, as the file says
constexpr int kWindows = 12;

/// Totals of users in windows of a second, by processes that come and go.
class TotalsByPartition : public ::testing::Test {
 protected:
  using Process = std::unique_ptr<support::ChildProcess>;

  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_ = &support::KafkaBroker::shared();
    broker_->create_topic(in_, kPartitions);
    broker_->create_topic(out_, 1);
    broker_->create_topic(late_, 1);
  }

  Process start() {
    return std::make_unique<support::ChildProcess>(
        std::vector<std::string>{WEIR_ETL_RUN, WEIR_TEST_PIPELINES "/totals_by_partition.yaml"},
        support::ChildOptions{.environment = {{"PIPELINE", name_},
                                              {"STORE", (dir_ / "store").string()},
                                              {"KAFKA_BROKERS", broker_->bootstrap()},
                                              {"KAFKA_TOPIC", in_},
                                              {"OUT_TOPIC", out_},
                                              {"LATE_TOPIC", late_}}});
  }
  /// Five records of each user in one window; with it, all windows before it can close.
  void put_window() {
    std::vector<support::KafkaRecord> records;
    for (int i = 0; i < 5; ++i) {
      for (int user = 0; user < kUsers; ++user) {
        const int n = ++put_;
        const std::string key = "u" + std::to_string(user);
        const int at = windows_ * kWindow + i * 100;
        records.push_back({.value = R"({"user":")" + key + R"(","n":)" + std::to_string(n) + R"(,"at":)" +
                                    std::to_string(at) + "}",
                           .key = key});
        if (windows_ < kWindows) expected_[{key, windows_ * kWindow}] += n;
      }
    }
    ++windows_;
    broker_->produce(in_, records);
  }
  /// What has come out, and how often in all.
  std::map<std::pair<std::string, int>, std::set<std::int64_t>> results(std::size_t& count) const {
    std::map<std::pair<std::string, int>, std::set<std::int64_t>> all;
    const auto records = broker_->consume_all(out_);
    count = records.size();
    for (const auto& record : records) {
      const auto result = nlohmann::json::parse(record.value.value());
      all[{result["key"].get<std::string>(), result["window_start"].get<int>()}].insert(
          result["total"].get<std::int64_t>());
    }
    return all;
  }
  bool has_partitions(const Process& process) const {
    return process->err().find("assigned: " + in_) != std::string::npos;
  }
  std::size_t results_so_far() const {
    std::size_t count = 0;
    return results(count).size();
  }
  /// Every window of every user, and each time it came with the right total.
  void expect_exact() {
    put_window();  // closes the last one
    std::size_t count = 0;
    EXPECT_TRUE(wait_until(kLongWait, [&] { return results(count).size() >= expected_.size(); }));
    const auto all = results(count);
    std::size_t wrong = 0;
    for (const auto& [window, total] : expected_) {
      const auto found = all.find(window);
      if (found != all.end() && found->second == std::set<std::int64_t>{total}) continue;
      if (++wrong > 5) continue;
      ADD_FAILURE() << window.first << " at " << window.second << ": expected " << total << ", found "
                    << (found == all.end() ? std::string("nothing")
                                           : ::testing::PrintToString(found->second));
    }
    EXPECT_EQ(wrong, 0u) << "of " << expected_.size();
    EXPECT_THAT(broker_->consume_all(late_), IsEmpty());
    RecordProperty("results", std::to_string(count));
  }

  support::KafkaBroker* broker_ = nullptr;
  support::TempDir dir_{"weir-totals"};
  const std::string name_ = support::unique_name("totals_");
  const std::string in_ = support::unique_name("in_"), out_ = support::unique_name("out_"),
                    late_ = support::unique_name("late_");
  std::map<std::pair<std::string, int>, std::int64_t> expected_;
  int windows_ = 0, put_ = 0;
};

TEST_F(TotalsByPartition, AreExactWhileProcessesComeAndGo) {
  Process first = start();
  put_window();
  put_window();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return results_so_far() > 0; })) << first->err();
  Process second = start();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return has_partitions(second); })) << second->err();
  put_window();
  put_window();
  Process third = start();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return has_partitions(third); })) << third->err();
  put_window();
  second->kill();
  put_window();
  put_window();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return results_so_far() >= std::size_t{5} * kUsers; }))
      << first->err() << third->err();
  first->signal(SIGTERM);
  const auto status = first->wait();
  ASSERT_TRUE(status && status->ok()) << first->err();
  put_window();
  second = start();
  put_window();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return has_partitions(second); })) << second->err();
  third->kill();
  while (windows_ < kWindows) put_window();
  expect_exact();
  second->signal(SIGTERM);
  const auto last = second->wait();
  EXPECT_TRUE(last && last->ok()) << second->err();
}

/// It wakes up with work on its hands, and saves what nobody asks it for any more.
TEST_F(TotalsByPartition, AreExactWhenAProcessWasFrozen) {
  Process first = start();
  Process second = start();
  put_window();
  put_window();
  ASSERT_TRUE(wait_until(kLongWait, [&] { return has_partitions(first) && has_partitions(second); }))
      << first->err() << second->err();
  put_window();
  first->signal(SIGSTOP);
  while (windows_ < kWindows - 2) put_window();
  ASSERT_TRUE(wait_until(kLongWait, [&] {
    return results_so_far() >= static_cast<std::size_t>(windows_ - 1) * kUsers;
  })) << second->err();
  first->signal(SIGCONT);
  ASSERT_TRUE(wait_until(kLongWait, [&] { return first->err().find("lost: ") != std::string::npos; }))
      << first->err();
  while (windows_ < kWindows) put_window();
  expect_exact();
}

}  // namespace
}  // namespace weir::pipelines
