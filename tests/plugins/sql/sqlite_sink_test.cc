// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"
#include "support/sqlite_file.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace weir::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Row = std::vector<std::string>;
using Harness = weir::testing::Harness<SqlSink>;
using weir::testing::Item;
using weir::testing::PluginError;

class SqliteSink : public ::testing::Test {
 protected:
  std::unique_ptr<Harness> sink(nlohmann::json options = nlohmann::json::object()) {
    nlohmann::json all = {{"url", "sqlite:" + (dir_ / "test.db").string()}, {"table", "users"}};
    all.update(options);
    return std::make_unique<Harness>(all.dump());
  }
  support::SqliteFile::Rows query(const std::string& sql) { return db_.query(sql); }

  support::TempDir dir_;
  support::SqliteFile db_{dir_ / "test.db"};
};

TEST_F(SqliteSink, FieldsGoToTheColumnsOfTheirNames) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, age INTEGER, score REAL, active BOOLEAN)");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id": "a", "name": "Ann", "age": 31, "score": 1.5, "active": true})",
            R"({"score": 2, "active": false, "age": null, "id": "b"})"});
  s->flush();
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"),
              ElementsAre(Row{"a", "Ann", "31", "1.5", "1"}, Row{"b", "NULL", "NULL", "2.0", "0"}));
}

TEST_F(SqliteSink, AKeyMakesItAnUpsertAndTheLastRecordOfABatchCounts) {
  query(
      "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES ('a', 'old'), ('b', "
      "'old')");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id":"a","name":"first"})", R"({"id":"c","name":"new"})", R"({"id":"a","name":"second"})"});
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"),
              ElementsAre(Row{"a", "second"}, Row{"b", "old"}, Row{"c", "new"}));
}

TEST_F(SqliteSink, ColumnsThatNoRecordMentionsKeepTheirValuesAndDefaults) {
  query(
      "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, note TEXT, made TEXT NOT NULL DEFAULT 'today');"
      "INSERT INTO users VALUES ('a', 'old', 'by hand', 'long ago')");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id":"a","name":"new"})", R"({"id":"b","name":"b"})"});
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"),
              ElementsAre(Row{"a", "new", "by hand", "long ago"}, Row{"b", "b", "NULL", "today"}));
}

TEST_F(SqliteSink, AColumnThatAppearsInALaterRecordIsWrittenFromThenOn) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, city TEXT)");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id":"a","name":"A"})"});
  s->write({R"({"id":"b","name":"B"})", R"({"id":"c","city":"Canton"})"});
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"),
              ElementsAre(Row{"a", "A", "NULL"}, Row{"b", "B", "NULL"}, Row{"c", "NULL", "Canton"}));
}

TEST_F(SqliteSink, ModeIgnoreKeepsTheRowThatIsThere) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES ('a', 'old')");
  auto s = sink({{"key", {"id"}}, {"mode", "ignore"}});
  s->write({R"({"id":"a","name":"new"})", R"({"id":"b","name":"new"})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"), ElementsAre(Row{"a", "old"}, Row{"b", "new"}));
}

TEST_F(SqliteSink, WithoutAKeyRowsAreInsertedAndADuplicateIsAnErrorOfItsRecordAlone) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT); INSERT INTO users VALUES ('b', 'old')");
  auto s = sink();
  s->write({R"({"id":"a"})", R"({"id":"b"})", R"({"id":"c"})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].value, R"({"id":"b"})");
  EXPECT_EQ(errors[0].code, "sqlite:19");
  EXPECT_THAT(errors[0].message, HasSubstr("UNIQUE constraint failed: users.id"));
  EXPECT_THAT(query("SELECT id FROM users ORDER BY id"), ElementsAre(Row{"a"}, Row{"b"}, Row{"c"}));
}

TEST_F(SqliteSink, ManyRowsWithSomeThatTheDatabaseRefusesAreAllAccountedFor) {
  query("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) < 10))");
  auto s = sink({{"key", {"id"}}, {"rows", 100}});
  std::vector<Item> items;
  std::vector<std::string> bad;
  for (int i = 0; i < 3777; ++i) {
    std::string name = "n" + std::to_string(i);
    if (i % 397 == 5) name = "name that is too long";
    const std::string text = R"({"id":)" + std::to_string(i) + R"(,"name":")" + name + R"("})";
    if (i % 397 == 5) bad.push_back(text);
    items.emplace_back(text);
  }
  s->write(items);
  std::vector<std::string> refused;
  for (const auto& item : s->errors()) {
    EXPECT_EQ(item.code, "sqlite:19");
    refused.push_back(item.value.value());
  }
  EXPECT_EQ(refused, bad);
  EXPECT_EQ(query("SELECT count(*) FROM users")[0][0], std::to_string(3777 - bad.size()));
  EXPECT_EQ(query("SELECT count(*) FROM users WHERE name = 'n' || id")[0][0],
            std::to_string(3777 - bad.size()));
}

TEST_F(SqliteSink, NestedValuesAreKeptAsTheirJsonText) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, tags TEXT, address TEXT)");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id":"a", "tags" : [1, "zwei" ,{"x":null}] , "address":{"city":"Köln"} })"});
  EXPECT_THAT(query("SELECT * FROM users"),
              ElementsAre(Row{"a", R"([1, "zwei" ,{"x":null}])", R"({"city":"Köln"})"}));
}

TEST_F(SqliteSink, QuotesFourByteCharactersAndLongTextsArriveAsTheyAre) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT)");
  auto s = sink({{"key", {"id"}}});
  const std::string quotes = R"(o'; DROP TABLE users; -- "`\)";
  const std::string emoji = "\xF0\x9F\x98\x80 \xE5\xBC\xA0\xE4\xB8\x89";
  const std::string large(10'000, 'x');
  std::vector<Item> items;
  for (const auto& id : {quotes, emoji, large})
    items.emplace_back(nlohmann::json{{"id", id}, {"name", id}}.dump());
  items.emplace_back(R"({"id":"\u00e9\ud83d\ude00\n","name":""})");
  s->write(items);
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT id FROM users WHERE id = name ORDER BY length(id)"),
              ElementsAre(Row{emoji}, Row{quotes}, Row{large}));
  EXPECT_THAT(query("SELECT id, name FROM users WHERE id <> name"),
              ElementsAre(Row{"\xC3\xA9\xF0\x9F\x98\x80\n", ""}));
}

TEST_F(SqliteSink, NamesWithQuotesSpacesAndReservedWordsAreIdentifiers) {
  query(R"(CREATE TABLE "order ""by""" ("select" TEXT PRIMARY KEY, "a ""b`'" INTEGER))");
  auto s = sink({{"table", R"(order "by")"}, {"key", {"select"}}});
  s->write({R"({"select":"x","a \"b`'":5})"});
  EXPECT_THAT(query(R"(SELECT * FROM "order ""by""")"), ElementsAre(Row{"x", "5"}));
}

TEST_F(SqliteSink, ColumnsTakeTheirValuesFromPathsKeysAndHeaders) {
  query(
      "CREATE TABLE users (id TEXT PRIMARY KEY, city TEXT, first_tag TEXT, k TEXT, trace TEXT, whole TEXT)");
  auto s = sink({{"key", {"id"}},
                 {"columns",
                  {{"id", "user.id"},
                   {"city", "user.address.city"},
                   {"first_tag", "tags[0]"},
                   {"k", "$key"},
                   {"trace", "$header.trace"},
                   {"whole", "$"}}}});
  const std::string text = R"({"user":{"id":"a","address":{"city":"Ulm"}},"tags":["t1","t2"],"other":1})";
  Item item(text);
  item.key = "the key";
  item.headers = {{"trace", "42"}};
  s->write({item, R"({"user":{"id":"b"}})"});
  EXPECT_THAT(s->errors(), IsEmpty());
  EXPECT_THAT(query("SELECT * FROM users ORDER BY id"),
              ElementsAre(Row{"a", "Ulm", "t1", "the key", "42", text},
                          Row{"b", "NULL", "NULL", "NULL", "NULL", R"({"user":{"id":"b"}})"}));
  EXPECT_EQ(s->counter("unknown_fields"), 0u);
}

TEST_F(SqliteSink, FieldsWithoutAColumnAreCountedAndNamedOnce) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY)");
  auto s = sink({{"key", {"id"}}});
  s->write({R"({"id":"a","x":1,"y":"z"})", R"({"id":"b","x":1})"});
  s->write({R"({"id":"c","x":1})"});
  EXPECT_EQ(s->counter("unknown_fields"), 4u);
  EXPECT_THAT(s->log_lines(), ElementsAre(HasSubstr("x, y")));
}

TEST_F(SqliteSink, UnknownFieldsCanBeErrors) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY)");
  auto s = sink({{"key", {"id"}}, {"unknown_fields", "error"}});
  s->write({R"({"id":"a","x":1})", R"({"id":"b"})"});
  const auto errors = s->errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, "unknown_field");
  EXPECT_THAT(errors[0].message, HasSubstr("'x'"));
  EXPECT_THAT(query("SELECT id FROM users"), ElementsAre(Row{"b"}));
}

TEST_F(SqliteSink, RecordsThatAreNoRowsGoToTheErrorPort) {
  query("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT)");
  auto s = sink({{"key", {"id"}}});
  Item tombstone;
  s->write({"", "  ", "[1]", "\"id\"", R"({"id":"a")", R"({"id":"a"} x)", R"({"name":"no key"})",
            R"({"id":null})", "{}", tombstone, R"({"id":"good"})"});
  std::vector<std::string> codes;
  for (const auto& item : s->errors()) codes.push_back(item.code);
  EXPECT_THAT(codes, ElementsAre("bad_json", "bad_json", "bad_json", "bad_json", "bad_json", "bad_json",
                                 "missing_key", "missing_key", "missing_key", "bad_json"));
  EXPECT_THAT(query("SELECT id FROM users"), ElementsAre(Row{"good"}));
}

TEST_F(SqliteSink, CreateTableTrueDerivesTheColumnsFromTheFirstRecords) {
  auto s = sink({{"key", {"id"}}, {"create_table", true}});
  s->start();
  s->write({"no json"});
  s->write({R"({"id":"a","n":1,"r":1,"t":"x","b":true,"j":[1],"nothing":null})", "{broken",
            R"({"id":"b","n":2,"r":1.5,"t":"y","b":false,"j":{"k":2},"late":"z"})"});
  EXPECT_EQ(s->errors().size(), 2u);
  EXPECT_THAT(query("SELECT name, type, pk FROM pragma_table_info('users')"),
              ElementsAre(Row{"id", "VARCHAR(191)", "1"}, Row{"n", "BIGINT", "0"}, Row{"r", "DOUBLE", "0"},
                          Row{"t", "TEXT", "0"}, Row{"b", "BOOLEAN", "0"}, Row{"j", "TEXT", "0"},
                          Row{"nothing", "TEXT", "0"}, Row{"late", "TEXT", "0"}));
  EXPECT_THAT(query("SELECT id, n, r, t, b, j, late FROM users ORDER BY id"),
              ElementsAre(Row{"a", "1", "1.0", "x", "1", "[1]", "NULL"},
                          Row{"b", "2", "1.5", "y", "0", R"({"k":2})", "z"}));
  s->write({R"({"id":"a","n":7})"});
  EXPECT_THAT(query("SELECT n FROM users WHERE id = 'a'"), ElementsAre(Row{"7"}));
}

TEST_F(SqliteSink, CreateTableWithTypesMakesExactlyThat) {
  auto s = sink({{"key", {"id"}}, {"create_table", {{"id", "TEXT"}, {"n", "INTEGER NOT NULL DEFAULT 3"}}}});
  s->start();
  EXPECT_THAT(query("SELECT name, type, dflt_value FROM pragma_table_info('users')"),
              ElementsAre(Row{"id", "TEXT", "NULL"}, Row{"n", "INTEGER", "3"}));
  s->write({R"({"id":"a"})"});
  EXPECT_THAT(query("SELECT * FROM users"), ElementsAre(Row{"a", "3"}));
}

}  // namespace
}  // namespace weir::sql
