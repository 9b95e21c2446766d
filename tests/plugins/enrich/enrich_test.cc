// SPDX-License-Identifier: Apache-2.0
//
// What enrich does in several tasks, and what it takes. The rest stands in tests/pipelines/rules.
#include "enrich.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <nlohmann/json.hpp>
#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::enrich {
namespace {

using test::board;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST(Enrich, ABrokenRowLeavesOnceHoweverManyTasksSeeIt) {
  for (const char* tasks : {"1", "3"}) {
    test::PipelineRun run("tasks: " + std::string(tasks) + R"(
checkpoint: {store: none}
sources:
  rows: {plugin: shards, partitions: 1, values: ['{"name":"Ann"}', 'x', '{"id":2}', '{"id":3,"row":5}']}
  data: {plugin: shards, partitions: 3, values: ['{"by":1}', '{"by":2}', '{"no":1}', 'y']}
processes: {named: {plugin: enrich, from: {data: data, rows: rows}, match: by, row_key: id, row: row}}
sinks:
  out: {plugin: keep, from: [named, named.unmatched]}
  bad: {plugin: keep, from: named.error}
)",
                          {detail::Trampoline<Enrich>::plugin()});
    EXPECT_FALSE(run.run());
    EXPECT_THAT(board().events("out got "), UnorderedElementsAre("{\"by\":1}", "{\"by\":2}")) << tasks;
    EXPECT_THAT(
        board().events("bad got "),
        UnorderedElementsAre("{\"name\":\"Ann\"} (named.error no_key 1)", "x (named.error bad_json 1)",
                             "{\"id\":3,\"row\":5} (named.error bad_row 1)",
                             "{\"no\":1} (named.error no_key 1)", "y (named.error bad_json 1)"))
        << tasks;
  }
}

TEST(Enrich, TakesObjectsWithTheFieldsOfTheKeys) {
  const auto takes = [](const char* options, std::uint32_t input) {
    return Enrich::takes(Options(nlohmann::json::parse(options)), input);
  };
  const char* const merged = R"({"match": "customer.id", "row_key": "$key", "join": "merge"})";
  EXPECT_EQ(takes(merged, 0), R"({"required":["customer"],"type":"object"})");
  EXPECT_EQ(takes(merged, 1), "") << "a row may be any value, its key beside it";
  EXPECT_EQ(takes(R"({"match": "$key", "row_key": "id", "join": "nest"})", 0), R"({"type":"object"})");
  EXPECT_EQ(takes(R"({"match": "$key", "row_key": "id", "join": "replace"})", 0), "");
  EXPECT_EQ(takes(R"({"match": "$key", "row_key": "id", "join": "replace"})", 1),
            R"({"required":["id"],"type":"object"})");
}

}  // namespace
}  // namespace weir::enrich
