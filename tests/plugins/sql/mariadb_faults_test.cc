// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugins/background_call.h"
#include "support/mariadb_server.h"
#include "support/wait_until.h"

namespace weir::sql {
namespace {

using support::MariaDbServer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using test::BackgroundCall;
using test::wait_for_log;
using weir::testing::Item;
using weir::testing::PluginError;

std::unique_ptr<Harness> sink(const MariaDbServer& server, const std::string& database,
                              const nlohmann::json& options = nlohmann::json::object()) {
  nlohmann::json all = {{"url", server.url(database)}, {"table", "users"}, {"key", {"id"}}};
  all.update(options);
  return std::make_unique<Harness>(all.dump());
}

TEST(MariaDbFaults, ADatabaseThatIsDownAtTheStartIsWaitedForWhenRecordsCome) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("down");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY)", database);
  server.stop();
  auto s = sink(server, database);
  s->start();
  EXPECT_THAT(s->log_lines(), Contains(HasSubstr("it is tried again when records come")));
  BackgroundCall write(*s, {R"({"id":1})", R"({"id":2})"});
  wait_for_log(*s, "no records are taken until it works again");
  server.start();
  write.get();
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_EQ(server.query("SELECT count(*) FROM users", database)[0][0], "2");
  EXPECT_THAT(s->log_lines(), Contains(HasSubstr("works again after")));
  EXPECT_EQ(s->log_lines().size(), 3u)
      << "one line at the start, one when the outage begins, one when it is over";
}

TEST(MariaDbFaults, ADatabaseThatGoesDownInTheMiddleCostsNoRecordAndNoDuplicate) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("down");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY, n TINYINT)", database);
  auto s = sink(server, database);
  s->write({R"({"id":1,"n":1})"});
  server.kill();
  BackgroundCall write(*s, {R"({"id":1,"n":2})", R"({"id":2,"n":2})", R"({"id":3,"n":1000})", "no JSON"});
  wait_for_log(*s, "no records are taken until it works again");
  server.start();
  write.get();
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].code, "bad_json");
  EXPECT_EQ(errors[1].code, "mysql:1264");
  EXPECT_THAT(server.query("SELECT id, n FROM users ORDER BY id", database),
              ElementsAre(Row{"1", "2"}, Row{"2", "2"}));
  EXPECT_GE(s->counter("retries"), 1u);
  EXPECT_GE(s->slept(), 100);
}

TEST(MariaDbFaults, AConnectionThatTheServerClosedWhileIdleIsReplacedInSilence) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("idle");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY)", database);
  auto s = sink(server, database);
  s->write({R"({"id":1})"});
  const auto sessions = server.query("SELECT id FROM information_schema.processlist WHERE db = '" + database +
                                     "' AND user = 'weir'");
  ASSERT_EQ(sessions.size(), 1u);
  server.execute("KILL " + sessions[0][0]);
  s->write({R"({"id":2})"});
  EXPECT_THAT(s->log_lines(), IsEmpty());
  EXPECT_EQ(s->slept(), 0);
  EXPECT_EQ(server.query("SELECT count(*) FROM users", database)[0][0], "2");
}

TEST(MariaDbFaults, ATableThatVanishesWhileRunningStopsThePipeline) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("gone");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY)", database);
  auto s = sink(server, database);
  s->write({R"({"id":1})"});
  server.execute("DROP TABLE users", database);
  try {
    s->write({R"({"id":2})"});
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "mysql:1146");
    EXPECT_THAT(e.what(), HasSubstr("create it"));
  }
  EXPECT_THAT(s->errors(), IsEmpty());
}

TEST(MariaDbFaults, ARowThatIsLockedIsWaitedFor) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server({"--innodb-lock-wait-timeout=1"});
  server.start();
  const std::string database = server.create_database("locked");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY, n INT); INSERT INTO users VALUES (1, 1)", database);
  // Holds the row's lock until it has waited out the sink's first try.
  std::thread holder([&] {
    server.execute(
        "START TRANSACTION; UPDATE users SET n = 5 WHERE id = 1; SELECT GET_LOCK('held', 0); DO SLEEP(3); "
        "COMMIT",
        database);
  });
  const bool held = support::wait_until(std::chrono::seconds(10), [&] {
    return server.query("SELECT IS_USED_LOCK('held') IS NOT NULL")[0][0] == "1";
  });
  auto s = sink(server, database);
  s->write({R"({"id":1,"n":7})"});
  holder.join();
  EXPECT_TRUE(held);
  EXPECT_GE(s->counter("retries"), 1u);
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_EQ(server.query("SELECT n FROM users", database)[0][0], "7");
}

TEST(MariaDbFaults, ARowThatIsLargerThanAPacketIsRefusedAndTheOthersAreWritten) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server({"--max-allowed-packet=1M"});
  server.start();
  const std::string database = server.create_database("packet");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY, t LONGTEXT)", database);
  auto s = sink(server, database);
  std::vector<Item> items;
  for (int i = 0; i < 40; ++i) {  // 8 MB together
    const std::size_t size = i == 17 ? 1'100'000 : 200'000;
    items.emplace_back(R"({"id":)" + std::to_string(i) + R"(,"t":")" + std::string(size, 'x') + R"("})");
  }
  s->write(items);
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "mysql:1153");
  EXPECT_THAT(errors[0].message, HasSubstr("max_allowed_packet"));
  EXPECT_EQ(server.query("SELECT count(*), sum(length(t)) FROM users", database),
            (MariaDbServer::Rows{{"39", "7800000"}}));
}

TEST(MariaDbFaults, AnAbortEndsAWaitForADatabaseThatIsDown) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("abort");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY)", database);
  auto s = sink(server, database);
  s->start();
  server.kill();
  BackgroundCall write(*s, {R"({"id":1})"});
  wait_for_log(*s, "no records are taken until it works again");
  s->abort();
  try {
    write.get();
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "interrupted");
  }
}

TEST(MariaDbFaults, AnAbortEndsACallToAServerThatDoesNotAnswer) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("frozen");
  server.execute("CREATE TABLE users (id INT PRIMARY KEY)", database);
  auto s = sink(server, database);
  s->write({R"({"id":1})"});
  server.freeze();
  BackgroundCall write(*s, {R"({"id":2})"});
  s->abort();
  try {
    write.get();
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
  }
  server.thaw();
}

TEST(MariaDbFaults, TriesCanBeLimitedAndThenThePipelineStops) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server;
  server.start();
  const std::string database = server.create_database("limit");
  server.stop();
  auto s = sink(server, database, {{"retry", {{"attempts", 3}, {"first", 100}, {"most", 150}}}});
  s->start();
  try {
    s->write({R"({"id":1})"});
    FAIL() << "it wrote";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "mysql:2002");
    EXPECT_THAT(e.what(), HasSubstr("tried 3 times"));
  }
  EXPECT_GE(s->slept(), 50 + 75);
  EXPECT_LE(s->slept(), 100 + 150);
}

}  // namespace
}  // namespace weir::sql
