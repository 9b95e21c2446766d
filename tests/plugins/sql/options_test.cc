// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace weir::sql {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// "/pointer: message" of the problem with these options, which are added to good ones.
std::string problem(const nlohmann::json& options) {
  nlohmann::json all = {{"url", "sqlite:/nowhere/at-all.db"}, {"table", "t"}};
  all.update(options);
  try {
    weir::testing::Harness<SqlSink> sink(all.dump());
  } catch (const weir::testing::PluginError& e) {
    return e.pointer + ": " + e.what();
  }
  return "none";
}

TEST(SqlOptions, AreCheckedWithoutTouchingTheDatabase) {
  EXPECT_EQ(problem({{"key", {"id"}}, {"columns", {{"id", "user.id"}}}}), "none");
  EXPECT_EQ(problem({{"key", "id"}, {"create_table", true}}), "none");
}

TEST(SqlOptions, TakesObjectsThatHaveTheFieldsOfTheKey) {
  const auto takes = [](nlohmann::json options) {
    options.update({{"url", "sqlite:/nowhere/at-all.db"}, {"table", "t"}, {"rows", 1}});
    weir::testing::Harness<SqlSink> sink(options.dump());
    return sink.takes();
  };
  EXPECT_EQ(takes({{"key", {"id", "day"}}}), R"({"required":["id","day"],"type":"object"})");
  EXPECT_EQ(takes({{"key", {"id"}}, {"columns", {{"id", "user.id"}, {"name", "name"}}}}),
            R"({"required":["user"],"type":"object"})");
  EXPECT_EQ(takes({{"key", {"id"}}, {"columns", {{"id", "$key"}, {"value", "$"}}}}), "");
  EXPECT_EQ(takes(nlohmann::json::object()), R"({"type":"object"})");
}

TEST(SqlOptions, CreateTableTakesTheTextOfAVariable) {
  EXPECT_EQ(problem({{"create_table", "true"}}), "none");
  EXPECT_EQ(problem({{"create_table", "false"}, {"columns", {{"a", "b"}}}}), "none");
  EXPECT_THAT(problem({{"create_table", "true"}, {"columns", {{"a", "b"}}}}), StartsWith("/create_table: "));
}

TEST(SqlOptions, WhatIsWrongIsNamedWithItsPlace) {
  EXPECT_THAT(problem({{"url", "sqlite3x:/a"}}),
              StartsWith("/url: the url does not begin with a known scheme"));
  EXPECT_THAT(problem({{"table", ""}}), StartsWith("/table: "));
  EXPECT_THAT(problem({{"mode", "upsert"}}), AllOf(StartsWith("/mode: "), HasSubstr("key: [id]")));
  EXPECT_THAT(problem({{"key", {"id", "id"}}}), AllOf(StartsWith("/key/1: "), HasSubstr("twice")));
  EXPECT_THAT(problem({{"columns", {{"id", "a..b"}}}}), StartsWith("/columns/id: "));
  EXPECT_THAT(problem({{"columns", {{"a/b~c", "a..b"}}}}), StartsWith("/columns/a~1b~0c: "));
  EXPECT_THAT(problem({{"key", {"id"}}, {"columns", {{"name", "name"}}}}), StartsWith("/key/0: "));
  EXPECT_THAT(problem({{"columns", {{"a", "b"}}}, {"create_table", true}}), StartsWith("/create_table: "));
  EXPECT_THAT(problem({{"create_table", "yes"}}),
              StartsWith("/create_table: expected true, false, or a map"));
  EXPECT_THAT(problem({{"create_table", {{"id", 5}}}}), StartsWith("/create_table/id: expected an SQL type"));
  EXPECT_THAT(problem({{"key", {"id"}}, {"create_table", {{"name", "TEXT"}}}}), StartsWith("/key/0: "));
  EXPECT_THAT(problem({{"retry", {{"first", 5000}, {"most", 100}}}}), StartsWith("/retry/most: "));
}

}  // namespace
}  // namespace weir::sql
