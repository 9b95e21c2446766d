// SPDX-License-Identifier: Apache-2.0
#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugins/stage_checks.h"
#include "query_template.h"
#include "sql_lookup.h"

namespace weir::sql_lookup {
namespace {

using sql::Database;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(QueryTemplate, KeysBecomeParametersInTheDatabasesOwnWay) {
  const QueryTemplate one("SELECT a FROM t WHERE a IN ({{keys}}) ORDER BY a", "/query");
  EXPECT_EQ(one.sql(Database::kMySql, 3, 1), "SELECT a FROM t WHERE a IN (?,?,?) ORDER BY a");
  EXPECT_EQ(one.sql(Database::kPostgreSql, 2, 1), "SELECT a FROM t WHERE a IN ($1,$2) ORDER BY a");
  const QueryTemplate two("SELECT a FROM t WHERE (a, b) IN ({{ keys }})", "/query");
  EXPECT_EQ(two.sql(Database::kMySql, 2, 2), "SELECT a FROM t WHERE (a, b) IN ((?,?),(?,?))");
  EXPECT_EQ(two.sql(Database::kPostgreSql, 2, 2), "SELECT a FROM t WHERE (a, b) IN (($1,$2),($3,$4))");
  EXPECT_EQ(two.sql(Database::kSqlite, 2, 2), "SELECT a FROM t WHERE (a, b) IN (VALUES (?,?),(?,?))");
}

TEST(QueryTemplate, FieldsBecomeParametersInTheirOrder) {
  const QueryTemplate query("SELECT a FROM t WHERE a = {{x.y}} AND b < {{$key}}", "/query");
  EXPECT_FALSE(query.has_keys());
  ASSERT_EQ(query.fields().size(), 2u);
  EXPECT_EQ(query.fields()[0].text(), "x.y");
  EXPECT_EQ(query.sql(Database::kPostgreSql, 1, 0), "SELECT a FROM t WHERE a = $1 AND b < $2");
}

TEST(SqlLookupOptions, WhatMakesNoSenseIsRefusedWithItsPlace) {
  test::expect_refused<SqlLookup>({
      {R"o({"url": "sqlite:x.db", "query": "SELECT 1"})o", "/query", "neither {{keys}} nor a {{field}}"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT '{{id}}'"})o", "/query", "stands in quotes"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT {{id"})o", "/query", "no '}}' behind it"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT {{}}"})o", "/query", "'{{}}' is empty"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT {{a[}}"})o", "/query", "is no field path"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a IN ({{keys}})"})o", "/query",
       "needs `key_columns`"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a IN ({{keys}}) AND b = {{b}}", "key_columns": ["a"]})o",
       "/query", "no field of a single record can stand beside it"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a = {{a}}", "match": ["a"]})o", "/match",
       "belongs to a query with {{keys}}"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a IN ({{keys}})", "key_columns": ["a"], "match": ["x", "y"]})o",
       "/match", "names 2 fields, and `key_columns` 1 columns"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a IN ({{keys}})", "key_columns": ["a"], "several": "list"})o",
       "/several", "cannot be merged"},
      {R"o({"url": "sqlite:x.db", "query": "SELECT a WHERE a = {{a}}", "join": "nest"})o", "/join",
       "needs `under`"},
  });
}

TEST(SqlLookupOptions, AWrongUrlIsRefusedWithoutItsPassword) {
  try {
    testing::Harness<SqlLookup> lookup(
        R"({"url": "mysql://app:s3cret@host:x/shop", "query": "SELECT {{a}}"})");
    ADD_FAILURE() << "it was accepted";
  } catch (const testing::PluginError& e) {
    EXPECT_EQ(e.pointer, "/url");
    EXPECT_THAT(e.what(), Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace weir::sql_lookup
