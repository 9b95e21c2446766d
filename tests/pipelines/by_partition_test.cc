// SPDX-License-Identifier: Apache-2.0
#include "totals_by_partition.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/mariadb_server.h"

namespace weir::pipelines {
namespace {

using support::MariaDbServer;

/// State goes by a folder, results into a topic.
class TotalsInAFolder : public TotalsByPartition {
 protected:
  Process start() override {
    return TotalsByPartition::start("totals_by_partition.yaml", {{"STORE", (dir_ / "store").string()}});
  }
  Results results() const override {
    Results all;
    for (const auto& record : broker_->consume_all(out_)) {
      const auto result = nlohmann::json::parse(record.value.value());
      all[{result["key"].get<std::string>(), result["window_start"].get<int>()}].insert(
          result["total"].get<std::int64_t>());
    }
    return all;
  }
};

TEST_F(TotalsInAFolder, AreExactWhileProcessesComeAndGo) {
  come_and_go(false);
}

TEST_F(TotalsInAFolder, AreExactWhenAProcessWasFrozen) {
  freeze(false);
}

/// Results and state go into one database.
class TotalsInADatabase : public TotalsByPartition {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_MARIADB();
    TotalsByPartition::SetUp();
    if (broker_ == nullptr) return;
    database_ = MariaDbServer::shared().create_database("totals");
    MariaDbServer::shared().execute(
        "CREATE TABLE totals (`key` VARCHAR(20), window_start BIGINT, total BIGINT)", database_);
  }
  Process start() override {
    return TotalsByPartition::start(
        "totals_by_partition_sql.yaml",
        {{"DELIVERY", delivery_}, {"DB_URL", MariaDbServer::shared().url(database_)}});
  }
  Results results() const override {
    Results all;
    for (const auto& row : MariaDbServer::shared().query("SELECT * FROM totals", database_))
      all[{row.at(0), std::stoi(row.at(1))}].insert(std::stoll(row.at(2)));
    return all;
  }
  bool has_lost(const Process& process) const override {
    return process->err().find("beginning again") != std::string::npos;
  }

  std::string database_, delivery_ = "exactly_once";
};

TEST_F(TotalsInADatabase, AreThereOnceWhileProcessesComeAndGo) {
  come_and_go(true);
}

TEST_F(TotalsInADatabase, AreThereOnceWhenAProcessWasFrozen) {
  freeze(true);
}

TEST_F(TotalsInADatabase, AreRightAtLeastOnceWhileProcessesComeAndGo) {
  delivery_ = "at_least_once";
  come_and_go(false);
}

}  // namespace
}  // namespace weir::pipelines
