// SPDX-License-Identifier: Apache-2.0
#include "two_phase_rules.h"
#include "unit_rules.h"

#include "support/postgresql_server.h"

namespace weir::sql::test {
namespace {

using support::PostgresqlServer;

/// By default PostgreSQL prepares no transactions.
PostgresqlServer& server() {
  static PostgresqlServer one({"--max_prepared_transactions=10"});
  if (!one.running()) one.start();
  return one;
}

class Postgresql {
 public:
  static std::optional<std::string> why_unavailable() { return PostgresqlServer::why_unavailable(); }
  Postgresql() : database_(server().create_database("transactions")) {}

  std::string url() const { return server().url(database_); }
  Rows query(const std::string& sql) { return server().query("SET ROLE weir; " + sql, database_); }
  std::string prepared() {
    return query("SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")[0][0];
  }
  void end_sessions() {
    server().query(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'weir' AND datname = "
        "current_database()",
        database_);
  }

 private:
  std::string database_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgresql, TransactionRules, Postgresql);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgresql, TwoPhaseRules, Postgresql);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgresql, UnitRules, Postgresql);

class PostgresqlTransactions : public TransactionFixture<Postgresql> {};

TEST_F(PostgresqlTransactions, AServerThatPreparesNothingIsRefusedAtTheStart) {
  const std::string database = PostgresqlServer::shared().create_database("unprepared");
  PostgresqlServer::shared().execute("SET ROLE weir; CREATE TABLE users (id INT)", database);
  auto s = sink(WEIR_IN_TRANSACTIONS, {{"url", PostgresqlServer::shared().url(database)}});
  s->recover({});
  EXPECT_THAT(stop_of([&] { s->start(); }), ::testing::HasSubstr("max_prepared_transactions is 0"));
}

TEST_F(PostgresqlTransactions, ADeferredConstraintIsCheckedWithItsRow) {
  query("CREATE TABLE users (id INT UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  auto s = sink(kBoth);
  s->load();
  s->write({R"({"id":1})", R"({"id":1})", R"({"id":2})"});
  EXPECT_EQ(s->errors().size(), 1u);
  s->save_checkpoint("task-0", 1, "3");
  EXPECT_EQ(count(), "2");
}

}  // namespace
}  // namespace weir::sql::test
