// SPDX-License-Identifier: Apache-2.0
#include "sql_lookup.h"

#include <weir/testing.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/sqlite_file.h"
#include "support/temp_dir.h"

namespace weir::sql_lookup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Harness = weir::testing::Harness<SqlLookup>;
using weir::testing::Item;
using weir::testing::PluginError;

class SqliteLookup : public ::testing::Test {
 protected:
  SqliteLookup() : file_(dir_ / "shop.db") {
    file_.query(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);"
        "INSERT INTO customer VALUES (1, 'Ann', 'Ulm'), (2, 'Bo', NULL), (3, 'Cy', 'Bonn')");
  }

  std::unique_ptr<Harness> lookup(const nlohmann::json& options = nlohmann::json::object()) {
    nlohmann::json all = {{"url", "sqlite:" + (dir_ / "shop.db").string()},
                          {"query", "SELECT id, name, city FROM customer WHERE id IN ({{keys}})"},
                          {"key_columns", {"id"}}};
    all.update(options);
    for (auto it = all.begin(); it != all.end();) it = it->is_null() ? all.erase(it) : std::next(it);
    return std::make_unique<Harness>(all.dump());
  }

  support::TempDir dir_{"weir-sql-lookup"};
  support::SqliteFile file_;
};

TEST_F(SqliteLookup, RecordsAreJoinedWithTheirRowsByOneQuery) {
  auto l = lookup();
  l->process({R"({"id":2,"n":1})", R"({"id":1})", R"({"id":2,"n":2})", R"({"id":9})"});
  EXPECT_THAT(l->values(), ElementsAre(R"({"n":1,"id":2,"name":"Bo","city":null})",
                                       R"({"id":1,"name":"Ann","city":"Ulm"})",
                                       R"({"n":2,"id":2,"name":"Bo","city":null})"));
  EXPECT_THAT(l->values("not_found"), ElementsAre(R"({"id":9})"));
  EXPECT_EQ(l->counter("queries"), 1u);
}

TEST_F(SqliteLookup, AJoinedRecordKeepsKeyHeadersTimeAndOrigin) {
  auto l = lookup({{"join", "nest"}, {"under", "customer"}, {"match", {"order.by"}}});
  Item item(R"({"order":{"by":3}})");
  item.key = "k";
  item.headers = {{"h", "v"}};
  item.event_time = 5;
  item.origin = "orders";
  item.position = 7;
  l->process({item});
  const auto out = l->out();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].value, R"({"order":{"by":3},"customer":{"id":3,"name":"Cy","city":"Bonn"}})");
  EXPECT_EQ(out[0].key, "k");
  EXPECT_EQ(out[0].headers, item.headers);
  EXPECT_EQ(out[0].event_time, 5);
  EXPECT_EQ(out[0].origin, "orders");
  EXPECT_EQ(out[0].position, 7);
}

TEST_F(SqliteLookup, GroupsAreLookedUpAndCutIntoBatches) {
  auto l = lookup({{"batch", 2}, {"join", "replace"}});
  l->group({R"({"id":1})", R"({"id":2})", R"({"id":3})"});
  EXPECT_THAT(l->out(), SizeIs(3));
  EXPECT_EQ(l->counter("queries"), 2u);
}

TEST_F(SqliteLookup, KeysOfSeveralFields) {
  file_.query(
      "CREATE TABLE price (shop TEXT, item TEXT, cents INT);"
      "INSERT INTO price VALUES ('a', 'bc', 10), ('ab', 'c', 20), ('a', 'c', 30)");
  auto l = lookup({{"query", "SELECT * FROM price WHERE (shop, item) IN ({{keys}})"},
                   {"key_columns", {"shop", "item"}},
                   {"match", {"s", "i"}},
                   {"join", "nest"},
                   {"under", "price"}});
  l->process({R"({"s":"ab","i":"c"})", R"({"s":"a","i":"bc"})", R"({"s":"x","i":"c"})"});
  EXPECT_THAT(l->values(), ElementsAre(R"({"s":"ab","i":"c","price":{"shop":"ab","item":"c","cents":20}})",
                                       R"({"s":"a","i":"bc","price":{"shop":"a","item":"bc","cents":10}})"));
  EXPECT_THAT(l->values("not_found"), ElementsAre(R"({"s":"x","i":"c"})"));
}

TEST_F(SqliteLookup, WithoutKeysEachRecordIsAskedForAlone) {
  auto l = lookup({{"query", "SELECT name FROM customer WHERE id < {{most}} AND city = {{city}}"},
                   {"key_columns", nullptr}});
  l->process({R"({"most":3,"city":"Ulm"})", R"({"most":1,"city":"Ulm"})", R"({"most":3,"city":"Ulm"})"});
  EXPECT_THAT(l->values(), ElementsAre(R"({"most":3,"city":"Ulm","name":"Ann"})",
                                       R"({"most":3,"city":"Ulm","name":"Ann"})"));
  EXPECT_THAT(l->values("not_found"), ElementsAre(R"({"most":1,"city":"Ulm"})"));
  EXPECT_EQ(l->counter("queries"), 2u);
}

TEST_F(SqliteLookup, SeveralRowsAreAnErrorUnlessAskedFor) {
  const nlohmann::json query = {
      {"query", "SELECT city, name FROM customer WHERE city IN ({{keys}}) ORDER BY id"},
      {"key_columns", {"city"}}};
  file_.query("INSERT INTO customer VALUES (4, 'Di', 'Ulm')");
  auto strict = lookup(query);
  strict->process({R"({"city":"Ulm"})", R"({"city":"Bonn"})"});
  EXPECT_THAT(strict->values(), ElementsAre(R"({"city":"Bonn","name":"Cy"})"));
  const auto errors = strict->errors();
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].code, "several_rows");
  EXPECT_THAT(errors[0].message, HasSubstr("2 rows"));

  nlohmann::json first = query;
  first["several"] = "first";
  auto one = lookup(first);
  one->process({R"({"city":"Ulm"})"});
  EXPECT_THAT(one->values(), ElementsAre(R"({"city":"Ulm","name":"Ann"})"));

  nlohmann::json list = query;
  list.update({{"several", "list"}, {"join", "nest"}, {"under", "people"}});
  auto all = lookup(list);
  all->process({R"({"city":"Ulm"})", R"({"city":"Bonn"})"});
  EXPECT_THAT(
      all->values(),
      ElementsAre(R"({"city":"Ulm","people":[{"city":"Ulm","name":"Ann"},{"city":"Ulm","name":"Di"}]})",
                  R"({"city":"Bonn","people":[{"city":"Bonn","name":"Cy"}]})"));
}

TEST_F(SqliteLookup, ValuesKeepWhatTheyAre) {
  file_.query(
      "CREATE TABLE v (k, x); INSERT INTO v VALUES ('int', 9007199254740993), ('real', 0.1), "
      "('text', 'a\"b'), ('null', NULL), ('bytes', x'00ff'), ('infinite', 9e999)");
  auto l = lookup({{"query", "SELECT k, x FROM v WHERE k IN ({{keys}})"}, {"key_columns", {"k"}}});
  l->process({R"({"k":"int"})", R"({"k":"real"})", R"({"k":"text"})", R"({"k":"null"})", R"({"k":"bytes"})",
              R"({"k":"infinite"})"});
  EXPECT_THAT(l->values(), ElementsAre(R"({"k":"int","x":9007199254740993})", R"({"k":"real","x":0.1})",
                                       R"({"k":"text","x":"a\"b"})", R"({"k":"null","x":null})",
                                       R"({"k":"bytes","x":"AP8="})", R"({"k":"infinite","x":"inf"})"));
}

TEST_F(SqliteLookup, NumbersMatchByWhatTheyAreWorth) {
  file_.query("CREATE TABLE n (k REAL, v TEXT); INSERT INTO n VALUES (12.5, 'x'), (3, 'y')");
  auto l = lookup(
      {{"query", "SELECT k, v FROM n WHERE k IN ({{keys}})"}, {"key_columns", {"k"}}, {"join", "replace"}});
  l->process({R"({"k":12.50})", R"({"k":1.25e1})", R"({"k":3})"});
  EXPECT_THAT(l->values(),
              ElementsAre(R"({"k":12.5,"v":"x"})", R"({"k":12.5,"v":"x"})", R"({"k":3,"v":"y"})"));
}

TEST_F(SqliteLookup, TextThatLooksLikeSqlIsOnlyAValue) {
  auto l =
      lookup({{"query", "SELECT name FROM customer WHERE name IN ({{keys}})"}, {"key_columns", {"name"}}});
  l->process({R"({"name":"x') OR 1=1 --"})"});
  EXPECT_THAT(l->values(), IsEmpty());
  EXPECT_THAT(l->out("not_found"), SizeIs(1));
}

TEST_F(SqliteLookup, RecordsThatCannotAskGoToErrorWithTheReason) {
  auto l = lookup();
  l->process({R"({"x":1})", "{broken", R"({"id":[1]})", R"({"id":1})"});
  const auto errors = l->errors();
  ASSERT_THAT(errors, SizeIs(3));
  EXPECT_EQ(errors[0].code, "no_key");
  EXPECT_THAT(errors[0].message, HasSubstr("at 'id', found nothing"));
  EXPECT_EQ(errors[1].code, "bad_json");
  EXPECT_EQ(errors[2].code, "no_key");
  EXPECT_THAT(l->out(), SizeIs(1));
}

TEST_F(SqliteLookup, AnswersAreKeptForTheirTimeAndMissingOnesForTheirs) {
  auto l = lookup({{"cache", {{"time", 10'000}, {"missing", 1'000}}}});
  l->process({R"({"id":1})", R"({"id":9})"});
  file_.query("UPDATE customer SET city = 'Rom' WHERE id = 1; INSERT INTO customer VALUES (9, 'Io', 'Kiel')");
  l->process({R"({"id":1})", R"({"id":9})"});
  EXPECT_EQ(l->counter("queries"), 1u);
  EXPECT_EQ(l->counter("cache_hits"), 2u);
  EXPECT_THAT(l->values("not_found"), SizeIs(2));
  l->out();
  l->advance(std::chrono::seconds(2));
  l->process({R"({"id":1})", R"({"id":9})"});
  EXPECT_THAT(l->values(),
              ElementsAre(R"({"id":1,"name":"Ann","city":"Ulm"})", R"({"id":9,"name":"Io","city":"Kiel"})"));
  l->advance(std::chrono::seconds(9));
  l->process({R"({"id":1})"});
  EXPECT_THAT(l->values(), ElementsAre(R"({"id":1,"name":"Ann","city":"Rom"})"));
}

TEST_F(SqliteLookup, WithoutACacheEachBatchIsAskedAnew) {
  auto l = lookup();
  l->process({R"({"id":1})"});
  l->process({R"({"id":1})"});
  EXPECT_EQ(l->counter("queries"), 2u);
}

TEST_F(SqliteLookup, WhatAPersonMustPutRightStopsThePipelineAtTheStart) {
  const auto stop_of = [&](const nlohmann::json& options) -> std::string {
    try {
      lookup(options)->start();
    } catch (const PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      return e.what();
    }
    return "it started";
  };
  EXPECT_THAT(stop_of({{"query", "SELECT id FROM absent WHERE id IN ({{keys}})"}}),
              HasSubstr("create it, or correct"));
  EXPECT_THAT(stop_of({{"query", "SELECT name FROM customer WHERE id IN ({{keys}})"}}),
              HasSubstr("no column 'id' (they have name)"));
  EXPECT_THAT(stop_of({{"query", "DELETE FROM customer WHERE id IN ({{keys}})"}}),
              HasSubstr("expected a SELECT"));
  EXPECT_THAT(stop_of({{"query", "SELEC {{keys}}"}}), HasSubstr("syntax error"));
  EXPECT_THAT(stop_of({{"url", "sqlite:/no/such/folder/x.db"}}), HasSubstr("folder must be there"));
}

}  // namespace
}  // namespace weir::sql_lookup
