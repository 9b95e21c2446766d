// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
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

constexpr int kPartitions = 6;
constexpr int kUsers = 60;
constexpr int kWindow = 1000;  // ms, as the file says
constexpr int kWindows = 12;

/// Totals of users in windows of a second, by processes that come and go.
class TotalsByPartition : public ::testing::Test {
 protected:
  using Process = std::unique_ptr<support::ChildProcess>;
  /// By user and beginning of the window: each total that has come out, as often as it has.
  using Results = std::map<std::pair<std::string, int>, std::multiset<std::int64_t>>;

  void SetUp() override {
    WEIR_REQUIRE_KAFKA();
    broker_ = &support::KafkaBroker::shared();
    broker_->create_topic(in_, kPartitions);
    broker_->create_topic(out_, 1);
    broker_->create_topic(late_, 1);
  }

  /// The pipeline of `file`, with these variables beside those that all have.
  Process start(const std::string& file, std::map<std::string, std::string> environment) const {
    environment.insert({{"PIPELINE", name_},
                        {"KAFKA_BROKERS", broker_->bootstrap()},
                        {"KAFKA_TOPIC", in_},
                        {"OUT_TOPIC", out_},
                        {"LATE_TOPIC", late_}});
    return std::make_unique<support::ChildProcess>(
        std::vector<std::string>{WEIR_ETL_RUN, std::string(WEIR_TEST_PIPELINES "/") + file},
        support::ChildOptions{.environment = std::move(environment)});
  }
  virtual Process start() = 0;
  virtual Results results() const = 0;

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
  bool has_partitions(const Process& process) const {
    return process->err().find("assigned: " + in_) != std::string::npos;
  }
  std::size_t results_so_far() const { return results().size(); }
  bool wait_for_windows(int windows) const {
    return support::wait_until(
        support::kLongWait, [&] { return results_so_far() >= static_cast<std::size_t>(windows) * kUsers; });
  }
  /// Every window of every user with the right total: each time it came or, with `once`, once.
  void expect_exact(bool once) {
    put_window();  // closes the last one
    EXPECT_TRUE(
        support::wait_until(support::kLongWait, [&] { return results_so_far() >= expected_.size(); }));
    const auto all = results();
    std::size_t wrong = 0;
    for (const auto& [window, total] : expected_) {
      const auto found = all.find(window);
      if (found != all.end() && found->second.count(total) == found->second.size() &&
          (!once || found->second.size() == 1))
        continue;
      if (++wrong > 5) continue;
      ADD_FAILURE() << window.first << " at " << window.second << ": expected " << total << ", found "
                    << (found == all.end() ? std::string("nothing")
                                           : ::testing::PrintToString(found->second));
    }
    EXPECT_EQ(wrong, 0u) << "of " << expected_.size();
    EXPECT_TRUE(broker_->consume_all(late_).empty());
  }

  // The two stories; `once` as above.
  void come_and_go(bool once) {
    Process first = start();
    put_window();
    put_window();
    ASSERT_TRUE(wait_for_windows(1)) << first->err();
    Process second = start();
    ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return has_partitions(second); }))
        << second->err();
    put_window();
    put_window();
    Process third = start();
    ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return has_partitions(third); }))
        << third->err();
    put_window();
    second->kill();
    put_window();
    put_window();
    ASSERT_TRUE(wait_for_windows(5)) << first->err() << third->err();
    first->signal(SIGTERM);
    const auto status = first->wait();
    ASSERT_TRUE(status && status->ok()) << first->err();
    put_window();
    second = start();
    put_window();
    ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return has_partitions(second); }))
        << second->err();
    third->kill();
    while (windows_ < kWindows) put_window();
    expect_exact(once);
    second->signal(SIGTERM);
    const auto last = second->wait();
    EXPECT_TRUE(last && last->ok()) << second->err();
    // Whoever comes or goes in order holds nobody else up.
    EXPECT_EQ(first->err().find("beginning again"), std::string::npos) << first->err();
  }
  /// One wakes up with work on its hands, which others have done meanwhile.
  void freeze(bool once) {
    Process first = start();
    Process second = start();
    put_window();
    put_window();
    ASSERT_TRUE(support::wait_until(support::kLongWait,
                                    [&] { return has_partitions(first) && has_partitions(second); }))
        << first->err() << second->err();
    ASSERT_TRUE(wait_for_windows(1)) << first->err() << second->err();
    put_window();
    first->signal(SIGSTOP);
    while (windows_ < kWindows - 2) put_window();
    ASSERT_TRUE(wait_for_windows(windows_ - 1)) << second->err();
    first->signal(SIGCONT);
    ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return has_lost(first); })) << first->err();
    while (windows_ < kWindows) put_window();
    expect_exact(once);
  }
  /// It has learnt that others have its partitions.
  virtual bool has_lost(const Process& process) const {
    return process->err().find("lost: ") != std::string::npos;
  }

  support::KafkaBroker* broker_ = nullptr;
  support::TempDir dir_{"weir-totals"};
  const std::string name_ = support::unique_name("totals_");
  const std::string in_ = support::unique_name("in_"), out_ = support::unique_name("out_"),
                    late_ = support::unique_name("late_");
  std::map<std::pair<std::string, int>, std::int64_t> expected_;
  int windows_ = 0, put_ = 0;
};

}  // namespace weir::pipelines
