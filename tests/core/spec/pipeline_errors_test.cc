// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "spec/pipeline_reader.h"

namespace weir {
namespace {

const char kSecret[] = "hunter2";

std::string errors(const std::string& text) {
  Diagnostics diagnostics;
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "SECRET") return kSecret;
    return std::nullopt;
  };
  parse_pipeline(text, "p.yaml", environment, diagnostics);
  return diagnostics.text();
}

struct BadFile {
  const char* text;
  const char* error;  ///< all of them, one a line
};

class PipelineErrors : public ::testing::TestWithParam<BadFile> {};

TEST_P(PipelineErrors, SayWhereWhatWasFoundAndWhatWasExpected) {
  EXPECT_EQ(errors(GetParam().text), std::string(GetParam().error) + "\n") << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Files, PipelineErrors,
    ::testing::Values(
        BadFile{"",
                "p.yaml: the file is empty, expected a map of sections such as sources, processes and sinks"},
        BadFile{"- a\n",
                "p.yaml:1:1: the file is a list, expected a map of sections such as sources, processes and "
                "sinks"},
        BadFile{"hello\n",
                "p.yaml:1:1: the file is 'hello', expected a map of sections such as sources, processes and "
                "sinks"},
        BadFile{"sinks: {}\n", "p.yaml: the pipeline has no source, expected at least one under 'sources'"},
        BadFile{"source:\n  a: {plugin: x}\n",
                "p.yaml:1:1: unknown section 'source'; did you mean 'sources'?"},
        BadFile{"sources: {a: {plugin: x}}\nproceses: {}\n",
                "p.yaml:2:1: unknown section 'proceses'; did you mean 'processes'?"},
        BadFile{"sources: {a: {plugin: x}}\nvariables: {}\n",
                "p.yaml:2:1: unknown section 'variables'; known: pipeline, tasks, sources, windows, "
                "processes, sinks, "
                "discard, checkpoint, delivery, poison_after, restart, stop_timeout, state, tests"},
        BadFile{"sources: [a, b]\n", "p.yaml:1:1: 'sources' is a list, expected a map of names to stages"}));

INSTANTIATE_TEST_SUITE_P(
    Settings, PipelineErrors,
    ::testing::Values(
        BadFile{"sources: {a: {plugin: x}}\npipeline: {name: x}\n",
                "p.yaml:2:1: 'pipeline' is a map, expected the pipeline's name, of letters, digits, '_', '-' "
                "and '.'"},
        BadFile{"sources: {a: {plugin: x}}\npipeline: my pipeline\n",
                "p.yaml:2:11: 'pipeline' is 'my pipeline', expected the pipeline's name, of letters, digits, "
                "'_', '-' "
                "and '.'"},
        BadFile{"sources: {a: {plugin: x}}\ntasks: two\n",
                "p.yaml:2:8: 'tasks' is 'two', expected a whole number"},
        BadFile{"sources: {a: {plugin: x}}\ntasks:\n",
                "p.yaml:2:1: 'tasks' is empty, expected a whole number"},
        BadFile{"sources: {a: {plugin: x}}\ntasks: [1]\n",
                "p.yaml:2:1: 'tasks' is a list, expected a whole number"},
        BadFile{"sources: {a: {plugin: x}}\ntasks: 0\n", "p.yaml:2:8: 'tasks' is '0', expected 1 to 1024"},
        BadFile{"sources: {a: {plugin: x}}\nstate: rocksdbb\n",
                "p.yaml:2:8: 'state' is 'rocksdbb', expected memory or rocksdb; did you mean 'rocksdb'?"},
        BadFile{"sources: {a: {plugin: x}}\nstate: [rocksdb]\n",
                "p.yaml:2:1: 'state' is a list, expected memory, rocksdb, or a map such as {kind: rocksdb, "
                "memory: 256MiB}"},
        BadFile{"sources: {a: {plugin: x}}\nstate: {kind: rocksdb, memroy: 1GiB}\n",
                "p.yaml:2:24: unknown key 'memroy' of 'state'; did you mean 'memory'?"},
        BadFile{"sources: {a: {plugin: x}}\nstate: {kind: rocksdb, memory: 1MiB}\n",
                "p.yaml:2:32: 'memory' is '1MiB', expected at least 8MiB"},
        BadFile{"sources: {a: {plugin: x}}\nstate: {kind: rocksdb, path: []}\n",
                "p.yaml:2:24: 'path' is a list, expected the path of a folder"},
        BadFile{"sources: {a: {plugin: x}}\nstate: {memory: 1GiB}\n",
                "p.yaml:2:1: 'state' is a map, expected its kind too: {kind: rocksdb, ...}"},
        BadFile{"sources: {a: {plugin: x}}\nstop_timeout: 30\n",
                "p.yaml:2:15: 'stop_timeout' is '30', expected a duration with its unit, such as 5s"},
        BadFile{"sources: {a: {plugin: x}}\ncheckpoint: 5s\n",
                "p.yaml:2:13: 'checkpoint' is '5s', expected a map such as {every: 1s, store: FOLDER}"},
        BadFile{"sources: {a: {plugin: x}}\ncheckpoint: {every: 0s}\n",
                "p.yaml:2:21: 'every' is '0s', expected at least 1ms"},
        BadFile{"sources: {a: {plugin: x}}\ncheckpoint: {every: often}\n",
                "p.yaml:2:21: 'checkpoint.every' is 'often', expected a duration such as 5s"},
        BadFile{"sources: {a: {plugin: x}}\ncheckpoint: {evry: 1s}\n",
                "p.yaml:2:14: unknown key 'evry' of 'checkpoint'; did you mean 'every'?"},
        BadFile{"sources: {a: {plugin: x}}\ncheckpoint: {store: }\n",
                "p.yaml:2:14: 'store' is empty, expected the path of a folder, {sink: NAME}, or none"},
        BadFile{"sources: {a: {plugin: x}}\ndiscard: {a: b}\n",
                "p.yaml:2:1: 'discard' is a map, expected stage, stage.port or a list of these"},
        BadFile{"sources: {a: {plugin: x}}\ndiscard: [a.b.c]\n",
                "p.yaml:2:11: 'discard' is 'a.b.c', expected stage, stage.port or a list of these"}));

INSTANTIATE_TEST_SUITE_P(
    Stages, PipelineErrors,
    ::testing::Values(
        BadFile{"sources:\n  a: kafka\n",
                "p.yaml:2:6: source 'a' is 'kafka', expected a map such as {plugin: NAME}"},
        BadFile{"sources:\n  a:\n", "p.yaml:2:3: source 'a' is empty, expected a map such as {plugin: NAME}"},
        BadFile{"sources:\n  a: {topic: x}\n",
                "p.yaml:2:3: source 'a' has no 'plugin', expected one such as plugin: NAME"},
        BadFile{"sources:\n  a: {plugn: x}\n",
                "p.yaml:2:7: unknown key 'plugn' of source 'a'; did you mean 'plugin'?"},
        BadFile{"sources:\n  a: {plugin: [x]}\n",
                "p.yaml:2:7: 'plugin' is a list, expected the name of a plugin"},
        BadFile{"sources:\n  a: {plugin: \"\"}\n",
                "p.yaml:2:15: 'plugin' is '', expected the name of a plugin"},
        BadFile{"sources:\n  a.b: {plugin: x}\n",
                "p.yaml:2:3: source 'a.b' cannot have this name, expected letters, digits, '_' and '-', "
                "beginning "
                "with a letter or '_'"},
        BadFile{"sources:\n  1st: {plugin: x}\n",
                "p.yaml:2:3: source '1st' cannot have this name, expected letters, digits, '_' and '-', "
                "beginning "
                "with a letter or '_'"},
        BadFile{"sources:\n  a: {plugin: x}\n  a: {plugin: y}\n",
                "p.yaml:3:3: key 'a' stands here for the second time, first at p.yaml:2:3; expected each key "
                "once"},
        BadFile{"sources:\n  a: {plugin: x}\nsinks:\n  a: {plugin: y, from: a}\n",
                "p.yaml:4:3: sink 'a' has the name of the source at p.yaml:2:3, expected a name of its own "
                "in all "
                "sections"},
        BadFile{"sources:\n  a: {plugin: x, concurrency: 0}\n",
                "p.yaml:2:31: 'concurrency' is '0', expected 1 to 1024"},
        BadFile{"sources:\n  a: {plugin: x, concurrency: many}\n",
                "p.yaml:2:31: 'concurrency' is 'many', expected a whole number"},
        BadFile{"sources:\n  a: {plugin: x, order: none}\n",
                "p.yaml:2:25: 'order' is 'none', expected input (results in the order of the input) or any"},
        BadFile{"sources:\n  a: {plugin: x, queue: 64mb}\n",
                "p.yaml:2:25: 'queue' is '64mb', expected a size such as 64MiB, in units of B, KiB, MiB, "
                "GiB, TiB, "
                "kB, KB, MB, GB, TB"},
        BadFile{"sources:\n  a: {plugin: x, queue: 0}\n",
                "p.yaml:2:25: 'queue' is '0', expected at least one byte"},
        BadFile{"sources: {a: {plugin: x}}\nwindows:\n  w: {plugin: y, from: a, key: {k: l}}\n",
                "p.yaml:3:27: 'key' is a map, expected the path of a field, $key, or a list of these"}));

INSTANTIATE_TEST_SUITE_P(
    Wiring, PipelineErrors,
    ::testing::Values(
        BadFile{
            "sources:\n  a: {plugin: \"${SECRET}\"}\n",
            "p.yaml:2:15: 'plugin' is '${SECRET}', expected names themselves: ${...} is not replaced here"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b:\n    plugin: ${file:/etc/hostname}\n    from: a\n",
                "p.yaml:4:13: 'plugin' is '${file:/etc/hostname}', expected names themselves: ${...} is not "
                "replaced here"},
        BadFile{
            "sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: [a, \"${SECRET}\", \"a.${NONE}\"]}\n",
            "p.yaml:3:28: 'from' is '${SECRET}', expected names themselves: ${...} is not replaced here\n"
            "p.yaml:3:41: 'from' is 'a.${NONE}', expected names themselves: ${...} is not replaced here"},
        BadFile{
            "sources: {a: {plugin: x}}\nprocesses:\n  b: {plugin: y, from: {rows: a, rules: "
            "[\"a.${SECRET}\"]}}\n",
            "p.yaml:3:42: 'from' is 'a.${SECRET}', expected names themselves: ${...} is not replaced here"},
        BadFile{"sources: {a: {plugin: x}}\nwindows:\n  b: {plugin: y, from: a, key: [\"${SECRET}\"]}\n",
                "p.yaml:3:33: 'key' is '${SECRET}', expected names themselves: ${...} is not replaced here"},
        BadFile{"sources: {a: {plugin: x}}\ndiscard: \"a.${SECRET}\"\n",
                "p.yaml:2:10: 'discard' is 'a.${SECRET}', expected names themselves: ${...} is not replaced "
                "here"}));

INSTANTIATE_TEST_SUITE_P(
    From, PipelineErrors,
    ::testing::Values(
        BadFile{"sources:\n  a: {plugin: x, from: b}\n",
                "p.yaml:2:18: source 'a' has 'from', expected none: a source reads from no stage"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y}\n",
                "p.yaml:3:3: sink 'b' has no 'from', expected the stage that it reads, such as from: STAGE"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, form: a}\n",
                "p.yaml:3:18: unknown key 'form' of sink 'b'; did you mean 'from'?"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: }\n",
                "p.yaml:3:18: 'from' is empty, expected stage, stage.port or a list of these"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: [a, ~]}\n",
                "p.yaml:3:28: 'from' is empty, expected stage, stage.port or a list of these"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: []}\n",
                "p.yaml:3:18: 'from' is an empty list, expected at least one stage or stage.port"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: \"a, c\"}\n",
                "p.yaml:3:24: 'from' is 'a, c', expected stage, stage.port or a list of these"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: [a, [c]]}\n",
                "p.yaml:3:28: 'from' is a list, expected stage, stage.port or a list of these"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: [a, a.out]}\n",
                "p.yaml:3:28: 'from' names 'a.out' twice, expected each port once"},
        BadFile{"sources: {a: {plugin: x}}\nsinks:\n  b: {plugin: y, from: a.}\n",
                "p.yaml:3:24: 'from' is 'a.', expected stage, stage.port or a list of these"}));

TEST(PipelineErrorsAtOnce, AFileWithTenErrorsReportsAllTen) {
  const std::string text = R"(pipeline: [x]
tasks: 0
sources:
  a: {topic: x}
  b: {plugin: y, from: c, queue: big}
windows:
  w: {plugin: y, from: []}
  b: {plugin: y, from: b}
sinks:
  s: {plugin: y, from: a, path: "${NONE}"}
  t: {plugin: z, from: 1.2.3}
stop_timeout: soon
extra: 1
)";
  EXPECT_EQ(
      errors(text),
      "p.yaml:1:1: 'pipeline' is a list, expected the pipeline's name, of letters, digits, '_', '-' and '.'\n"
      "p.yaml:2:8: 'tasks' is '0', expected 1 to 1024\n"
      "p.yaml:4:3: source 'a' has no 'plugin', expected one such as plugin: NAME\n"
      "p.yaml:5:18: source 'b' has 'from', expected none: a source reads from no stage\n"
      "p.yaml:5:34: 'queue' is 'big', expected a size such as 64MiB\n"
      "p.yaml:7:18: 'from' is an empty list, expected at least one stage or stage.port\n"
      "p.yaml:8:3: window 'b' has the name of the source at p.yaml:5:3, expected a name of its own in all "
      "sections\n"
      "p.yaml:10:33: environment variable NONE is not set, expected a value for it, or a default as in "
      "${NONE:default}\n"
      "p.yaml:11:24: 'from' is '1.2.3', expected stage, stage.port or a list of these\n"
      "p.yaml:12:15: 'stop_timeout' is 'soon', expected a duration such as 5s\n"
      "p.yaml:13:1: unknown section 'extra'; known: pipeline, tasks, sources, windows, processes, sinks, "
      "discard, checkpoint, delivery, poison_after, restart, stop_timeout, state, tests\n");
}

TEST(PipelineErrorsAtOnce, PoisonAfterIsANumberOrAMap) {
  const auto with = [](const std::string& value) {
    return errors("pipeline: p\nsources: {a: {plugin: x}}\nsinks: {s: {plugin: y, from: a}}\npoison_after: " +
                  value + "\n");
  };
  EXPECT_EQ(with("{times: 2, note: here}"),
            "p.yaml:4:26: unknown key 'note' of 'poison_after'; did you mean 'notes'?\n");
  EXPECT_EQ(with("{times: -1, notes: [a]}"),
            "p.yaml:4:23: 'times' is '-1', expected 0 for never, or more\n"
            "p.yaml:4:27: 'notes' is a list, expected the path of a folder\n");
  EXPECT_EQ(with("[3]"),
            "p.yaml:4:1: 'poison_after' is a list, expected a number, or a map such as {times: 3, notes: "
            "FOLDER}\n");
}

TEST(PipelineErrorsAtOnce, WhatWasPutInForAVariableIsNeverShown) {
  const std::string everywhere = errors(R"(pipeline: " ${SECRET}"
tasks: ${SECRET}
stop_timeout: 5${SECRET}
checkpoint: {every: "${SECRET}"}
sources:
  a: {plugin: x, concurrency: "${SECRET}", order: "${SECRET}", queue: "5${SECRET}"}
sinks:
  b: {plugin: x, from: ["a.${SECRET}.x", "${SECRET} ${SECRET}"]}
  c: "${SECRET}"
)");
  EXPECT_EQ(std::count(everywhere.begin(), everywhere.end(), '\n'), 10) << everywhere;
  EXPECT_EQ(everywhere.find(kSecret), std::string::npos) << everywhere;
}

TEST(PipelineErrorsAtOnce, AFileThatIsNotThereIsNamed) {
  Diagnostics diagnostics;
  EXPECT_FALSE(load_pipeline("/no/such/pipeline.yaml", process_environment(), diagnostics));
  EXPECT_EQ(diagnostics.text(),
            "/no/such/pipeline.yaml: the file cannot be read: No such file or directory\n");
}

}  // namespace
}  // namespace weir
