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

#include "plugins/background_call.h"
#include "support/postgresql_server.h"

namespace weir::sql {
namespace {

using support::PostgresqlServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using test::BackgroundCall;
using test::wait_for_log;
using weir::testing::Item;
using weir::testing::PluginError;

class PostgresqlSink : public ::testing::Test {
 protected:
  void SetUp() override {
    WEIR_REQUIRE_POSTGRESQL();
    database_ = PostgresqlServer::shared().create_database("sink");
  }

  std::unique_ptr<Harness> sink(const nlohmann::json& options = nlohmann::json::object()) {
    nlohmann::json all = {
        {"url", PostgresqlServer::shared().url(database_)}, {"table", "users"}, {"key", {"id"}}};
    all.update(options);
    return std::make_unique<Harness>(all.dump());
  }
  PostgresqlServer::Rows query(const std::string& sql) {
    return PostgresqlServer::shared().query(sql, database_);
  }
  /// As the user that the sink is, so that the tables are its own.
  void execute(const std::string& sql) {
    PostgresqlServer::shared().execute("SET ROLE weir; " + sql, database_);
  }

  std::string database_;
};

TEST_F(PostgresqlSink, EveryKindOfValueArrives) {
  execute(
      "CREATE TABLE users "
      "(id TEXT PRIMARY KEY, i INT, d NUMERIC(30,5), r DOUBLE PRECISION, b BOOLEAN, t TEXT, j JSONB, n "
      "INT)");
  auto s = sink();
  s->write(
      {R"({"id":"a","i":-5,"d":1234567890123456789012345.12345,"r":0.1,"b":true,"t":"\ud83d\ude00 'q' \\",)"
       R"("j":{"k":[1,2]},"n":null})",
       R"({"id":"b","i":1e3,"b":0,"t":12.50,"r":-7,"j":"text"})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT i::text, d::text, r::text, b::text, t, j::text, (n IS NULL)::text FROM users "
                    "ORDER BY id"),
              ElementsAre(Row{"-5", "1234567890123456789012345.12345", "0.1", "true",
                              "\xF0\x9F\x98\x80 'q' \\", R"({"k": [1, 2]})", "true"},
                          Row{"1000", "NULL", "-7", "false", "12.50", "\"text\"", "true"}));
}

TEST_F(PostgresqlSink, TheLastOfSeveralRecordsWithOneKeyCounts) {
  execute("CREATE TABLE users (id TEXT PRIMARY KEY, n INT)");
  auto s = sink();
  s->write({R"({"id":"a","n":1})", R"({"id":"b","n":1})", R"({"id":"a","n":2})"});
  s->write({R"({"id":"b","n":3})"});
  EXPECT_THAT(query("SELECT id, n::text FROM users ORDER BY id"), ElementsAre(Row{"a", "2"}, Row{"b", "3"}));
  EXPECT_EQ(s->counter("superseded"), 1u);
}

TEST_F(PostgresqlSink, RowsThatDoNotFitAreFoundAndAnEarlierOneOfTheSameKeyIsKept) {
  execute("CREATE TABLE users (id INT PRIMARY KEY, n SMALLINT, t VARCHAR(3), CHECK (n <> 13))");
  auto s = sink({{"rows", 50}});
  std::vector<Item> items;
  for (int i = 0; i < 500; ++i) items.emplace_back(R"({"id":)" + std::to_string(i) + R"(,"n":1,"t":"a"})");
  items[100] = R"({"id":100,"n":99999})";
  items[200] = R"({"id":200,"t":"long"})";
  items[300] = R"({"id":300,"n":13})";
  items[400] = R"({"id":"x","n":1})";
  items.emplace_back(R"({"id":5,"n":2})");
  items.emplace_back(R"({"id":5,"n":99999})");
  s->write(items);
  std::vector<std::string> codes;
  for (const auto& item : s->errors()) {
    codes.push_back(item.code);
    EXPECT_THAT(item.message, Not(HasSubstr("INSERT")));
  }
  EXPECT_THAT(codes, ElementsAre("postgresql:22003", "postgresql:22001", "postgresql:23514",
                                 "postgresql:22P02", "postgresql:22003"));
  EXPECT_EQ(query("SELECT count(*)::text FROM users")[0][0], "496");
  EXPECT_EQ(query("SELECT n::text FROM users WHERE id = 5")[0][0], "2");
}

TEST_F(PostgresqlSink, ADeferredConstraintIsFoundInItsRow) {
  execute(
      "CREATE TABLE users (id INT PRIMARY KEY, parent INT REFERENCES users "
      "DEFERRABLE INITIALLY DEFERRED)");
  auto s = sink();
  s->write({R"({"id":1})", R"({"id":2,"parent":77})", R"({"id":3,"parent":1})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "postgresql:23503");
  EXPECT_EQ(query("SELECT count(*)::text FROM users")[0][0], "2");
}

TEST_F(PostgresqlSink, CreateTableTrueIgnoreAndInsertWork) {
  auto s = sink({{"create_table", true}, {"mode", "ignore"}});
  s->write({R"({"id":"a","n":1,"r":1.5,"b":true,"j":[1]})"});
  s->write({R"({"id":"a","n":2})", R"({"id":"b","n":2})"});
  EXPECT_THAT(query("SELECT id, n::text, r::text, b::text, j FROM users ORDER BY id"),
              ElementsAre(Row{"a", "1", "1.5", "true", "[1]"}, Row{"b", "2", "NULL", "NULL", "NULL"}));
  auto inserting = sink({{"mode", "insert"}});
  inserting->write({R"({"id":"a"})", R"({"id":"c"})"});
  const auto errors = inserting->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "postgresql:23505");
}

TEST_F(PostgresqlSink, WhatAPersonHasToPutRightStopsThePipeline) {
  const auto stop_of = [&](const nlohmann::json& options) -> std::string {
    try {
      auto s = sink(options);
      s->write({R"({"id":"a"})"});
    } catch (const PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      return e.what();
    }
    return "it wrote";
  };
  EXPECT_THAT(stop_of(nlohmann::json::object()), HasSubstr("no table"));
  execute("CREATE TABLE users (id TEXT, n INT)");
  EXPECT_THAT(stop_of(nlohmann::json::object()), HasSubstr("give the table a primary key"));
  EXPECT_THAT(stop_of({{"url", PostgresqlServer::shared().url("no_such_database")}}),
              HasSubstr("create the database"));
}

TEST_F(PostgresqlSink, AConnectionThatTheServerClosedIsReplaced) {
  execute("CREATE TABLE users (id TEXT PRIMARY KEY)");
  auto s = sink();
  s->write({R"({"id":"a"})"});
  query(
      "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND "
      "usename = 'weir'");
  s->write({R"({"id":"b"})"});
  EXPECT_THAT(s->log_lines(), IsEmpty());
  EXPECT_EQ(query("SELECT count(*)::text FROM users")[0][0], "2");
}

TEST_F(PostgresqlSink, ADatabaseThatGoesDownInTheMiddleCostsNoRecordAndNoDuplicate) {
  PostgresqlServer server;
  server.start();
  server.execute("SET ROLE weir; CREATE TABLE users (id INT PRIMARY KEY, n SMALLINT)");
  auto s = sink({{"url", server.url()}});
  s->write({R"({"id":1,"n":1})"});
  server.kill();
  BackgroundCall write(*s, {R"({"id":1,"n":2})", R"({"id":2,"n":2})", R"({"id":3,"n":99999})"});
  wait_for_log(*s, "no records are taken until it works again");
  server.start();
  write.get();
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "postgresql:22003");
  EXPECT_THAT(server.query("SELECT id, n FROM users ORDER BY id"), ElementsAre(Row{"1", "2"}, Row{"2", "2"}));
  EXPECT_GE(s->counter("retries"), 1u);
}

TEST_F(PostgresqlSink, AWrongPasswordStopsThePipelineAndIsNotShown) {
  std::string url = PostgresqlServer::shared().url(database_);
  url.replace(url.find("weir-secret"), std::string("weir-secret").size(), "not-the-secret");
  try {
    sink({{"url", url}})->start();
    FAIL() << "it started";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_THAT(e.what(),
                AllOf(HasSubstr("check the user and the password"), Not(HasSubstr("not-the-secret"))));
  }
}

}  // namespace
}  // namespace weir::sql
