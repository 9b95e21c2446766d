// SPDX-License-Identifier: Apache-2.0
//
// Windows that are larger than the memory that the process has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Runs a pipeline whose window gets `count` records of 4 KiB, in a process of 400 MiB of addresses.
support::Completed run_window(const std::string& count, const std::string& window) {
  const support::TempDir dir("weir-memory");
  dir.write("p.yaml",
            "checkpoint: {store: none}\n"
            "sources: {in: {plugin: generator, template: '{{hex 4096}}', count: " +
                count + "}}\nwindows:\n  w: {plugin: tumbling, from: in, size: 1000d, time: processing, " +
                window +
                "}\nprocesses: {n: {plugin: aggregate, from: w, values: [{function: count}]}}\n"
                "sinks: {out: {plugin: discard, from: n}}\ndiscard: [w.late, w.error, n.error]\n");
  return support::run({"/bin/sh", "-c", "ulimit -v 409600 && exec '" WEIR_ETL_RUN "' p.yaml"},
                      {.working_dir = dir.path()});
}

class WindowMemory : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers need more addresses than such a process has";
#endif
  }
};

TEST_F(WindowMemory, AWindowThatOutgrowsItStopsThePipelineWithWhatToDo) {
  const auto done = run_window("1000000", "max_bytes: 100GiB");
  EXPECT_EQ(done.status, support::ExitStatus{.code = 1}) << to_string(done.status) << done.err;
  EXPECT_THAT(done.err, AllOf(HasSubstr("there is no memory left"), HasSubstr("`max_bytes`")));
}

TEST_F(WindowMemory, WithinMaxBytesItIsEnough) {
  const auto done = run_window("50000", "max_bytes: 50MiB");
  EXPECT_EQ(done.status, support::ExitStatus{}) << to_string(done.status) << done.err;
  EXPECT_THAT(done.err, HasSubstr("windows_full"));
}

}  // namespace
}  // namespace weir::test
