// SPDX-License-Identifier: Apache-2.0
#include "transaction_rules.h"

#include "support/sqlite_file.h"
#include "support/temp_dir.h"

namespace weir::sql::test {
namespace {

class Sqlite {
 public:
  static std::optional<std::string> why_unavailable() { return std::nullopt; }
  std::string url() const { return "sqlite:" + (dir_ / "test.db").string(); }
  Rows query(const std::string& sql) { return db_.query(sql); }

 private:
  support::TempDir dir_;
  support::SqliteFile db_{dir_ / "test.db"};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, TransactionRules, Sqlite);

TEST(SqliteTransactions, ItKeepsTheCheckpointsOrIsRefused) {
  const auto refusal = [](std::uint32_t how, std::uint32_t instances) {
    return Harness(R"({"url": "sqlite:test.db", "table": "users"})").refuses(how, instances);
  };
  EXPECT_EQ(refusal(kBoth, 1), "");
  EXPECT_EQ(refusal(WEIR_KEEPS_CHECKPOINTS, 4), "");
  EXPECT_THAT(refusal(WEIR_IN_TRANSACTIONS, 1), ::testing::HasSubstr("cannot prepare a transaction"));
  EXPECT_THAT(refusal(kBoth, 2), ::testing::HasSubstr("expected `concurrency: 1`"));
}

}  // namespace
}  // namespace weir::sql::test
