// SPDX-License-Identifier: Apache-2.0
//
// What a join refuses. What it does stands in tests/pipelines/rules.
#include "join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/testing.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "pipeline_run.h"
#include "plugins/stage_checks.h"
#include "test_stages.h"

namespace weir::join {
namespace {

TEST(JoinOptions, WhatMakesNoSenseIsRefusedWithItsPlace) {
  test::expect_refused<Join>({
      {R"({"lower": 5000, "upper": 1000})", "/upper", "no time lies between"},
      {R"({"lower": 0, "upper": 0, "exclusive": ["upper"]})", "/upper", "no time lies between"},
      {R"({"lower": 0, "upper": 5, "exclusive": ["both"]})", "/exclusive", "found 'both'"},
      {R"({"lower": 0})", "", "needs `lower` and `upper`"},
      {R"({})", "", "for a join by windows give `size`"},
      {R"({"lower": 0, "upper": 5, "slide": 5})", "/slide", "belongs to a join by windows"},
      {R"({"lower": 0, "upper": 5, "offset": 1000})", "/offset",
       "belongs to a join by windows; give their `size`"},
      {R"({"size": 10, "upper": 5})", "/upper", "belongs to a join by an interval"},
      {R"({"size": 10, "slide": 20})", "/slide", "find no partner"},
      {R"({"size": 10, "time_zone": "Asia/Shanghai"})", "/time_zone", "whole days"},
      {R"({"lower": 0, "upper": 5, "prefixes": {"left": "l_"}})", "/prefixes", "output: merged"},
      {R"({"lower": 0, "upper": 5, "output": "merged", "names": {"left": "l"}})", "/names", "output: nested"},
      {R"({"lower": 0, "upper": 5, "names": {"left": "x", "right": "x"}})", "/names/right", "two names"},
  });
}

TEST(JoinOptions, ASideWhoseRecordsAreJoinedWithNullHasNoPortForThem) {
  const auto ports = [](const std::string& type) {
    const Options options(nlohmann::json{{"type", type}, {"output", "merged"}});
    PortList list = Join::ports(options);
    std::string names;
    for (const auto* const* port = list.freeze(); *port != nullptr; ++port)
      names += std::string((*port)->name) + " ";
    return names;
  };
  EXPECT_EQ(ports("inner"), "out late_left late_right unmatched_left unmatched_right ");
  EXPECT_EQ(ports("left"), "out late_left late_right unmatched_right ");
  EXPECT_EQ(ports("right"), "out late_left late_right unmatched_left ");
  EXPECT_EQ(ports("outer"), "out late_left late_right ");
}

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
  EXPECT_EQ(Join::takes(Options({{"output", "merged"}}), 0), R"({"type":"object"})");
  EXPECT_EQ(Join::takes(Options({{"output", "nested"}}), 0), "");
}

}  // namespace
}  // namespace weir::join
