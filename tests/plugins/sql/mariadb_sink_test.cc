// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/mariadb_server.h"

namespace weir::sql {
namespace {

using support::MariaDbServer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using weir::testing::Item;
using weir::testing::PluginError;

class MariaDbSink : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_MARIADB();
    database_ = MariaDbServer::shared().create_database("sink");
  }

  std::unique_ptr<Harness> sink(const nlohmann::json& options = nlohmann::json::object()) {
    nlohmann::json all = {
        {"url", MariaDbServer::shared().url(database_)}, {"table", "users"}, {"key", {"id"}}};
    all.update(options);
    return std::make_unique<Harness>(all.dump());
  }
  MariaDbServer::Rows query(const std::string& sql) { return MariaDbServer::shared().query(sql, database_); }
  void execute(const std::string& sql) { MariaDbServer::shared().execute(sql, database_); }

  /// What start() says when it stops the pipeline.
  std::string stop_of(const nlohmann::json& options) {
    try {
      sink(options)->start();
    } catch (const PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      return e.code + ": " + e.what();
    }
    return "it started";
  }

  std::string database_;
};

TEST_F(MariaDbSink, EveryKindOfValueArrivesExactly) {
  execute(
      "CREATE TABLE users (id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, i INT, u BIGINT UNSIGNED, d "
      "DECIMAL(30,5), "
      "r DOUBLE, b BOOLEAN, t TEXT, j JSON, at DATETIME, n INT)");
  auto s = sink();
  s->write(
      {R"({"id":"a","i":-5,"u":18446744073709551615,"d":1234567890123456789012345.12345,"r":0.1,"b":true,)"
       R"("t":"\ud83d\ude00 张三 'q' \\","j":{"k":[1,2]},"at":"2026-11-22 18:00:00","n":null})",
       R"({"id":"b","i":1e3,"b":false,"t":12.50,"r":-7,"d":"3.1","u":0})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(
      query("SELECT i, u, d, r, b, t = '\xF0\x9F\x98\x80 张三 \\'q\\' \\\\', j, at, n IS NULL FROM users "
            "WHERE id = 'a'"),
      ElementsAre(Row{"-5", "18446744073709551615", "1234567890123456789012345.12345", "0.1", "1", "1",
                      R"({"k":[1,2]})", "2026-11-22 18:00:00", "1"}));
  EXPECT_THAT(query("SELECT i, u, d, r, b, t, j IS NULL FROM users WHERE id = 'b'"),
              ElementsAre(Row{"1000", "0", "3.10000", "-7", "0", "12.50", "1"}));
}

TEST_F(MariaDbSink, WhatDoesNotFitGoesToTheErrorPortAndTheRestIsWritten) {
  execute(
      "CREATE TABLE users (id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, tiny TINYINT, d DECIMAL(4,1), "
      "short VARCHAR(5), required INT NOT NULL DEFAULT 0, old VARCHAR(20) CHARACTER SET utf8mb3, at "
      "DATETIME, j JSON)");
  auto s = sink({{"unknown_fields", "error"}});
  const std::vector<std::pair<std::string, std::string>> bad = {
      {R"({"id":"1","tiny":300,"required":1})", "mysql:1264"},
      {R"({"id":"2","tiny":99999999999999999999,"required":1})", "mysql:1264"},
      {R"({"id":"3","tiny":1.5,"required":1})", "does_not_fit"},
      {R"({"id":"4","tiny":"abc","required":1})", "mysql:1366"},
      {R"({"id":"5","d":123456,"required":1})", "mysql:1264"},
      {R"({"id":"6","short":"too long","required":1})", "mysql:1406"},
      {R"({"id":"7","required":null})", "mysql:1048"},
      {R"({"id":"8","old":"\ud83d\ude00","required":1})", "mysql:1366"},
      {R"({"id":"9","at":"yesterday","required":1})", "mysql:1292"},
      {R"({"id":"10","j":"no JSON text","required":1})", "mysql:4025"},
      {R"({"id":")" + std::string(65, 'x') + R"(","required":1})", "mysql:1406"},
  };
  std::vector<Item> items;
  for (std::size_t i = 0; i < 200; ++i) {
    items.emplace_back(R"({"id":"good )" + std::to_string(i) + R"(","tiny":1,"required":2})");
    if (i % 18 == 3 && i / 18 < bad.size()) items.emplace_back(bad[i / 18].first);
  }
  s->write(items);
  std::vector<std::pair<std::string, std::string>> refused;
  for (const auto& item : s->errors()) {
    refused.emplace_back(item.value.value(), item.code);
    EXPECT_THAT(item.message, Not(HasSubstr("INSERT")));
    EXPECT_THAT(item.message, Not(HasSubstr("mysql_stmt")));
  }
  EXPECT_THAT(refused, ::testing::UnorderedElementsAreArray(bad));
  EXPECT_EQ(query("SELECT count(*), sum(tiny), sum(required) FROM users"),
            (MariaDbServer::Rows{{"200", "200", "400"}}));
}

TEST_F(MariaDbSink, OneBadRowInAHundredIsFoundAmongManyThousands) {
  execute("CREATE TABLE users (id INT PRIMARY KEY, n TINYINT)");
  auto s = sink();
  std::vector<Item> items;
  for (int i = 0; i < 20'000; ++i) {
    items.emplace_back(R"({"id":)" + std::to_string(i) + R"(,"n":)" + (i % 100 == 42 ? "1000" : "1") + "}");
  }
  s->write(items);
  const auto errors = s->errors();
  EXPECT_EQ(errors.size(), 200u);
  for (const auto& item : errors) EXPECT_THAT(item.value.value(), HasSubstr("42,"));
  EXPECT_EQ(query("SELECT count(*) FROM users")[0][0], "19800");
}

TEST_F(MariaDbSink, IdsWithQuotesFourByteCharactersAndTenKilobytesAreStoredOrRefusedEachForItself) {
  execute("CREATE TABLE users (id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, name VARCHAR(20))");
  auto s = sink();
  std::vector<Item> items;
  const std::vector<std::string> good = {
      "o'; DROP TABLE users; --", "\"`\\%_", "\xF0\x9F\x98\x80", "Abc", "aBC", "a\tb"};
  for (const auto& id : good) items.emplace_back(nlohmann::json{{"id", id}, {"name", "x"}}.dump());
  items.emplace_back(nlohmann::json{{"id", std::string(10'000, 'y')}}.dump());
  s->write(items);
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "mysql:1406");
  EXPECT_EQ(query("SELECT count(*) FROM users WHERE name = 'x'")[0][0], "6");
}

TEST_F(MariaDbSink, UpsertKeepsColumnsThatNoRecordMentions) {
  execute(
      "CREATE TABLE users (id INT PRIMARY KEY, name TEXT, note TEXT, made TIMESTAMP NOT NULL DEFAULT "
      "'2020-01-01');"
      "INSERT INTO users (id, name, note) VALUES (1, 'old', 'by hand')");
  auto s = sink();
  s->write({R"({"id":1,"name":"new"})", R"({"id":2,"name":"two"})", R"({"id":2,"name":"last"})"});
  EXPECT_THAT(query("SELECT id, name, note IS NULL, DATE(made) FROM users ORDER BY id"),
              ElementsAre(Row{"1", "new", "0", "2020-01-01"}, Row{"2", "last", "1", "2020-01-01"}));
}

TEST_F(MariaDbSink, ModeIgnoreKeepsRowsButStillRefusesWhatDoesNotFit) {
  execute("CREATE TABLE users (id INT PRIMARY KEY, n TINYINT); INSERT INTO users VALUES (1, 1)");
  auto s = sink({{"mode", "ignore"}});
  s->write({R"({"id":1,"n":2})", R"({"id":2,"n":2})", R"({"id":3,"n":200})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "mysql:1264");
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"), ElementsAre(Row{"1", "1"}, Row{"2", "2"}));
}

TEST_F(MariaDbSink, InsertRefusesOnlyTheRecordsWhoseKeyIsThere) {
  execute("CREATE TABLE users (id INT PRIMARY KEY, n INT); INSERT INTO users VALUES (2, 0)");
  auto s = sink({{"mode", "insert"}});
  s->write({R"({"id":1})", R"({"id":2})", R"({"id":3})", R"({"id":3})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].code, "mysql:1062");
  EXPECT_THAT(errors[0].message, HasSubstr("Duplicate entry '2'"));
  EXPECT_EQ(query("SELECT count(*) FROM users")[0][0], "3");
}

TEST_F(MariaDbSink, ATableMayBeNamedWithItsSchema) {
  execute("CREATE TABLE users (id INT PRIMARY KEY)");
  auto s = sink({{"url", MariaDbServer::shared().url("weir")}, {"table", database_ + ".users"}});
  s->write({R"({"id":1})"});
  EXPECT_EQ(query("SELECT count(*) FROM users")[0][0], "1");
}

TEST_F(MariaDbSink, CreateTableTrueMakesATableWhoseKeysDifferInCase) {
  auto s = sink({{"create_table", true}});
  s->write({R"({"id":"a","n":1,"r":1.5,"t":"x","b":true,"j":[1]})", R"({"id":"A","n":2})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(
      query("SELECT id, n, r, t, b, j FROM users ORDER BY id"),
      ElementsAre(Row{"A", "2", "NULL", "NULL", "NULL", "NULL"}, Row{"a", "1", "1.5", "x", "1", "[1]"}));
}

TEST_F(MariaDbSink, AMissingTableStopsTheStartAndSaysWhatToDo) {
  EXPECT_THAT(stop_of(nlohmann::json::object()),
              ::testing::AllOf(HasSubstr("no_table: mysql://127.0.0.1:"), HasSubstr("no table 'users'"),
                               HasSubstr("create_table: true"), Not(HasSubstr("weir-secret"))));
}

TEST_F(MariaDbSink, AMissingColumnStopsTheStartAndNamesThoseThatAreThere) {
  execute("CREATE TABLE users (id INT PRIMARY KEY, name TEXT)");
  EXPECT_THAT(stop_of({{"columns", {{"id", "id"}, {"nmae", "name"}}}}),
              ::testing::AllOf(HasSubstr("no column 'nmae'"), HasSubstr("id, name")));
  EXPECT_THAT(stop_of({{"key", {"openid"}}}), HasSubstr("no column 'openid', which `key` names"));
}

TEST_F(MariaDbSink, AKeyWithoutAUniqueIndexStopsTheStart) {
  execute("CREATE TABLE users (id INT, name TEXT)");
  EXPECT_THAT(stop_of(nlohmann::json::object()),
              HasSubstr("neither a primary key nor a unique index of (id)"));
  execute("ALTER TABLE users ADD UNIQUE (id)");
  EXPECT_EQ(stop_of(nlohmann::json::object()), "it started");
}

TEST_F(MariaDbSink, AWrongPasswordStopsTheStartAndIsNotShown) {
  std::string url = MariaDbServer::shared().url(database_);
  url.replace(url.find("weir-secret"), 11, "not-the-secret");
  const std::string text = stop_of({{"url", url}});
  EXPECT_THAT(
      text, ::testing::AllOf(HasSubstr("mysql:1045"), HasSubstr("Access denied"),
                             HasSubstr("check the user and the password"), Not(HasSubstr("not-the-secret"))));
}

TEST_F(MariaDbSink, AnUnknownDatabaseStopsTheStart) {
  MariaDbServer::shared().execute("GRANT ALL ON `weir_nowhere`.* TO weir");
  EXPECT_THAT(stop_of({{"url", MariaDbServer::shared().url("weir_nowhere")}}),
              ::testing::AllOf(HasSubstr("mysql:1049"), HasSubstr("create the database")));
}

TEST_F(MariaDbSink, AUserWithoutTheRightToInsertStopsTheWriteAndNothingIsLost) {
  execute("CREATE TABLE users (id INT PRIMARY KEY)");
  MariaDbServer::shared().execute("CREATE USER reader_" + database_ +
                                  " IDENTIFIED BY 'pw'; GRANT SELECT ON " + database_ + ".* TO reader_" +
                                  database_);
  std::string url = MariaDbServer::shared().url(database_);
  url.replace(url.find("weir:weir-secret"), 16, "reader_" + database_ + ":pw");
  auto s = sink({{"url", url}});
  try {
    s->write({R"({"id":1})"});
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "mysql:1142");
    EXPECT_THAT(e.what(), HasSubstr("needs the rights"));
  }
}

TEST_F(MariaDbSink, TrapsOfTheTableAreWarnedOf) {
  execute(
      "CREATE TABLE users (id VARCHAR(64) COLLATE utf8mb4_general_ci PRIMARY KEY, mail VARCHAR(64) UNIQUE) "
      "ENGINE=MyISAM");
  auto s = sink();
  s->start();
  EXPECT_THAT(s->log_lines(), Contains(HasSubstr("does not tell upper from lower case")));
  EXPECT_THAT(s->log_lines(), Contains(HasSubstr("unique index of (mail)")));
  EXPECT_THAT(s->log_lines(), Contains(HasSubstr("MyISAM has no transactions")));
}

}  // namespace
}  // namespace weir::sql
