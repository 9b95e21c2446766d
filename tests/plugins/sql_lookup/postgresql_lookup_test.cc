// SPDX-License-Identifier: Apache-2.0
#include "sql_lookup.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "plugins/background_call.h"
#include "support/postgresql_server.h"

namespace weir::sql_lookup {
namespace {

using support::PostgresqlServer;
using test::BackgroundCall;
using test::wait_for_log;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Harness = weir::testing::Harness<SqlLookup>;
using weir::testing::Item;

std::unique_ptr<Harness> lookup(const PostgresqlServer& server, const std::string& database,
                                const nlohmann::json& options = nlohmann::json::object()) {
  nlohmann::json all = {{"url", server.url(database)},
                        {"query", "SELECT id, name FROM customer WHERE id IN ({{keys}})"},
                        {"key_columns", {"id"}}};
  all.update(options);
  return std::make_unique<Harness>(all.dump());
}

constexpr char kCustomers[] =
    "SET ROLE weir; CREATE TABLE customer (id INT PRIMARY KEY, name TEXT);"
    "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bo')";

TEST(PostgresqlLookup, EveryKindOfValueArrives) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer& server = PostgresqlServer::shared();
  const std::string database = server.create_database("values");
  server.execute(
      "SET ROLE weir; CREATE TABLE v (id TEXT, i BIGINT, d NUMERIC(30,5), r DOUBLE PRECISION, b BOOLEAN, j "
      "JSONB, "
      "y BYTEA, w TIMESTAMP, n INT, a INT[]);"
      "INSERT INTO v VALUES ('a', -5, 1234567890123456789012345.12345, 0.1, true, '{\"k\": [1, 2]}', "
      "'\\x00ff', "
      "'2026-01-02 03:04:05.678', NULL, '{1,2}'), ('b', 0, 'NaN', 'Infinity', false, 'null', '', NULL, 1, "
      "NULL)",
      database);
  auto l =
      lookup(server, database, {{"query", "SELECT * FROM v WHERE id IN ({{keys}})"}, {"join", "replace"}});
  l->process({R"({"id":"a"})", R"({"id":"b"})"});
  EXPECT_THAT(
      l->values(),
      ElementsAre(
          R"({"id":"a","i":-5,"d":1234567890123456789012345.12345,"r":0.1,"b":true,"j":{"k": [1, 2]},)"
          R"("y":"AP8=","w":"2026-01-02 03:04:05.678","n":null,"a":"{1,2}"})",
          R"({"id":"b","i":0,"d":"NaN","r":"Infinity","b":false,"j":null,"y":"","w":null,"n":1,"a":null})"));
}

TEST(PostgresqlLookup, AKeyThatTheDatabaseRefusesGoesToErrorAndTheOthersAreAnswered) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer& server = PostgresqlServer::shared();
  const std::string database = server.create_database("refused");
  server.execute(kCustomers, database);
  auto l = lookup(server, database);
  std::vector<Item> items = {R"({"id":1})", R"({"id":"twelve"})", R"({"id":2})", R"({"id":99999999999})",
                             R"({"id":"1\u0000"})"};
  l->process(items);
  EXPECT_THAT(l->values(), ElementsAre(R"({"id":1,"name":"Ann"})", R"({"id":2,"name":"Bo"})"));
  const auto errors = l->errors();
  ASSERT_THAT(errors, SizeIs(3));
  EXPECT_EQ(errors[0].value, R"({"id":"twelve"})");
  EXPECT_EQ(errors[0].code, "postgresql:22P02");
  EXPECT_THAT(errors[0].message, HasSubstr("invalid input syntax for type integer: \"twelve\""));
  EXPECT_EQ(errors[1].code, "postgresql:22003");
  EXPECT_THAT(errors[1].message, HasSubstr("99999999999"));
  EXPECT_EQ(errors[2].code, "does_not_fit");
}

TEST(PostgresqlLookup, KeysOfSeveralFields) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer& server = PostgresqlServer::shared();
  const std::string database = server.create_database("pairs");
  server.execute(
      "SET ROLE weir; CREATE TABLE price (shop TEXT, item INT, cents INT);"
      "INSERT INTO price VALUES ('a', 1, 10), ('b', 1, 20)",
      database);
  auto l = lookup(
      server, database,
      {{"query", "SELECT * FROM price WHERE (shop, item) IN ({{keys}})"}, {"key_columns", {"shop", "item"}}});
  l->process({R"({"shop":"b","item":1})", R"({"shop":"b","item":2})", R"({"shop":"a","item":1})"});
  EXPECT_THAT(l->values(),
              ElementsAre(R"({"shop":"b","item":1,"cents":20})", R"({"shop":"a","item":1,"cents":10})"));
  EXPECT_THAT(l->out("not_found"), SizeIs(1));
  EXPECT_EQ(l->counter("queries"), 1u);
}

TEST(PostgresqlLookup, AServerThatGoesDownInTheMiddleIsWaitedFor) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer server;
  server.start();
  const std::string database = server.create_database("down");
  server.execute(kCustomers, database);
  auto l = lookup(server, database);
  l->process({R"({"id":1})"});
  server.kill();
  BackgroundCall call(*l, {R"({"id":2})", R"({"id":"x"})"});
  wait_for_log(*l, "no records are taken until it works again");
  server.start();
  call.get();
  EXPECT_THAT(l->values(), ElementsAre(R"({"id":1,"name":"Ann"})", R"({"id":2,"name":"Bo"})"));
  EXPECT_THAT(l->errors(), SizeIs(1));
}

}  // namespace
}  // namespace weir::sql_lookup
