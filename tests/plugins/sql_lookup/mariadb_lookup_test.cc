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
#include "support/mariadb_server.h"
#include "support/wait_until.h"

namespace weir::sql_lookup {
namespace {

using support::MariaDbServer;
using test::BackgroundCall;
using test::wait_for_log;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Harness = weir::testing::Harness<SqlLookup>;
using weir::testing::Item;
using weir::testing::PluginError;

std::unique_ptr<Harness> lookup(const MariaDbServer& server, const std::string& database,
                                const nlohmann::json& options = nlohmann::json::object()) {
  nlohmann::json all = {{"url", server.url(database)},
                        {"query", "SELECT id, name FROM customer WHERE id IN ({{keys}})"},
                        {"key_columns", {"id"}}};
  all.update(options);
  return std::make_unique<Harness>(all.dump());
}

constexpr char kCustomers[] =
    "CREATE TABLE customer (id BIGINT PRIMARY KEY, name VARCHAR(50)); INSERT INTO customer VALUES (1, "
    "'Ann'), (2, 'Bo')";

TEST(MariaDbLookup, EveryKindOfValueArrives) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("values");
  server.execute(
      "CREATE TABLE v (id BIGINT UNSIGNED PRIMARY KEY, i INT, z INT ZEROFILL, d DECIMAL(30,5), r DOUBLE, f "
      "FLOAT, "
      "t LONGTEXT CHARACTER SET utf8mb4, j JSON, b BLOB, w DATETIME(3), n INT, yes BOOLEAN);"
      "INSERT INTO v VALUES (18446744073709551615, -5, 7, 1234567890123456789012345.12345, 0.1, 0.1, "
      "CONCAT('\xF0\x9F\x98\x80', REPEAT('x', 100000)), '{\"k\": [1, 2]}', x'00ff', '2026-01-02 "
      "03:04:05.678', NULL, "
      "TRUE)",
      database);
  auto l =
      lookup(server, database, {{"query", "SELECT * FROM v WHERE id IN ({{keys}})"}, {"join", "replace"}});
  l->process({R"({"id":18446744073709551615})"});
  const auto out = l->values();
  ASSERT_THAT(out, SizeIs(1));
  std::string expected =
      R"({"id":18446744073709551615,"i":-5,"z":"0000000007","d":1234567890123456789012345.12345,"r":0.1,"f":0.1,"t":")"
      "\xF0\x9F\x98\x80" +
      std::string(100'000, 'x') +
      R"(","j":{"k": [1, 2]},"b":"AP8=","w":"2026-01-02 03:04:05.678","n":null,"yes":1})";
  EXPECT_EQ(out[0], expected);
}

TEST(MariaDbLookup, ManyKeysAreAskedForInFewQueries) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("many");
  server.execute(
      "CREATE TABLE customer (id BIGINT PRIMARY KEY, name VARCHAR(50));"
      "INSERT INTO customer SELECT seq, CONCAT('n', seq) FROM seq_1_to_1000",
      database);
  auto l = lookup(server, database, {{"join", "replace"}});
  std::vector<Item> items;
  for (int i = 1; i <= 1005; ++i) items.emplace_back(R"({"id":)" + std::to_string(i) + "}");
  l->process(items);
  const auto out = l->values();
  ASSERT_THAT(out, SizeIs(1000));
  EXPECT_EQ(out[0], R"({"id":1,"name":"n1"})");
  EXPECT_EQ(out[999], R"({"id":1000,"name":"n1000"})");
  EXPECT_THAT(l->out("not_found"), SizeIs(5));
  EXPECT_EQ(l->counter("queries"), 11u);
}

TEST(MariaDbLookup, KeysOfSeveralFieldsAndSingleQueries) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("pairs");
  server.execute(
      "CREATE TABLE price (shop VARCHAR(9), item INT, cents INT);"
      "INSERT INTO price VALUES ('a', 1, 10), ('b', 1, 20)",
      database);
  auto pairs = lookup(
      server, database,
      {{"query", "SELECT * FROM price WHERE (shop, item) IN ({{keys}})"}, {"key_columns", {"shop", "item"}}});
  pairs->process({R"({"shop":"b","item":1})", R"({"shop":"b","item":2})"});
  EXPECT_THAT(pairs->values(), ElementsAre(R"({"shop":"b","item":1,"cents":20})"));
  EXPECT_THAT(pairs->out("not_found"), SizeIs(1));
  nlohmann::json options = {{"url", server.url(database)},
                            {"query", "SELECT cents FROM price WHERE shop = {{shop}}"}};
  Harness single(options.dump());
  single.process({R"({"shop":"a"})"});
  EXPECT_THAT(single.values(), ElementsAre(R"({"shop":"a","cents":10})"));
}

TEST(MariaDbLookup, AServerThatIsDownIsWaitedForAtTheStartAndInTheMiddle) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("down");
  server.execute(kCustomers, database);
  auto running = lookup(server, database);
  running->process({R"({"id":1})"});
  server.kill();
  auto starting = lookup(server, database);
  starting->start();
  BackgroundCall first(*starting, {R"({"id":1})"});
  BackgroundCall second(*running, {R"({"id":2})", R"({"id":3})"});
  wait_for_log(*starting, "no records are taken until it works again");
  wait_for_log(*running, "no records are taken until it works again");
  server.start();
  first.get();
  second.get();
  EXPECT_THAT(starting->values(), ElementsAre(R"({"id":1,"name":"Ann"})"));
  EXPECT_THAT(running->values(), ElementsAre(R"({"id":1,"name":"Ann"})", R"({"id":2,"name":"Bo"})"));
  EXPECT_THAT(running->out("not_found"), SizeIs(1));
  EXPECT_THAT(running->errors(), IsEmpty());
  EXPECT_GE(running->counter("retries"), 1u);
}

TEST(MariaDbLookup, AConnectionThatTheServerClosedWhileIdleIsReplacedInSilence) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("idle");
  server.execute(kCustomers, database);
  auto l = lookup(server, database);
  l->process({R"({"id":1})"});
  const auto sessions = server.query("SELECT id FROM information_schema.processlist WHERE db = '" + database +
                                     "' AND user = 'weir'");
  ASSERT_EQ(sessions.size(), 1u);
  server.execute("KILL " + sessions[0][0]);
  l->process({R"({"id":2})"});
  EXPECT_THAT(l->out(), SizeIs(2));
  EXPECT_THAT(l->log_lines(), IsEmpty());
}

TEST(MariaDbLookup, AnAbortEndsACallToAServerThatDoesNotAnswer) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("slow");
  server.execute(kCustomers, database);
  auto l = lookup(server, database,
                  {{"query", "SELECT id, SLEEP(600) AS s FROM customer WHERE id IN ({{keys}})"}});
  BackgroundCall call(*l, {R"({"id":1})"});
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    const auto running = server.query("SELECT count(*) FROM information_schema.processlist WHERE db = '" +
                                      database + "' AND state = 'User sleep'");
    return running[0][0] == "1";
  }));
  l->abort();
  try {
    call.get();
    FAIL() << "it was answered";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "interrupted");
  }
}

TEST(MariaDbLookup, AWrongPasswordStopsThePipelineAndIsNotShown) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  std::string url = server.url();
  url.replace(url.find("weir-secret"), 11, "s3cret-pass");
  nlohmann::json options = {{"url", url}, {"query", "SELECT {{a}}"}};
  Harness l(options.dump());
  try {
    l.start();
    FAIL() << "it started";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "mysql:1045");
    EXPECT_THAT(e.what(), HasSubstr("check the user and the password"));
    EXPECT_THAT(e.what(), Not(HasSubstr("s3cret-pass")));
  }
}

}  // namespace
}  // namespace weir::sql_lookup
