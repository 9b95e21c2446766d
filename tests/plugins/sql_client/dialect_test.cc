// SPDX-License-Identifier: Apache-2.0
#include "sql_client/dialect.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::sql {
namespace {

const std::vector<std::string> kColumns = {"id", "na`me", "n\"o"};
const std::vector<std::string> kKey = {"id"};

std::string insert(Database database, Mode mode, std::size_t rows,
                   const std::vector<std::string>& columns = kColumns,
                   const std::vector<std::string>& key = kKey) {
  return Dialect(database).insert({"shop.users", columns, key, mode}, rows);
}

TEST(Dialect, AnUpsertOfManyRowsIsOneStatement) {
  EXPECT_EQ(
      insert(Database::kMySql, Mode::kUpsert, 2),
      "INSERT INTO `shop`.`users` (`id`, `na``me`, `n\"o`) VALUES (?,?,?), (?,?,?) ON DUPLICATE KEY UPDATE "
      "`na``me` = VALUES(`na``me`), `n\"o` = VALUES(`n\"o`)");
  EXPECT_EQ(
      insert(Database::kSqlite, Mode::kUpsert, 1),
      "INSERT INTO \"shop\".\"users\" (\"id\", \"na`me\", \"n\"\"o\") VALUES (?,?,?) ON CONFLICT (\"id\") DO "
      "UPDATE SET \"na`me\" = excluded.\"na`me\", \"n\"\"o\" = excluded.\"n\"\"o\"");
  EXPECT_EQ(insert(Database::kPostgreSql, Mode::kUpsert, 2, {"a", "b"}, {"a"}),
            "INSERT INTO \"shop\".\"users\" (\"a\", \"b\") VALUES ($1,$2), ($3,$4) ON CONFLICT (\"a\") DO "
            "UPDATE SET "
            "\"b\" = excluded.\"b\"");
}

TEST(Dialect, AnUpsertOfKeysAloneChangesNothing) {
  EXPECT_EQ(insert(Database::kMySql, Mode::kUpsert, 1, {"id"}),
            "INSERT INTO `shop`.`users` (`id`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `id`");
  EXPECT_EQ(insert(Database::kPostgreSql, Mode::kUpsert, 1, {"id"}),
            "INSERT INTO \"shop\".\"users\" (\"id\") VALUES ($1) ON CONFLICT (\"id\") DO NOTHING");
}

TEST(Dialect, IgnoreNeverClipsValuesAsInsertIgnoreWould) {
  EXPECT_EQ(insert(Database::kMySql, Mode::kIgnore, 1, {"a", "b"}, {}),
            "INSERT INTO `shop`.`users` (`a`, `b`) VALUES (?,?) ON DUPLICATE KEY UPDATE `a` = `a`");
  EXPECT_EQ(insert(Database::kSqlite, Mode::kIgnore, 1, {"a", "b"}, {}),
            "INSERT INTO \"shop\".\"users\" (\"a\", \"b\") VALUES (?,?) ON CONFLICT DO NOTHING");
}

TEST(Dialect, ACreatedTableHasTheKeyAsItsPrimaryKey) {
  const std::vector<Dialect::NewColumn> columns = {{"a", "BIGINT"}, {"b", "TEXT"}};
  const std::vector<std::string> key = {"a", "b"};
  EXPECT_EQ(Dialect(Database::kSqlite).create_table("t", columns, key),
            "CREATE TABLE IF NOT EXISTS \"t\" (\"a\" BIGINT, \"b\" TEXT, PRIMARY KEY (\"a\", \"b\"))");
  EXPECT_EQ(Dialect(Database::kMySql).create_table("t", columns, {}),
            "CREATE TABLE IF NOT EXISTS `t` (`a` BIGINT, `b` TEXT) DEFAULT CHARACTER SET utf8mb4");
}

}  // namespace
}  // namespace weir::sql
