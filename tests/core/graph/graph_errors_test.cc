// SPDX-License-Identifier: Apache-2.0
//
// What only the plugins can tell of a file: each error with its place, and no second one that follows from
// it.
#include <gtest/gtest.h>

#include <string>

#include "sample_stages.h"

namespace weir::test {
namespace {

struct BadFile {
  const char* text;
  const char* error;  ///< all of them, one a line
};

class GraphErrors : public ::testing::TestWithParam<BadFile> {};

TEST_P(GraphErrors, SayWhereWhatWasFoundAndWhatWasExpected) {
  Diagnostics diagnostics;
  EXPECT_FALSE(check(GetParam().text, diagnostics)) << GetParam().text;
  EXPECT_EQ(diagnostics.text(), std::string(GetParam().error) + "\n") << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, GraphErrors,
    ::testing::Values(
        BadFile{"sources:\n  in: {plugin: number}\nsinks:\n  out: {plugin: collect, from: in}\n",
                "p.yaml:2:16: there is no source plugin 'number'; did you mean 'numbers'?"},
        BadFile{"sources:\n  in:\n    plugin: numbers\nsinks:\n  out: {plugin: kafka, from: in}\n",
                "p.yaml:5:17: there is no sink plugin 'kafka'; known: collect, either, strict, paper, "
                "ledger, diary, annals"},
        BadFile{"sources:\n  in: {plugin: collect}\nsinks:\n  out: {plugin: collect, from: in}\n",
                "p.yaml:2:16: there is no source plugin 'collect'; known: numbers, tally, tape, share"},
        BadFile{"sources:\n  in: {}\nsinks:\n  out: {plugin: collect, from: in}\n",
                "p.yaml:2:3: source 'in' has no 'plugin', expected one such as plugin: NAME"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "sinks:\n  out:\n    plugin: collect\n    from: in\n    concurrency: 4\n",
                "p.yaml:6:18: the sink plugin 'collect' cannot run with a concurrency of more than 1"},
        BadFile{
            "sources: {in: {plugin: numbers, concurrency: 2}}\nsinks: {out: {plugin: collect, from: in}}\n",
            "p.yaml:1:46: the source plugin 'numbers' cannot run with a concurrency of more than 1"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  p: {plugin: silent, from: in}\n",
                "p.yaml:3:3: stage 'p': the plugin refuses its options without saying why"}));

INSTANTIATE_TEST_SUITE_P(
    Options, GraphErrors,
    ::testing::Values(
        BadFile{
            "sources:\n  in:\n    plugin: numbers\n    cuont: 3\nsinks: {out: {plugin: collect, from: in}}\n",
            "p.yaml:4:5: unknown option 'cuont' of source plugin 'numbers'; did you mean 'count'?"},
        BadFile{"sources:\n  in: {plugin: numbers, count: 10}\nsinks: {out: {plugin: collect, from: in}}\n",
                "p.yaml:2:32: 'count' is '10', expected 1 to 9"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n"
                "  few:\n"
                "    plugin: keep\n"
                "    from: in\n"
                "    rules:\n"
                "      all:\n"
                "        - good\n"
                "        - {not:   bad}\n"
                "sinks: {out: {plugin: collect, from: [few, few.rest]}}\n",
                "p.yaml:9:19: stage 'few': 'bad' is no rule"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  same: {plugin: same, from: in, ports: [a, b, a]}\n",
                "p.yaml:3:3: stage 'same': the plugin 'same' opens a stage with the port 'a' twice"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  same: {plugin: same, from: in, ports: [error]}\n",
                "p.yaml:3:3: stage 'same': the plugin 'same' opens a stage with a port named 'error', which "
                "every stage has built in"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, GraphErrors,
    ::testing::Values(
        BadFile{"checkpoint: {store: none}\nsources: {in: {plugin: numbers}}\n"
                "processes:\n  few: {plugin: remember, key: [id, 'a..b'], from: in}\n"
                "sinks: {out: {plugin: collect, from: few}}\n",
                "p.yaml:4:27: 'a..b' is no field path: expected the name of a field at character 3"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "windows:\n  two: {plugin: pairs, from: in, key: 'a..b'}\n"
                "sinks: {out: {plugin: either, from: two}}\n",
                "p.yaml:3:39: 'a..b' is no field path: expected the name of a field at character 3"}));

INSTANTIATE_TEST_SUITE_P(
    EventTime, GraphErrors,
    ::testing::Values(
        BadFile{"sources:\n  in: {plugin: numbers, event_time: {field: 'a..b', format: second}}\n"
                "sinks: {out: {plugin: collect, from: in}}\n",
                "p.yaml:2:45: 'a..b' is no field path: expected the name of a field at character 3\n"
                "p.yaml:2:61: 'format' is 'second', expected auto, seconds, milliseconds, microseconds, "
                "iso8601 or "
                "a pattern such as '%Y-%m-%d %H:%M:%S'"},
        BadFile{"sources:\n  in: {plugin: numbers, event_time: {idle_after: 5, slack: 1s}}\n"
                "sinks: {out: {plugin: collect, from: in}}\n",
                "p.yaml:2:50: 'idle_after' is '5', expected a duration with its unit, such as 5s\n"
                "p.yaml:2:53: unknown key 'slack' of 'event_time'; known: field, format, "
                "max_out_of_orderness, idle_after"},
        BadFile{"sources:\n  in: {plugin: numbers, event_time: {idle_after: 0s}}\n"
                "sinks: {out: {plugin: collect, from: in}}\n",
                "p.yaml:2:50: 'idle_after' is '0s', expected more than 0s, such as 1m; leave it out where a "
                "silent partition holds event time back for ever"}));

INSTANTIATE_TEST_SUITE_P(
    Inputs, GraphErrors,
    ::testing::Values(
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  two: {plugin: both, from: {left: in, rigth: in}}\n"
                "sinks: {out: {plugin: collect, from: two}}\n",
                "p.yaml:3:47: stage 'two' (process 'both') has no input 'rigth'; did you mean 'right'?"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  two: {plugin: both, from: {left: in}}\n"
                "sinks: {out: {plugin: collect, from: two}}\n",
                "p.yaml:3:3: stage 'two' reads nothing at its input 'right'; expected from: {right: STAGE}"},
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  two: {plugin: both, from: in}\n"
                "sinks: {out: {plugin: collect, from: two}}\n",
                "p.yaml:3:29: stage 'two' (process 'both') has several inputs; expected from: {left: STAGE, "
                "right: "
                "STAGE}"},
        BadFile{
            "sources: {in: {plugin: numbers}}\n"
            "sinks: {out: {plugin: collect, from: {left: {from: in, brodcast: true}}}}\n",
            "p.yaml:2:52: stage 'out' (sink 'collect') has one input, which has no name; expected from: in\n"
            "p.yaml:2:56: unknown key 'brodcast' of input 'left'; did you mean 'broadcast'?"}));

INSTANTIATE_TEST_SUITE_P(
    References, GraphErrors,
    ::testing::Values(
        BadFile{"sources: {in: {plugin: tally}}\nsinks:\n  out: {plugin: collect, from: [in, in.cheks]}\n",
                "p.yaml:3:37: stage 'in' has no port 'cheks'; did you mean 'checks'?"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: [in, in.side]}\n",
                "p.yaml:3:37: stage 'in' has no port 'side'; known: out, error"},
        BadFile{"sources: {numbers: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: number}\n",
                "p.yaml:3:32: there is no stage 'number'; did you mean 'numbers'?"},
        BadFile{"sources: {in: {plugin: tally}}\nsinks: {out: {plugin: collect, from: in}}\n"
                "discard: [in.chekcs]\n",
                "p.yaml:3:11: stage 'in' has no port 'chekcs'; did you mean 'checks'?"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks: {out: {plugin: collect, from: in}}\n"
                "discard:\n  - on\n",
                "p.yaml:4:5: there is no stage 'on'; known: in, out"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: [in, in.out]}\n",
                "p.yaml:3:37: 'from' names 'in.out' twice, expected each port once"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: in}\n"
                "  more: {plugin: collect, from: out}\n",
                "p.yaml:4:33: stage 'out' has no port 'out'; known: error"}));

INSTANTIATE_TEST_SUITE_P(
    ItemKinds, GraphErrors,
    ::testing::Values(
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  ask: {plugin: ask, from: in}\n"
                "sinks: {out: {plugin: collect, from: ask}}\n",
                "p.yaml:3:28: port 'in.out' gives records, but stage 'ask' (process 'ask') takes groups"},
        BadFile{"sources: {in: {plugin: numbers}}\nwindows: {two: {plugin: pairs, from: in}}\n"
                "sinks:\n  out: {plugin: collect, from: two}\n",
                "p.yaml:4:32: port 'two.out' gives groups, but stage 'out' (sink 'collect') takes records"},
        BadFile{"sources: {in: {plugin: numbers}}\nwindows: {two: {plugin: pairs, from: in}}\n"
                "processes:\n  ask: {plugin: ask, from: [two, in.error]}\n"
                "sinks: {out: {plugin: collect, from: ask}}\n",
                "p.yaml:4:34: port 'in.error' gives records, but stage 'ask' (process 'ask') takes groups"}));

INSTANTIATE_TEST_SUITE_P(
    LooseEnds, GraphErrors,
    ::testing::Values(
        BadFile{
            "sources:\n  in: {plugin: numbers}\n  more: {plugin: numbers}\n"
            "sinks: {out: {plugin: collect, from: in}}\n",
            "p.yaml:3:3: port 'more.out' leads nowhere; wire it (from: more) or name it under 'discard:'"},
        BadFile{"sources: {in: {plugin: numbers}}\nprocesses:\n  few: {plugin: keep, from: in}\n"
                "sinks: {out: {plugin: collect, from: few}}\n",
                "p.yaml:3:3: port 'few.rest' leads nowhere; wire it (from: few.rest) or name it under "
                "'discard:'"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: in}\n"
                "discard:\n  - in\n",
                "p.yaml:5:5: port 'in.out' is discarded here, but stage 'out' reads it"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  out: {plugin: collect, from: [in, in.error]}\n"
                "discard: [in.error]\n",
                "p.yaml:4:11: port 'in.error' is discarded here, but stage 'out' reads it"}));

INSTANTIATE_TEST_SUITE_P(
    Cycles, GraphErrors,
    ::testing::Values(
        BadFile{"sources: {in: {plugin: numbers}}\nprocesses:\n"
                "  a: {plugin: keep, from: [in, b.rest]}\n  b: {plugin: keep, from: a}\n"
                "sinks: {out: {plugin: collect, from: [a.rest, b]}}\n",
                "p.yaml:3:3: the stages form a cycle: a -> b -> a"},
        BadFile{"sources: {in: {plugin: numbers}}\nprocesses:\n  a: {plugin: keep, from: [in, a.rest]}\n"
                "sinks: {out: {plugin: collect, from: a}}\n",
                "p.yaml:3:3: the stages form a cycle: a -> a"},
        BadFile{"sources: {in: {plugin: numbers}}\nsinks:\n  a: {plugin: collect, from: [in, b.error]}\n"
                "  b: {plugin: collect, from: a.error}\n",
                "p.yaml:3:3: the stages form a cycle: a -> b -> a"}));

INSTANTIATE_TEST_SUITE_P(Several, GraphErrors,
                         ::testing::Values(BadFile{
                             "tasks: none\n"
                             "sources:\n"
                             "  in: {plugin: numbers, count: ten}\n"
                             "processes:\n"
                             "  few: {plugin: keeep, from: in}\n"
                             "  ask: {plugin: ask, from: few.rest, concurrency: 0}\n"
                             "sinks:\n"
                             "  out: {plugin: collect, from: [ask, in.sideways], path: x}\n",
                             "p.yaml:1:8: 'tasks' is 'none', expected a whole number\n"
                             "p.yaml:3:32: 'count' is 'ten', expected a whole number\n"
                             "p.yaml:5:17: there is no process plugin 'keeep'; did you mean 'keep'?\n"
                             "p.yaml:6:51: 'concurrency' is '0', expected 1 to 1024\n"
                             "p.yaml:8:52: unknown option 'path' of sink plugin 'collect'"}));

INSTANTIATE_TEST_SUITE_P(
    KeyUse, GraphErrors,
    ::testing::Values(
        BadFile{"sources: {in: {plugin: numbers}}\n"
                "processes:\n  some: {plugin: keep, from: in, key: id}\n"
                "sinks: {out: {plugin: collect, from: [some, some.rest]}}\n",
                "p.yaml:3:39: 'key' has no effect at stage 'some' (process 'keep'), which does the same with "
                "each "
                "record; to give records a key, put a set_key before it"},
        BadFile{"checkpoint: {store: none}\nsources: {in: {plugin: numbers}}\n"
                "windows: {two: {plugin: pairs, from: in}}\n"
                "processes:\n  all: {plugin: remember, from: two, key: id}\n"
                "sinks: {out: {plugin: collect, from: all}}\n",
                "p.yaml:5:43: 'key' has no effect at stage 'all' (process 'remember'): it reads groups, "
                "which have "
                "the key of their window; expected key: at the window"},
        BadFile{
            "checkpoint: {store: none}\nsources: {in: {plugin: numbers}}\n"
            "processes:\n  both: {plugin: pairing, from: {left: in, right: in}}\n"
            "sinks: {out: {plugin: collect, from: both}}\n",
            "p.yaml:4:3: stage 'both' (process 'pairing') does its work for each key, and has none; expected "
            "key: FIELD, or key: $key for the records' own"},
        BadFile{"checkpoint: {store: none}\nsources: {in: {plugin: numbers}}\n"
                "windows: {two: {plugin: pairs, from: in}}\n"
                "processes:\n  sums: {plugin: tally_groups, from: two}\n"
                "sinks: {out: {plugin: collect, from: sums}}\n",
                "p.yaml:5:3: stage 'sums' (process 'tally_groups') does its work for each key, and the "
                "window 'two' "
                "that it reads has none; expected key: FIELD there"},
        BadFile{
            "checkpoint: {store: none}\nsources: {in: {plugin: numbers}}\n"
            "processes:\n"
            "  both: {plugin: pairing, from: {left: in, right: {from: in, broadcast: true}}, key: id}\n"
            "sinks: {out: {plugin: collect, from: both}}\n",
            "p.yaml:4:58: input 'right' of stage 'both' (process 'pairing') cannot be broadcast: its records "
            "belong to their keys, and what all tasks see belongs to none; expected right: in"}));

}  // namespace
}  // namespace weir::test
