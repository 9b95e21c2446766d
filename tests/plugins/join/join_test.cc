// SPDX-License-Identifier: Apache-2.0
//
// What a join refuses. What it does stands in tests/pipelines/rules.
#include "join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/testing.h>

#include <nlohmann/json.hpp>
#include <string>

#include "plugins/stage_checks.h"

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
      {R"({"lower": 0, "upper": 5, "report_partly_late": true})", "/report_partly_late",
       "belongs to a join by windows; give their `size`"},
      {R"({"size": 10, "report_partly_late": true})", "/report_partly_late", "shorter than the `size`"},
      {R"({"lower": 0, "upper": 5, "max_bytes": 1})", "/max_bytes", "has no room for one record"},
      {R"({"size": 10, "slide": 1, "max_bytes": 2000})", "/max_bytes", "has no room for one record"},
      {R"({"size": 10, "upper": 5})", "/upper", "belongs to a join by an interval"},
      {R"({"size": 10, "slide": 20})", "/slide", "find no partner"},
      {R"({"size": 10, "time_zone": "Asia/Shanghai"})", "/time_zone", "whole days"},
      {R"({"lower": 0, "upper": 5, "prefixes": {"left": "l_"}})", "/prefixes", "output: merged"},
      {R"({"lower": 0, "upper": 5, "output": "merged", "names": {"left": "l"}})", "/names", "output: nested"},
      {R"({"lower": 0, "upper": 5, "names": {"left": "x", "right": "x"}})", "/names/right", "two names"},
  });
}

using weir::testing::Harness;

/// What is held of a record of each side at 1,000 when event time has come so far.
std::size_t held_at(Harness<Join>& join, std::int64_t watermark) {
  join.process_into("left", {{"{}", 1'000}}, {"a"});
  join.process_into("right", {{"{}", 1'000}}, {"a"});
  join.watermark(watermark);
  return join.held();
}

TEST(Join, WhatCanHaveNoPartnerAnyMoreIsForgotten) {
  Harness<Join> interval(R"({"lower": -10, "upper": 20})");
  const std::size_t both = held_at(interval, 1'010);
  interval.watermark(1'011);
  EXPECT_GT(interval.held(), 0u);
  EXPECT_LT(interval.held(), both);
  interval.watermark(1'020);
  EXPECT_GT(interval.held(), 0u);
  interval.watermark(1'021);
  EXPECT_EQ(interval.held(), 0u);

  Harness<Join> windows(R"({"size": 100})");
  EXPECT_GT(held_at(windows, 1'098), 0u);
  windows.watermark(1'099);
  EXPECT_EQ(windows.held(), 0u);
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

}  // namespace
}  // namespace weir::join
