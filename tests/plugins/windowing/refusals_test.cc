// SPDX-License-Identifier: Apache-2.0
//
// Options of windows that make no sense together: what etl-run says of the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace weir::test {
namespace {

using ::testing::HasSubstr;

struct BadWindow {
  const char* options;  ///< of the window
  const char* at;       ///< what of it the error is about, by its first place
  const char* error;
};

class WindowRefusals : public ::testing::TestWithParam<BadWindow> {};

/// What `etl-run check` writes of a file with that window.
std::string check(const std::string& window) {
  const support::TempDir dir("weir-refusals");
  dir.write("p.yaml",
            "checkpoint: {store: none}\n"
            "sources: {in: {plugin: file, path: in.ndjson, event_time: t}}\n"
            "windows:\n" +
                window + "sinks: {out: {plugin: discard, from: w}}\n");
  const auto done = support::run({WEIR_ETL_RUN, "check", "p.yaml"}, {.working_dir = dir.path()});
  EXPECT_EQ(done.status.code, 2);
  return done.err;
}

std::string line_of(const char* options) {
  return "  w: {from: in, " + std::string(options) + "}\n";
}

TEST_P(WindowRefusals, SayWhereWhatAndWhatToWrite) {
  const std::string line = line_of(GetParam().options);
  const std::string errors = check(line);
  EXPECT_EQ(errors.substr(0, errors.find('\n')),
            "p.yaml:4:" + std::to_string(line.find(GetParam().at) + 1) + ": stage 'w': " + GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Overlaps, WindowRefusals,
    ::testing::Values(BadWindow{
        "plugin: sliding, size: 10d, slide: 7ms", "7ms",
        "a window would be made of 864000000 pieces, each as long as the greatest time that divides `size` "
        "and `slide`; at most 100000: give a longer `slide`, or one that divides `size`"}));

INSTANTIATE_TEST_SUITE_P(
    Limits, WindowRefusals,
    ::testing::Values(
        BadWindow{
            "plugin: tumbling, size: 10s, max_bytes: 1", "1}",
            "it has no room for one record: the smallest takes 512 bytes here, with its window and timers; "
            "give more, or leave it out (1GiB)"},
        BadWindow{
            "plugin: sliding, size: 10s, slide: 1s, max_bytes: 1KiB", "1KiB",
            "it has no room for one record: the smallest takes 2832 bytes here, with its window and timers; "
            "give more, or leave it out (1GiB)"},
        BadWindow{
            "plugin: session, gap: 10s, max_bytes: 1", "1}",
            "it has no room for one record: the smallest takes 480 bytes here, with its window and timers; "
            "give more, or leave it out (1GiB)"},
        BadWindow{
            "plugin: count, count: 10, max_bytes: 1", "1}",
            "it has no room for one record: the smallest takes 360 bytes here, with its window and timers; "
            "give more, or leave it out (1GiB)"},
        BadWindow{
            "plugin: global, trigger: {count: 10}, max_bytes: 100, aggregate: [{function: count}]", "100",
            "it has no room for one record: the smallest takes 160 bytes here, with its window and timers; "
            "give more, or leave it out (1GiB)"}));

INSTANTIATE_TEST_SUITE_P(
    Triggers, WindowRefusals,
    ::testing::Values(
        BadWindow{"plugin: tumbling, size: 10s, trigger: {}", "trigger",
                  "it changes nothing: give `count`, `every` or `mode: purging`, or leave it out"},
        BadWindow{"plugin: global, trigger: {mode: accumulating}", "trigger",
                  "it changes nothing: give `count` or `every`, or leave it out"},
        BadWindow{"plugin: session, gap: 10s, trigger: {time: false}", "false",
                  "without the end of the window nothing is left that makes results leave: give `count` or "
                  "`every` as well"},
        BadWindow{"plugin: tumbling, size: 10s, trigger: {mode: purging}", "purging",
                  "each window leaves once, so that nothing is there to purge: give `count`, `every` or "
                  "`allowed_lateness`, or leave it out"},
        BadWindow{"plugin: session, gap: 10s, time: processing, trigger: {mode: purging}", "purging",
                  "each window leaves once, so that nothing is there to purge: give `count` or `every`, or "
                  "leave it out"},
        BadWindow{"plugin: global, trigger: {mode: purging}", "purging",
                  "each window leaves once, so that nothing is there to purge: give `count` or `every`, or "
                  "leave it out"},
        BadWindow{"plugin: tumbling, size: 10s, trigger: {every: 10s}", "10s}",
                  "it must be shorter than a window, which is of 10000 ms and leaves at its end anyway: "
                  "give less, or leave it out"},
        BadWindow{"plugin: sliding, size: 10s, slide: 5s, trigger: {every: 11s}", "11s}",
                  "it must be shorter than a window, which is of 10000 ms and leaves at its end anyway: "
                  "give less, or leave it out"},
        BadWindow{"plugin: session, gap: 10s, trigger: {count: 2, by: clock}", "clock",
                  "it says by which time `every` goes, and there is none: give `every: 10s` as well, or "
                  "leave it out"},
        BadWindow{"plugin: sliding, size: 10s, slide: 5s, time: processing, trigger: {every: 1s, by: clock}",
                  "clock", "with `time: processing` all goes by the clock: leave it out"},
        BadWindow{"plugin: global, time: processing, trigger: {count: 2}", "processing",
                  "it says by which time `every` goes, and there is none: give `trigger: {every: 10s}`, or "
                  "leave it out"}));

INSTANTIATE_TEST_SUITE_P(
    Evictors, WindowRefusals,
    ::testing::Values(
        BadWindow{"plugin: tumbling, size: 10s, evict: {}", "evict",
                  "it does not say what stays: give `keep_last: 20` or `keep_newest: 5s`, or leave it out"},
        BadWindow{"plugin: global, trigger: {count: 2, mode: purging}, evict: {keep_last: 2}", "2}",
                  "no result has more than the 2 records of `count`, so that none is left out: keep fewer, "
                  "or leave it out"},
        BadWindow{"plugin: tumbling, size: 10s, trigger: {count: 2, mode: purging}, evict: {keep_last: 5}",
                  "5}",
                  "no result has more than the 2 records of `count`, so that none is left out: keep fewer, "
                  "or leave it out"},
        BadWindow{"plugin: tumbling, size: 10s, evict: {keep_newest: 10s}", "10s}",
                  "no record of a window of 10000 ms is so much older than another, so that none is left "
                  "out: give less, or leave it out"},
        BadWindow{"plugin: global, evict: {keep_last: 1}, aggregate: [{function: count}]", "evict",
                  "with `aggregate` no records are kept that could be left out: leave out one"}));

INSTANTIATE_TEST_SUITE_P(
    Deltas, WindowRefusals,
    ::testing::Values(
        BadWindow{"plugin: tumbling, size: 10s, evict: {keep_last: 2, when: after}", "after",
                  "each window leaves once, so that nothing comes after its result: leave it out, or say in "
                  "`trigger` what makes results leave before"},
        BadWindow{"plugin: global, trigger: {count: 3, mode: purging}, evict: {keep_last: 2, when: after}",
                  "after", "with `mode: purging` nothing stays after a result: leave it out"},
        BadWindow{"plugin: global, evict: {delta: {field: v, under: 0}}", "0}",
                  "no number is nearer than 0 to another: give more"},
        BadWindow{"plugin: global, trigger: {delta: {field: 'v..w', over: 0}}", "'v..w'",
                  "'v..w' is no field path: expected the name of a field at character 3"}));

INSTANTIATE_TEST_SUITE_P(
    Lateness, WindowRefusals,
    ::testing::Values(
        BadWindow{"plugin: sliding, size: 10s, slide: 5s, time: processing, report_partly_late: true", "true",
                  "nothing is late in processing time: leave it out, or write `time: event`"},
        BadWindow{"plugin: sliding, size: 5s, slide: 5s, report_partly_late: true", "true",
                  "with a `slide` that is no shorter than the `size` no record belongs to several windows: "
                  "leave it out, or give a shorter `slide`"},
        BadWindow{"plugin: tumbling, size: 10s, time: processing, allowed_lateness: 1s", "1s",
                  "nothing is late in processing time: leave it out, or write `time: event`"}));

TEST(Windows, LengthsAndCountsThatNoWindowCanHaveAreRefused) {
  const std::pair<const char*, const char*> bad[] = {
      {"plugin: tumbling, size: 0s", "'size' is '0s', expected 1ms to "},
      {"plugin: sliding, size: 10s, slide: 0s", "'slide' is '0s', expected 1ms to "},
      {"plugin: session, gap: 0s", "'gap' is '0s', expected 1ms to "},
      {"plugin: session", "stage 'w': nothing says when a session is over: give `gap: 30m`"},
      {"plugin: tumbling, size: 10s, offset: -10s", "stage 'w': it must be shorter, forwards or backwards"},
      {"plugin: sliding, size: 10s, slide: 5s, offset: 5s",
       "stage 'w': it must be shorter, forwards or backwards, than the 5000 ms from one window to the next"},
      {"plugin: tumbling, size: 10s, allowed_lateness: -1s", "'allowed_lateness' is '-1s', expected "},
      {"plugin: tumbling, size: 10s, trigger: {count: 0}", "'trigger.count' is '0', expected at least 1"},
      {"plugin: tumbling, size: 10s, trigger: {every: 0s}", "'trigger.every' is '0s', expected at least 1ms"},
      {"plugin: tumbling, size: 10s, evict: {keep_last: 0}", "'evict.keep_last' is '0', expected at least 1"},
      // Of two sessions that become one none could say which number counts.
      {"plugin: session, gap: 10s, trigger: {delta: {field: v, over: 5}}",
       "unknown option 'trigger.delta' of window plugin 'session'"}};
  for (const auto& [options, error] : bad) {
    const std::string errors = check(line_of(options));
    const auto at = errors.find(": ");
    EXPECT_EQ(errors.substr(0, 9), "p.yaml:4:") << options;
    EXPECT_EQ(errors.substr(at + 2).find(error), 0u) << errors;
  }
}

TEST(Windows, AnOptionThatAWindowDoesNotHaveNamesThoseThatHaveIt) {
  const std::pair<const char*, const char*> bad[] = {
      {"plugin: time_or_count, aggregate: [{function: count}]",
       "unknown option 'aggregate' of window plugin 'time_or_count'; known: time, count, max_bytes; window "
       "plugins "
       "that take it: count, global, session, sliding, tumbling\n"},
      {"plugin: time_or_count, allowed_lateness: 5s",
       "unknown option 'allowed_lateness' of window plugin 'time_or_count'; known: time, count, max_bytes; "
       "window "
       "plugins that take it: session, sliding, tumbling\n"},
      {"plugin: time_or_count, time: event",
       "'time' is 'event', expected a duration such as 5s; window plugins that take it: global, session, "
       "sliding, "
       "tumbling\n"},
      {"plugin: time_or_count, event_time: t",
       "unknown option 'event_time' of window plugin 'time_or_count'; known: time, count, max_bytes; it is "
       "said at "
       "a source or a process\n"},
      {"plugin: time_or_count, time: soon", "'time' is 'soon', expected a duration such as 5s\n"}};
  for (const auto& [options, error] : bad) EXPECT_THAT(check(line_of(options)), HasSubstr(error));
}

TEST(Windows, TakeTheSameOptionsWhereTheyMakeSense) {
  for (const char* options :
       {"plugin: tumbling, size: 10s, allowed_lateness: 1s, trigger: {mode: purging}",
        "plugin: tumbling, size: 10s, trigger: {every: 9s, time: false}",
        "plugin: tumbling, size: 10s, trigger: {every: 10s, by: clock}",
        "plugin: tumbling, size: 10s, time: processing, evict: {keep_newest: 20s}",
        "plugin: tumbling, size: 1d, time_zone: Europe/Berlin, evict: {keep_newest: 1d}",
        "plugin: session, gap: 10s, trigger: {every: 1h, mode: purging}, evict: {keep_newest: 1h}",
        "plugin: session, gap: 10s, trigger: {count: 2, mode: purging}, evict: {keep_last: 2}",
        "plugin: sliding, size: 10s, slide: 5s, report_partly_late: true"})
    EXPECT_EQ(check(line_of(options)).find("p.yaml:4:3: port 'w.late' leads nowhere"), 0u) << options;
}

}  // namespace
}  // namespace weir::test
