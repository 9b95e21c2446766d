// SPDX-License-Identifier: Apache-2.0
#include "support/postgresql_server.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "support/child_process.h"

namespace weir::support {
namespace {

using Rows = PostgresqlServer::Rows;

TEST(PostgresqlServer, GivesBackRowsAsTheyWereWritten) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer& server = PostgresqlServer::shared();
  const std::string database = server.create_database("rows");
  server.execute("CREATE TABLE t (id INT PRIMARY KEY, text VARCHAR(50))", database);
  EXPECT_EQ(server.query("SELECT * FROM t", database), Rows{});
  server.execute("INSERT INTO t VALUES (1, E'tab\\tline\\nslash\\\\|'), (2, ''), (3, NULL), (4, '微信😀')",
                 database);
  EXPECT_EQ(server.query("SELECT * FROM t ORDER BY id", database),
            (Rows{{"1", "tab\tline\nslash\\|"}, {"2", ""}, {"3", "NULL"}, {"4", "微信😀"}}));
}

TEST(PostgresqlServer, AnErrorInTheSqlQuotesTheServer) {
  WEIR_REQUIRE_POSTGRESQL();
  try {
    PostgresqlServer::shared().query("SELECT * FROM no_such_table");
    FAIL() << "had a result";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("\"no_such_table\" does not exist"), std::string::npos)
        << error.what();
  }
}

TEST(PostgresqlServer, TheUserWeirComesInOverTcpWithItsPasswordOnly) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer& server = PostgresqlServer::shared();
  const std::string database = server.create_database("own");
  const auto as_weir = [&](std::string url) {
    return run({"psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--dbname=" + url},
               {.input = "CREATE TABLE t (a INT); INSERT INTO t VALUES (7); SELECT a FROM t; DROP TABLE t"});
  };
  const Completed done = as_weir(server.url(database));
  EXPECT_TRUE(done.status.ok()) << done.err;
  EXPECT_EQ(done.out, "7\n");
  std::string wrong = server.url(database);
  wrong.replace(wrong.find("weir-secret"), 11, "wrong");
  EXPECT_FALSE(as_weir(wrong).status.ok());
}

TEST(PostgresqlServer, KeepsDataAndPortOverStopAndKill) {
  WEIR_REQUIRE_POSTGRESQL();
  PostgresqlServer server;
  server.start();
  const std::string url = server.url();
  server.execute("CREATE TABLE kept (a INT); INSERT INTO kept VALUES (1)");
  server.kill();
  EXPECT_FALSE(server.running());
  EXPECT_THROW(server.query("SELECT 1"), std::runtime_error);
  server.start();
  server.execute("INSERT INTO kept VALUES (2)");
  server.stop();
  EXPECT_FALSE(server.running());
  server.start();
  EXPECT_EQ(server.url(), url);
  EXPECT_EQ(server.query("SELECT a FROM kept ORDER BY a"), (Rows{{"1"}, {"2"}}));
}

}  // namespace
}  // namespace weir::support
