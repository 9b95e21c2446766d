// SPDX-License-Identifier: Apache-2.0
//
// What leaves by a port is compared with what the plugin declares of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string pipeline(const std::string& plugin, const std::string& values) {
  return "sources: {in: {plugin: script, values: [" + values + "]}}\n" +
         "processes: {ages: {plugin: " + plugin + ", from: in}}\n" + "discard: [ages.groups]\n" +
         "sinks: {out: {plugin: keep, from: ages}}\n";
}

class PortCheck : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(OnTheTaskAndOnWorkers, PortCheck, ::testing::Values("typed", "slow_typed"));

TEST_P(PortCheck, RecordsThatFitPass) {
  PipelineRun run(pipeline(GetParam(), R"('{"age":1}', '{"age":2,"x":[]}')"));
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre(R"({"age":1})", R"({"age":2,"x":[]})"));
}

TEST_P(PortCheck, ARecordThatDoesNotFitStopsThePipelineBeforeAnyoneGetsIt) {
  PipelineRun run(pipeline(GetParam(), R"('{"age":1}', '{"age":"2"}')"));
  const auto reason = run.run();
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->stage, "ages");
  EXPECT_EQ(reason->code, "port_schema");
  EXPECT_EQ(reason->message,
            "the record in[t/0@1], which left by port 'out', does not fit the port's JSON Schema: /age is a "
            "string; expected an integer");
  EXPECT_THAT(board().events("commit t/0=2"), IsEmpty());
  for (const auto& value : board().events("out got ")) EXPECT_EQ(value, R"({"age":1})");
}

TEST_P(PortCheck, AGroupByAPortOfRecordsStopsThePipeline) {
  PipelineRun run(pipeline(GetParam(), "'!'"));
  const auto reason = run.run();
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->code, "port_item");
  EXPECT_EQ(reason->message, "port 'out' is declared to carry records, but a group left by it");
}

TEST_P(PortCheck, RecordsByAPortOfGroupsStopThePipeline) {
  PipelineRun run(pipeline(GetParam(), "'?'"));
  const auto reason = run.run();
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->stage, "ages");
  EXPECT_EQ(reason->message, "port 'groups' is declared to carry groups, but records left by it");
}

TEST_P(PortCheck, WithoutItNothingIsCompared) {
  PipelineRun run(pipeline(GetParam(), "no JSON"), PipelineRun::Ports::kAsTheyCome);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("no JSON"));
}

}  // namespace
}  // namespace weir::test
