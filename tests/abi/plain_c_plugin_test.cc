// SPDX-License-Identifier: Apache-2.0
//
// A plugin that knows abi.h and nothing else, run by etl-run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

support::Completed run_in(const support::TempDir& dir, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), WEIR_ETL_RUN);
  arguments.insert(arguments.end(), {"--plugin-dir", WEIR_ABI_LIBRARIES});
  return support::run(std::move(arguments), {.working_dir = dir.path()});
}

TEST(PlainCPlugin, RunsInAPipelineFile) {
  const support::TempDir dir;
  dir.write("in", "abc\n\n\xE2\x82\xAC 5\nlast");
  dir.write("p.yaml", R"(
sources: {lines: {plugin: file, path: in}}
processes: {backwards: {plugin: reverse, from: lines}}
sinks:
  out: {plugin: file, from: backwards, path: out}
  failed: {plugin: file, from: backwards.error, path: failed, format: envelope}
)");
  const auto done = run_in(dir, {"p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(dir.read("out"), "cba\n5 \xAC\x82\xE2\ntsal\n");
  EXPECT_THAT(dir.read("failed"),
              MatchesRegex(R"(\{"weir":1,"value":"","origin":\{"source":"lines","name":"in","position":2\},)"
                           R"("stage":"backwards","port":"error","code":"empty",)"
                           R"("message":"there is nothing to turn round","attempts":1,.*\})"
                           "\n"));
  EXPECT_THAT(done.err, HasSubstr("backwards: bytes 12\n"));
  EXPECT_THAT(done.err, HasSubstr("account: read 4 = written 4 ("));
}

TEST(PlainCPlugin, IsDescribed) {
  const support::TempDir dir;
  const auto done = run_in(dir, {"plugins", "reverse"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("reverse, a process (version 1.0)\n  Turns values round, byte by byte.\n"));
}

}  // namespace
}  // namespace weir
