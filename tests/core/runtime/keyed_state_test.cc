// SPDX-License-Identifier: Apache-2.0
//
// Keys, state by key, several inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(KeyedState, EachKeyHasAStateOfItsOwn) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: ['{"k":"a"}', '{"k":"b"}', '{"k":"a"}', '{"k":7}']}}
processes: {count: {plugin: visits, from: in, key: k}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 1", "b 1", "a 2", "7 1"));
}

TEST(KeyedState, AKeyMayBeOfSeveralFields) {
  PipelineRun run(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, values: ['{"k":"a","l":1}', '{"k":"a","l":2}', '{"k":"a","l":1}']}}
processes: {count: {plugin: visits, from: in, key: [k, l]}}
sinks: {out: {plugin: keep, from: count}}
)");
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("[\"a\",1] 1", "[\"a\",2] 1", "[\"a\",1] 2"));
}

TEST(KeyedState, ARecordWithoutTheKeyFailsAndTheOthersGoOn) {
  PipelineRun run(R"(
checkpoint: {store: none}
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
checkpoint: {store: none}
sources: {in: {plugin: script, values: ['{}']}}
processes: {count: {plugin: visits, from: in}}
sinks: {out: {plugin: keep, from: count}}
)");
  const auto failure = run.run();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, "no_key");
  EXPECT_THAT(failure->message, HasSubstr("write `key: FIELD`"));
}

TEST(KeyedState, ARestartGoesOnWithStateTimersAndEventTime) {
  const std::string folder = ::testing::TempDir() + "weir-restart-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  const auto pipeline = [&](const std::string& values, const std::string& stay) {
    return "checkpoint: {store: " + folder + "}\n" +
           "sources: {in: {plugin: script, event_time: t, stay: " + stay + ", values: [" + values + "]}}\n" +
           "processes: {count: {plugin: visits, from: in, key: k}}\nsinks: {out: {plugin: keep, from: "
           "count}}\n";
  };
  const std::string first = R"('{"k":"a","t":1,"timer":30}', '{"k":"b","t":20}')";
  {
    PipelineRun run(pipeline(first, "true"));
    run.start();
    EXPECT_TRUE(board().wait_for("out got b 1"));
    run.job().stop();
    EXPECT_FALSE(run.wait());
  }
  PipelineRun run(pipeline(first + R"(, '{"k":"a","t":21}', '{"k":"b","t":31}')", "false"));
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAre("a 2", "b 2", "a timer 30 2 at 30"));
  std::filesystem::remove_all(folder);
}

TEST(KeyedState, StateOfAStageThatIsGoneIsNotForgottenInSilence) {
  const std::string folder = ::testing::TempDir() + "weir-gone-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  const auto pipeline = [&](const std::string& name) {
    return "checkpoint: {store: " + folder +
           "}\nsources: {in: {plugin: script, values: ['{\"k\":\"a\"}']}}\n" + "processes: {" + name +
           ": {plugin: visits, from: in, key: k}}\nsinks: {out: {plugin: keep, from: " + name + "}}\n";
  };
  {
    PipelineRun run(pipeline("count"));
    EXPECT_FALSE(run.run());
  }
  PipelineRun run(pipeline("renamed"));
  try {
    run.start();
    FAIL() << "it starts without the state";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("'count'"));
  }
  std::filesystem::remove_all(folder);
}

TEST(KeyedState, BroadcastStateIsReadFromTheDataSide) {
  PipelineRun run(R"(
checkpoint: {store: none}
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
checkpoint: {store: none}
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
