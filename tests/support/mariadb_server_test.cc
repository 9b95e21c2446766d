// SPDX-License-Identifier: Apache-2.0
#include "support/mariadb_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "support/child_process.h"

namespace weir::support {
namespace {

using Rows = MariaDbServer::Rows;

Completed as_weir(const MariaDbServer& server, const std::string& password, const std::string& database,
                  const std::string& sql) {
  return run({"mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
              "--port=" + std::to_string(server.port()), "--user=weir", "--password=" + password, "--batch",
              "--skip-column-names", "--execute=" + sql, database});
}

TEST(MariaDbServer, GivesBackRowsAsTheyWereWritten) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string database = server.create_database("rows");
  server.execute("CREATE TABLE t (id INT PRIMARY KEY, text VARCHAR(50))", database);
  EXPECT_EQ(server.query("SELECT * FROM t", database), Rows{});
  server.execute("INSERT INTO t VALUES (1, 'tab\\tline\\nslash\\\\'), (2, ''), (3, NULL), (4, '微信😀')",
                 database);
  EXPECT_EQ(server.query("SELECT * FROM t ORDER BY id", database),
            (Rows{{"1", "tab\tline\nslash\\"}, {"2", ""}, {"3", "NULL"}, {"4", "微信😀"}}));
}

TEST(MariaDbServer, AnErrorInTheSqlQuotesTheServer) {
  WEIR_REQUIRE_MARIADB();
  try {
    MariaDbServer::shared().query("SELECT * FROM no_such_table");
    FAIL() << "had a result";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no_such_table' doesn't exist"), std::string::npos)
        << error.what();
  }
}

TEST(MariaDbServer, TheUserWeirHasFullRightsOnItsDatabases) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer& server = MariaDbServer::shared();
  const std::string own = server.create_database("own");
  for (const std::string& database : {own, std::string("weir")}) {
    const Completed done =
        as_weir(server, "weir-secret", database,
                "CREATE OR REPLACE TABLE t (a INT); INSERT INTO t VALUES (7); SELECT a FROM t; DROP TABLE t");
    EXPECT_TRUE(done.status.ok()) << done.err;
    EXPECT_EQ(done.out, "7\n");
  }
  EXPECT_FALSE(as_weir(server, "wrong", "weir", "SELECT 1").status.ok());
  EXPECT_FALSE(as_weir(server, "weir-secret", "mysql", "SELECT * FROM global_priv").status.ok());
  EXPECT_EQ(server.url(), "mysql://weir:weir-secret@127.0.0.1:" + std::to_string(server.port()) + "/weir");
}

TEST(MariaDbServer, KeepsDataAndPortOverKillRestartAndFreeze) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server({"--max-connections=17"});
  server.start();
  const std::string url = server.url();
  server.execute("CREATE TABLE kept (a INT); INSERT INTO kept VALUES (1)");

  server.kill();
  EXPECT_FALSE(server.running());
  EXPECT_THROW(server.query("SELECT 1"), std::runtime_error);
  server.start();
  server.execute("INSERT INTO kept VALUES (2)");
  server.restart();
  server.freeze();
  EXPECT_TRUE(server.running());
  server.thaw();
  EXPECT_EQ(server.url(), url);
  EXPECT_EQ(server.query("SELECT a FROM kept ORDER BY a"), (Rows{{"1"}, {"2"}}));
  EXPECT_EQ(server.query("SELECT @@max_connections"), (Rows{{"17"}}));
}

TEST(MariaDbServer, AWrongArgumentIsAnErrorThatQuotesTheLog) {
  WEIR_REQUIRE_MARIADB();
  MariaDbServer server({"--no-such-setting=1"});
  try {
    server.start();
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-setting"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace weir::support
