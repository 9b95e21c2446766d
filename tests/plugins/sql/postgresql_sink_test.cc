// SPDX-License-Identifier: Apache-2.0
//
// Runs against the servers that WEIR_POSTGRESQL_URL names (postgresql://user:password@host/database, the user
// may create tables); without it there are no cases.
#include "sql_sink.h"

#include <weir/testing.h>

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/unique_name.h"

namespace weir::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace Poco::Data::Keywords;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using weir::testing::Item;
using weir::testing::PluginError;

std::vector<std::string> servers() {
  const char* url = std::getenv("WEIR_POSTGRESQL_URL");
  if (url == nullptr) return {};
  return {url};
}

class PostgresqlSink : public ::testing::TestWithParam<std::string> {
 protected:
  PostgresqlSink() {
    Poco::Data::PostgreSQL::Connector::registerConnector();
    session_ = std::make_unique<Poco::Data::Session>("PostgreSQL",
                                                     DatabaseUrl::parse(GetParam()).connection_string());
  }
  ~PostgresqlSink() override { execute("DROP TABLE IF EXISTS " + table_); }

  void execute(const std::string& sql) { *session_ << sql, now; }
  std::vector<Row> query(const std::string& sql) {
    Poco::Data::Statement statement(*session_);
    statement << sql;
    statement.execute();
    Poco::Data::RecordSet set(statement);
    std::vector<Row> rows;
    for (bool more = set.moveFirst(); more; more = set.moveNext()) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < set.columnCount(); ++i) {
        const auto value = set.value(i);
        row.push_back(value.isEmpty() ? "NULL" : value.convert<std::string>());
      }
    }
    return rows;
  }
  std::unique_ptr<Harness> sink(const nlohmann::json& options = nlohmann::json::object()) {
    nlohmann::json all = {{"url", GetParam()}, {"table", table_}, {"key", {"id"}}};
    all.update(options);
    return std::make_unique<Harness>(all.dump());
  }

  std::string table_ = support::unique_name("users");
  std::unique_ptr<Poco::Data::Session> session_;
};

TEST_P(PostgresqlSink, EveryKindOfValueArrives) {
  execute("CREATE TABLE " + table_ +
          " (id TEXT PRIMARY KEY, i INT, d NUMERIC(30,5), r DOUBLE PRECISION, b BOOLEAN, t TEXT, j JSONB, n "
          "INT)");
  auto s = sink();
  s->write(
      {R"({"id":"a","i":-5,"d":1234567890123456789012345.12345,"r":0.1,"b":true,"t":"\ud83d\ude00 'q' \\",)"
       R"("j":{"k":[1,2]},"n":null})",
       R"({"id":"b","i":1e3,"b":0,"t":12.50,"r":-7,"j":"text"})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT i::text, d::text, r::text, b::text, t, j::text, (n IS NULL)::text FROM " +
                    table_ + " ORDER BY id"),
              ElementsAre(Row{"-5", "1234567890123456789012345.12345", "0.1", "true",
                              "\xF0\x9F\x98\x80 'q' \\", R"({"k": [1, 2]})", "true"},
                          Row{"1000", "NULL", "-7", "false", "12.50", "\"text\"", "true"}));
}

TEST_P(PostgresqlSink, TheLastOfSeveralRecordsWithOneKeyCounts) {
  execute("CREATE TABLE " + table_ + " (id TEXT PRIMARY KEY, n INT)");
  auto s = sink();
  s->write({R"({"id":"a","n":1})", R"({"id":"b","n":1})", R"({"id":"a","n":2})"});
  s->write({R"({"id":"b","n":3})"});
  EXPECT_THAT(query("SELECT id, n::text FROM " + table_ + " ORDER BY id"),
              ElementsAre(Row{"a", "2"}, Row{"b", "3"}));
  EXPECT_EQ(s->counter("superseded"), 1u);
}

TEST_P(PostgresqlSink, RowsThatDoNotFitAreFoundAndAnEarlierOneOfTheSameKeyIsKept) {
  execute("CREATE TABLE " + table_ + " (id INT PRIMARY KEY, n SMALLINT, t VARCHAR(3), CHECK (n <> 13))");
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
  EXPECT_EQ(query("SELECT count(*)::text FROM " + table_)[0][0], "496");
  EXPECT_EQ(query("SELECT n::text FROM " + table_ + " WHERE id = 5")[0][0], "2");
}

TEST_P(PostgresqlSink, ADeferredConstraintIsFoundInItsRow) {
  execute("CREATE TABLE " + table_ + " (id INT PRIMARY KEY, parent INT REFERENCES " + table_ +
          " DEFERRABLE INITIALLY DEFERRED)");
  auto s = sink();
  s->write({R"({"id":1})", R"({"id":2,"parent":77})", R"({"id":3,"parent":1})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "postgresql:23503");
  EXPECT_EQ(query("SELECT count(*)::text FROM " + table_)[0][0], "2");
}

TEST_P(PostgresqlSink, CreateTableTrueIgnoreAndInsertWork) {
  auto s = sink({{"create_table", true}, {"mode", "ignore"}});
  s->write({R"({"id":"a","n":1,"r":1.5,"b":true,"j":[1]})"});
  s->write({R"({"id":"a","n":2})", R"({"id":"b","n":2})"});
  EXPECT_THAT(query("SELECT id, n::text, r::text, b::text, j FROM " + table_ + " ORDER BY id"),
              ElementsAre(Row{"a", "1", "1.5", "true", "[1]"}, Row{"b", "2", "NULL", "NULL", "NULL"}));
  auto inserting = sink({{"mode", "insert"}});
  inserting->write({R"({"id":"a"})", R"({"id":"c"})"});
  const auto errors = inserting->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "postgresql:23505");
}

TEST_P(PostgresqlSink, WhatAPersonHasToPutRightStopsThePipeline) {
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
  execute("CREATE TABLE " + table_ + " (id TEXT, n INT)");
  EXPECT_THAT(stop_of(nlohmann::json::object()), HasSubstr("give the table a primary key"));
  std::string url = GetParam();
  url.erase(url.rfind('/'));
  EXPECT_THAT(stop_of({{"url", url + "/weir_no_such_database"}}), HasSubstr("create the database"));
}

TEST_P(PostgresqlSink, AConnectionThatTheServerClosedIsReplaced) {
  execute("CREATE TABLE " + table_ + " (id TEXT PRIMARY KEY)");
  auto s = sink();
  s->write({R"({"id":"a"})"});
  query(
      "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND "
      "pid <> "
      "pg_backend_pid()");
  s->write({R"({"id":"b"})"});
  EXPECT_THAT(s->log_lines(), IsEmpty());
  EXPECT_EQ(query("SELECT count(*)::text FROM " + table_)[0][0], "2");
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresqlSink);
INSTANTIATE_TEST_SUITE_P(Server, PostgresqlSink, ::testing::ValuesIn(servers()),
                         [](const auto& one) { return std::to_string(one.index); });

}  // namespace
}  // namespace weir::sql
