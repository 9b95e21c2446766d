// SPDX-License-Identifier: Apache-2.0
#include "two_phase_rules.h"
#include "unit_rules.h"

#include <weir/context.h>

#include "plugins/background_call.h"
#include "support/mariadb_server.h"
#include "support/wait_until.h"

namespace weir::sql::test {
namespace {

using support::MariaDbServer;
using ::testing::HasSubstr;

class MariaDb {
 public:
  static std::optional<std::string> why_unavailable() { return MariaDbServer::why_unavailable(); }
  MariaDb() : database_(MariaDbServer::shared().create_database("transactions")) {}

  const std::string& database() const { return database_; }
  std::string url() const { return MariaDbServer::shared().url(database_); }
  Rows query(const std::string& sql) { return MariaDbServer::shared().query(sql, database_); }
  std::string prepared() {
    std::size_t count = 0;
    for (const auto& row : query("XA RECOVER"))
      count += row.at(3).find("/" + database_) != std::string::npos ? 1 : 0;
    return std::to_string(count);
  }
  void end_sessions() {
    for (const auto& id : sessions()) query("KILL " + id.at(0));
    EXPECT_TRUE(support::wait_until(std::chrono::seconds(10), [this] { return sessions().empty(); }));
  }

 private:
  Rows sessions() {
    return query("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND user = 'weir'");
  }

  std::string database_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(MariaDb, TransactionRules, MariaDb);
INSTANTIATE_TYPED_TEST_SUITE_P(MariaDb, TwoPhaseRules, MariaDb);
INSTANTIATE_TYPED_TEST_SUITE_P(MariaDb, UnitRules, MariaDb);

class MariaDbTransactions : public TransactionFixture<MariaDb> {};

TEST_F(MariaDbTransactions, ATableWithoutTransactionsIsRefusedAtTheStart) {
  query("CREATE TABLE users (id INT) ENGINE=MyISAM");
  auto s = sink(kBoth);
  s->load();
  EXPECT_THAT(stop_of([&] { s->start(); }), HasSubstr("engine MyISAM, which has no transactions"));
}

TEST_F(MariaDbTransactions, RowsThatAZombieHasLockedAreFreedAtTheTakeOver) {
  query("CREATE TABLE users (id INT PRIMARY KEY)");
  auto zombie = sink(kBoth);
  zombie->load();
  zombie->write(records(0, 5));
  auto s = sink(kBoth);
  s->load();
  s->write(records(0, 5));
  s->save_checkpoint("task-0", 1, "5");
  EXPECT_TRUE(s->errors().empty());
  EXPECT_THAT(stop_of([&] { zombie->save_checkpoint("task-0", 1, "5"); }), HasSubstr("transaction_lost"));
  EXPECT_EQ(counts(), "5 5");
}

TEST_F(MariaDbTransactions, TheVictimOfADeadlockBeginsAgainAtTheCheckpoint) {
  query("CREATE TABLE users (id INT PRIMARY KEY, n INT); INSERT INTO users VALUES (1, 0), (2, 0)");
  auto a = sink(kBoth, {{"key", {"id"}}, {"mode", "upsert"}});
  a->load();
  a->write({R"({"id":1,"n":1})"});
  auto b = sink(WEIR_IN_TRANSACTIONS, {{"key", {"id"}}, {"mode", "upsert"}});
  b->write({R"({"id":2,"n":2})"});
  std::string of_a, of_b;
  std::thread first([&] { of_a = stop_of([&] { a->write({R"({"id":2,"n":1})"}); }); });
  of_b = stop_of([&] { b->write({R"({"id":1,"n":2})"}); });
  // The other one goes on when the victim's transaction is gone.
  first.join();
  EXPECT_THAT(of_a + of_b, HasSubstr("transaction_lost"));
  EXPECT_THAT(of_a + of_b, HasSubstr("it went on"));
  EXPECT_THAT(of_a + of_b, HasSubstr("mysql:1213"));
}

TEST_F(MariaDbTransactions, LongNamesAreHashedIntoTheTransactionsName) {
  weir_place place{};
  const std::string stage(80, 's');
  place.pipeline = slice("orders");
  place.stage = slice("users");
  const auto url = DatabaseUrl::parse("mysql://a:b@c/shop");
  EXPECT_EQ(TransactionNames(place, url).prefix, "weir/orders/users/shop");
  place.stage = slice(stage);
  EXPECT_LE(TransactionNames(place, url).prefix.size(), 64u);
  EXPECT_THAT(TransactionNames(place, url).prefix, ::testing::StartsWith("weir/"));
  place.stage = slice("it's");
  EXPECT_THAT(TransactionNames(place, url).prefix, ::testing::Not(HasSubstr("'")));
}

TEST_F(MariaDbTransactions, PreparedTransactionsOfOthersAreLeftAlone) {
  query(
      "CREATE TABLE users (id INT); XA START 'else', 'b', 1; INSERT INTO users VALUES (1); XA END 'else', "
      "'b', 1; XA PREPARE 'else', 'b', 1");
  auto s = sink(WEIR_IN_TRANSACTIONS);
  s->recover({});
  query("XA COMMIT 'else', 'b', 1");
  EXPECT_EQ(count(), "1");
}

}  // namespace
}  // namespace weir::sql::test
