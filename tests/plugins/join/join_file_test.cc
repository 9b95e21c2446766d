// SPDX-License-Identifier: Apache-2.0
//
// Files with joins that are refused.
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "join.h"
#include "pipeline_run.h"
#include "test_stages.h"

namespace weir::join {
namespace {

/// What is wrong with a file in which `more` belongs to a join of the sources a and b, and `behind` follows.
std::string problem(const std::string& more, const std::string& behind = "") {
  try {
    const test::PipelineRun run(
        R"(checkpoint: {store: none}
sources: {a: {plugin: script, event_time: t, values: []}, b: {plugin: script, event_time: t, values: []}}
processes:
  both:
    plugin: join
    lower: 0s
    upper: 1h
)" + more + "\n" +
            behind +
            R"(discard: [both.error, both.late_left, both.late_right, both.unmatched_left, both.unmatched_right]
)",
        {detail::Trampoline<Join>::plugin()});
    return "";
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}

const char* const kOut = "sinks: {out: {plugin: keep, from: both}}\n";

TEST(JoinInAFile, WithoutKeyOrWithABroadcastInputItIsRefused) {
  EXPECT_EQ(problem("    from: {left: a, right: b}\n    key: id", kOut), "");
  EXPECT_EQ(
      problem("    from: {left: a, right: b}", kOut),
      "test.yaml:4:3: stage 'both' (process 'join') does its work for each key, and has none; expected key: "
      "FIELD, or key: $key for the records' own\n");
  EXPECT_EQ(
      problem("    from:\n      left: a\n      right: {from: b, broadcast: true}\n    key: id", kOut),
      "test.yaml:10:21: input 'right' of stage 'both' (process 'join') cannot be broadcast: its records "
      "belong to their keys, and what all tasks see belongs to none; expected right: b\n");
}

TEST(JoinInAFile, WhatCanNeverFitBehindItIsRefused) {
  const std::string behind = R"(  again:
    plugin: join
    from: {left: both, right: b}
    key: id
    size: 1h
    output: merged
sinks: {out: {plugin: keep, from: [again, again.late_left, again.late_right, again.unmatched_left, again.unmatched_right]}}
)";
  EXPECT_EQ(problem("    from: {left: a, right: b}\n    key: id", behind), "") << "pairs are objects";
  EXPECT_EQ(Join::takes(Options(nlohmann::json{{"output", "merged"}}), 0), R"({"type":"object"})");
  EXPECT_EQ(Join::takes(Options(nlohmann::json{{"output", "nested"}}), 0), "");
}

}  // namespace
}  // namespace weir::join
