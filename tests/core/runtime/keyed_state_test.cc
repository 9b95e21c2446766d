// SPDX-License-Identifier: Apache-2.0
//
// State by key from one run to the next; the rules are in tests/core/testing.
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

}  // namespace
}  // namespace weir::test
