// SPDX-License-Identifier: Apache-2.0
//
// Stages that make no sense where they stand: what etl-run says of the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What `etl-run check` writes of a file with that stage; `timed` tells event time, `in` does not.
std::string check_of(const std::string& section, const std::string& stage) {
  const support::TempDir dir("weir-surroundings");
  dir.write("p.yaml",
            "checkpoint: {store: none}\n"
            "sources: {in: {plugin: file, path: a}, timed: {plugin: file, path: b, event_time: t}}\n" +
                section + ":\n  s: {" + stage +
                "}\nsinks: {out: {plugin: discard, from: s}, rest: {plugin: discard, "
                "from: [in, timed]}}\n");
  return support::run({WEIR_ETL_RUN, "check", "p.yaml"}, {.working_dir = dir.path()}).err;
}

TEST(Surroundings, WindowsOfEventTimeNeedOne) {
  for (const std::string window : {"plugin: tumbling, size: 10s", "plugin: sliding, size: 10s, slide: 5s",
                                   "plugin: session, gap: 10s", "plugin: global, trigger: {every: 10s}"}) {
    const std::string name = window.substr(8, window.find(',') - 8);
    EXPECT_THAT(
        check_of("windows", "from: in, " + window),
        HasSubstr(
            "p.yaml:4:13: 'in' tells no event time, and stage 's' (window '" + name +
            "') works in event time; `time: processing` goes by the clock; expected event_time: {field: "
            "PATH} at 'in' or at a source or process before it"));
    const std::string by_clock = check_of("windows", "from: in, time: processing, " + window);
    EXPECT_THAT(by_clock, Not(HasSubstr("event time"))) << by_clock;
    EXPECT_THAT(check_of("windows", "from: timed, " + window), Not(HasSubstr("event time")));
    EXPECT_THAT(check_of("windows", "from: [in, timed], " + window), Not(HasSubstr("event time")));
  }
  EXPECT_THAT(check_of("windows", "from: in, plugin: global, trigger: {count: 2}"),
              Not(HasSubstr("event time")));
  EXPECT_THAT(check_of("windows", "from: in, plugin: count, count: 2"), Not(HasSubstr("event time")));
}

TEST(Surroundings, DedupeInEventTimeNeedsOne) {
  const std::string dedupe = "plugin: dedupe, key: k, within: 10s";
  EXPECT_THAT(
      check_of("processes", "from: in, time: event, " + dedupe),
      HasSubstr(
          "p.yaml:4:13: 'in' tells no event time, and stage 's' (process 'dedupe') works in event time"));
  EXPECT_THAT(check_of("processes", "from: in, " + dedupe), Not(HasSubstr("event time")));
}

TEST(Surroundings, EachInputOfAJoinNeedsAnEventTime) {
  const std::string join = "plugin: join, key: k, lower: 0s, upper: 1s";
  EXPECT_THAT(
      check_of("processes", "from: {left: timed, right: in}, " + join),
      HasSubstr("p.yaml:4:34: 'in' tells no event time, and stage 's' (process 'join') works in event time; "
                "expected event_time: {field: PATH} at 'in'"));
  EXPECT_THAT(check_of("processes", "from: {left: timed, right: timed.error}, " + join),
              Not(HasSubstr("event time")));
}

TEST(Surroundings, EnrichTakesNoKeyAndBroadcastsItsRowsAlone) {
  EXPECT_THAT(
      check_of("processes", "from: {data: in, rows: timed}, plugin: enrich, match: k, key: k"),
      HasSubstr("p.yaml:4:69: 'key' has no effect at stage 's' (process 'enrich'), which finds the row of a "
                "record by `match`, in every task; expected none"));
  EXPECT_THAT(check_of("processes",
                       "from: {data: {from: in, broadcast: true}, rows: timed}, plugin: enrich, match: k"),
              HasSubstr("input 'data' of the stage 's' (process 'enrich') cannot be broadcast: the plugin "
                        "says itself which "
                        "of its inputs all tasks see; expected from: {data: in}"));
}

}  // namespace
}  // namespace weir::test
