// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database.h"
#include "expected.h"
#include "parts.h"
#include "side_files.h"
#include "standins/mock_kafka.h"
#include "standins/wechat_api.h"
#include "support/child_process.h"
#include "support/kafka_broker.h"
#include "support/temp_dir.h"

namespace weir::pipelines {

using Environment = std::map<std::string, std::string>;

/// The pipeline of production, and the test's own ones.
std::string production_pipeline();
std::string test_pipeline(const std::string& name);

/// Servers for tests that take them down; those that only use them share one of each.
struct OwnServers {
  support::KafkaBroker* broker = nullptr;
  support::MariaDbServer* mariadb = nullptr;
};

/// The WeChat job with all around it: a topic and a group of its own, a database of its own, the stand-in of
/// the API in the test's process, a folder for side files. To be made and used on the main thread.
class WechatJob {
 public:
  explicit WechatJob(Parts parts, OwnServers own = {});

  static constexpr int kPartitions = 4;

  /// Appends to the topic, line i to partition i modulo their number, and notes the lines for the account.
  void produce(const std::vector<std::string>& lines);
  /// The same by kcat, which chooses the partitions. It takes no empty lines.
  void produce_by_kcat(const std::vector<std::string>& lines);
  /// make_ids, produced.
  void produce_made(std::uint64_t count, std::uint64_t seed = 1);

  /// Starts `etl-run arguments...` with the environment of the job, STOP_AT_END=true unless given otherwise.
  /// Without arguments it runs `pipeline`.
  std::unique_ptr<support::ChildProcess> start(const Environment& more = {},
                                               std::vector<std::string> arguments = {});
  /// Starts it and waits for its end.
  support::Completed run(const Environment& more = {}, std::vector<std::string> arguments = {});
  /// `replay ... --into lookup --batch 10` of all side files.
  std::vector<std::string> replay_arguments() const;

  /// As many rows and side lines are there as there must be in the end.
  bool complete();
  /// Waits for that and then stops the job by SIGTERM; expects exit code 0.
  void finish(support::ChildProcess& process);

  const Expected& expected() const { return expected_; }
  /// Rows are exactly those expected, with their nicknames.
  void expect_rows();
  /// Side lines are exactly those expected, each with its code. With `repeated`, some may stand there more
  /// than once.
  void expect_side_lines(bool repeated = false);
  /// Each partition's committed position is its end.
  void expect_all_committed();
  /// No partition has a committed position.
  void expect_none_committed();
  /// The three of them.
  void expect_exact_account();
  /// The last line of what a run printed says that all lines were read, and where they went.
  void expect_closing_table(const std::string& printed) const;
  /// Neither the password, the secret nor a token of ours stands in what was printed.
  void expect_no_secret(const support::Completed& done) const;

  support::KafkaCluster& kafka() { return *kafka_; }
  standins::MockKafka& mock() { return *mock_; }
  Database& database() { return *database_; }
  std::filesystem::path side_folder() const { return dir_.path(); }
  std::vector<SideLine> side_lines() const { return pipelines::side_lines(side_folder()); }

  standins::WeChatApi api;
  const std::string topic;
  const std::string group;
  std::string pipeline = production_pipeline();

 private:
  std::map<std::int32_t, std::int64_t> ends() const;

  support::TempDir dir_{"weir-job"};
  std::unique_ptr<standins::MockKafka> mock_;
  std::optional<support::KafkaCluster> mock_cluster_;
  support::KafkaCluster* kafka_ = nullptr;
  std::unique_ptr<Database> database_;
  std::vector<std::string> lines_;
  Expected expected_;
};

}  // namespace weir::pipelines
