// SPDX-License-Identifier: Apache-2.0
//
// Keys, state by key, several inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(KeyedState, EachKeyHasAStateOfItsOwn) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: ['{"k":"a"}', '{"k":"b"}', '{"k":"a"}', '{"k":7}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 1", "b 1", "a 2", "7 1"));
}

TEST(KeyedState, AKeyMayBeOfSeveralFields) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: ['{"k":"a","l":1}', '{"k":"a","l":2}', '{"k":"a","l":1}']}}
processes: {count: {plugin: visits, from: in, key: [k, l]}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("[\"a\",1] 1", "[\"a\",2] 1", "[\"a\",1] 2"));
}

TEST(KeyedState, ARecordWithoutTheKeyFailsAndTheOthersGoOn) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: ['{"k":"a"}', '{"l":1}', '{"k":{}}', '{"k":"a"}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks:
  out: {plugin: keep, from: count}
  bad: {plugin: keep, from: count.error}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 1", "a 2"));
  EXPECT_THAT(board().events("bad got "),
              ElementsAre("{\"l\":1} (count.error no_key 1)", "{\"k\":{}} (count.error no_key 1)"));
}

TEST(KeyedState, TouchingStateWithoutAKeySaysWhatToWriteInTheFile) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: ['{}']}}
processes: {count: {plugin: visits, from: in}}
sinks: {out: {plugin: keep, from: count}}
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "no_key");
  EXPECT_THAT(failure->message, HasSubstr("write `key: FIELD`"));
}

TEST(KeyedState, BroadcastStateIsReadFromTheDataSide) {
  PipelineRun run(R"(
sources:
  rules: {plugin: script, values: [a=1, b=2]}
  in: {plugin: script, values: [a, b, c]}
processes: {apply: {plugin: rules, from: {data: in, rules: rules}}}
sinks: {out: {plugin: keep, from: apply}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a:1", "b:2", "c?"));
}

TEST(KeyedState, BroadcastStateIsWrittenFromTheBroadcastSideOnly) {
  PipelineRun run(R"(
sources:
  rules: {plugin: script, values: []}
  in: {plugin: script, values: [write]}
processes: {apply: {plugin: rules, from: {data: in, rules: rules}}}
sinks: {out: {plugin: keep, from: apply}}
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "read_only");
  EXPECT_THAT(board().events("out got "), IsEmpty());
}

}  // namespace
}  // namespace weir::test
