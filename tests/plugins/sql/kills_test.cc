// SPDX-License-Identifier: Apache-2.0
//
// The real etl-run, killed in the middle.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "support/child_process.h"
#include "support/mariadb_server.h"
#include "support/temp_dir.h"
#include "support/wait_until.h"

namespace weir::sql::test {
namespace {

using support::MariaDbServer;

/// A table in which a row that is written twice is there twice.
class ExactlyOnceIntoSql : public ::testing::Test {
 protected:
  static constexpr int kRecords = 120'000;

  void SetUp() override {
    WEIR_REQUIRE_MARIADB();
    database_ = MariaDbServer::shared().create_database("once");
    MariaDbServer::shared().execute("CREATE TABLE a (id BIGINT); CREATE TABLE b (id BIGINT)", database_);
    std::ofstream lines(dir_ / "in.ndjson");
    for (int i = 0; i < kRecords; ++i) lines << "{\"id\":" << i << "}\n";
  }

  void write_pipeline(const std::string& sinks) {
    std::ofstream(dir_ / "pipeline.yaml") << "pipeline: " << database_
                                          << "\ndelivery: exactly_once\ncheckpoint: {every: 50ms}\n"
                                             "sources:\n  in: {plugin: file, path: in.ndjson}\nsinks:\n"
                                          << sinks;
  }
  std::string sink(const std::string& table, const std::string& more = "") const {
    return "  " + table + ": {plugin: sql, from: in, url: \"" + MariaDbServer::shared().url(database_) +
           "\", table: " + table + ", mode: insert, rows: 4" + more + "}\n";
  }
  std::unique_ptr<support::ChildProcess> start() const {
    return std::make_unique<support::ChildProcess>(std::vector<std::string>{WEIR_ETL_RUN, "pipeline.yaml"},
                                                   support::ChildOptions{.working_dir = dir_.path()});
  }
  int rows(const std::string& table) const {
    return std::stoi(MariaDbServer::shared().query("SELECT count(*) FROM " + table, database_)[0][0]);
  }
  std::string counts(const std::string& table) const {
    const auto row =
        MariaDbServer::shared().query("SELECT count(*), count(DISTINCT id) FROM " + table, database_)[0];
    return row[0] + " " + row[1];
  }

  /// Kills the pipeline again and again, each time after some more rows have been committed, and then lets it
  /// come to its end.
  void run_with_kills(int kills) {
    std::minstd_rand random(kills);
    for (int i = 1; i <= kills; ++i) {
      const auto process = start();
      const int enough =
          std::min(rows("a") + std::uniform_int_distribution(1, kRecords / kills)(random), kRecords - 1);
      ASSERT_TRUE(support::wait_until(support::kLongWait, [&] {
        return rows("a") >= enough || !process->running();
      })) << process->err();
      process->kill();
    }
    const auto process = start();
    const auto status = process->wait();
    ASSERT_TRUE(status && status->ok()) << process->err();
  }

  support::TempDir dir_{"weir-once"};
  std::string database_;
};

TEST_F(ExactlyOnceIntoSql, KillsInTheMiddleLeaveEachRowOnce) {
  write_pipeline(sink("a"));
  run_with_kills(6);
  const std::string all = std::to_string(kRecords);
  EXPECT_EQ(counts("a"), all + " " + all);
}

TEST_F(ExactlyOnceIntoSql, SinksThatPrepareAndSeveralWorkersLeaveEachRowOnceToo) {
  write_pipeline(sink("a", ", concurrency: 2") + sink("b", ", concurrency: 2"));
  run_with_kills(6);
  const std::string all = std::to_string(kRecords);
  EXPECT_EQ(counts("a"), all + " " + all);
  EXPECT_EQ(counts("b"), all + " " + all);
  for (const auto& row : MariaDbServer::shared().query("XA RECOVER"))
    EXPECT_EQ(row.at(3).find(database_), std::string::npos) << "left prepared: " << row[3];
}

}  // namespace
}  // namespace weir::sql::test
