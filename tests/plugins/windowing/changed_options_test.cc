// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint that was made with other options.
#include <gtest/gtest.h>

#include <string>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir::test {
namespace {

class ChangedOptions : public ::testing::Test {
 protected:
  support::Completed run(const std::string& window) const {
    dir_.write("p.yaml",
               "checkpoint: {store: store}\n"
               "sources: {in: {plugin: file, path: '*.txt', event_time: t}}\n"
               "windows: {w: {from: in, key: k, " +
                   window +
                   "}}\n"
                   "discard: [w.late]\n"
                   "sinks: {out: {plugin: discard, from: w}}\n");
    return support::run({WEIR_ETL_RUN, "p.yaml"}, {.working_dir = dir_.path()});
  }

  support::TempDir dir_{"weir-changed"};
};

TEST_F(ChangedOptions, ASessionWithAnotherAggregateDoesNotTakeUpTheState) {
  dir_.write("1.txt", "{\"k\": \"a\", \"t\": 1, \"n\": 1}\n");
  const auto first = run("plugin: session, gap: 10s, aggregate: [{function: count}]");
  ASSERT_EQ(first.status.code, 0) << first.err;
  const auto changed = run("plugin: session, gap: 10s, aggregate: [{function: sum, field: n}]");
  EXPECT_EQ(changed.status.code, 1);
  EXPECT_EQ(changed.err,
            "etl-run: the checkpoint holds state that the pipeline cannot take up:\n"
            "  stage 'w' was another one: `aggregate` was [{\"function\":\"count\"}] and is "
            "[{\"field\":\"n\",\"function\":\"sum\"}]\n"
            "change the file back, or begin without it: --drop-state w\n");
  EXPECT_EQ(run("plugin: session, gap: 10s, aggregate: [{function: count}]").status.code, 0);
}

TEST_F(ChangedOptions, TheLatenessMayBeAnother) {
  dir_.write("1.txt", "{\"k\": \"a\", \"t\": 1}\n");
  ASSERT_EQ(run("plugin: session, gap: 10s, aggregate: [{function: count}]").status.code, 0);
  const auto changed = run("plugin: session, gap: 10s, allowed_lateness: 1m, aggregate: [{function: count}]");
  EXPECT_EQ(changed.status.code, 0) << changed.err;
}

}  // namespace
}  // namespace weir::test
