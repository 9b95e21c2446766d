// SPDX-License-Identifier: Apache-2.0
//
// A stop ends, whatever a plugin waits for.
#include <gmock/gmock.h>

#include <csignal>
#include <set>
#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::HasSubstr;

class AStop : public EtlRun {
 protected:
  static constexpr int kRecords = 20000;

  void write_pipeline(const std::string& in) {
    std::string lines;
    for (int i = 0; i < kRecords; ++i) lines += std::to_string(i) + "\n";
    dir_.write("in.txt", lines);
    dir_.write("p.yaml", R"(pipeline: stops
checkpoint: {store: store, every: 1ms}
stop_timeout: 10ms
sources: {in: {plugin: file, path: in.txt}}
processes: {work: {plugin: stuck, from: in, after: in.txt, stuck: stuck, until: never, in: )" +
                             in + R"(}}
sinks: {out: {plugin: file, from: work, path: out.txt}}
)");
  }
  std::unique_ptr<support::ChildProcess> start_pipeline() {
    return start({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS});
  }
  void expect_ends_by_a_signal(support::ChildProcess& child, const std::string& file,
                               const std::string& why) {
    ASSERT_TRUE(wait_until(kLongWait, [&] { return exists(file); })) << child.err();
    child.signal(SIGTERM);
    const auto status = child.wait();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, 1);
    EXPECT_THAT(child.err(), HasSubstr("was stopped and has not ended in time: " + why));
  }
};

TEST_F(AStop, DoesNotWaitForACallThatNeverComesBack) {
  write_pipeline("call");
  expect_ends_by_a_signal(*start_pipeline(), "stuck",
                          "1 of 1 tasks were still in a call of a plugin or in a checkpoint; what was read "
                          "since the last positions were kept is read again at the next start");
  // What the file `stuck` tells the plugin is that it has been.
  const auto next = etl_run({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS});
  EXPECT_EQ(next.status.code, 0) << next.err;
  const auto lines = lines_of("out.txt");
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), std::size_t{kRecords});
}

TEST_F(AStop, OfAPipelineThatHasFailedDoesNotWaitForItsPluginsToGo) {
  write_pipeline("end");
  expect_ends_by_a_signal(*start_pipeline(), "stuck", "a call of a plugin has not come back");
}

TEST_F(AStop, DoesNotWaitForARecoveryThatNeverEnds) {
  dir_.write("in.txt", "1\n");
  dir_.write("p.yaml", R"(pipeline: stops
delivery: exactly_once
checkpoint: {store: store}
stop_timeout: 10ms
sources: {in: {plugin: file, path: in.txt}}
sinks: {out: {plugin: reluctant, from: in, asked: asked, until: go}}
)");
  expect_ends_by_a_signal(*start_pipeline(), "asked",
                          "stage 'out' was still being asked for the checkpoint or the transactions of the "
                          "last run; nothing had been read");
  dir_.write("go", "");
  const auto next = etl_run({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS});
  EXPECT_EQ(next.status.code, 0) << next.err;
}

}  // namespace
}  // namespace weir::test
