// SPDX-License-Identifier: Apache-2.0
//
// Side files read back by `etl-run replay`.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "etl_run.h"

namespace weir::test {
namespace {

using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Replay : public EtlRun {
 protected:
  Replay() {
    dir_.write("p.yaml", R"(
pipeline: ids
sources: {ids: {plugin: file, path: ids.txt}}
processes: {parse: {plugin: json, from: ids, wrap_as: id}}
sinks:
  good: {plugin: file, from: parse, path: good.ndjson}
  failed: {plugin: file, from: parse.invalid, path: failed.ndjson, format: envelope}
)");
  }

  support::Completed replay(std::vector<std::string> more) const {
    std::vector<std::string> arguments{"replay", "p.yaml", "--from", "failed.ndjson", "--into", "parse"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return etl_run(std::move(arguments));
  }
  /// "VALUE ATTEMPTS" of each envelope.
  std::vector<std::string> envelopes(const std::string& file) const {
    std::vector<std::string> all;
    for (const auto& line : lines_of(file)) {
      const auto envelope = nlohmann::json::parse(line);
      all.push_back(envelope.at("value").get<std::string>() + " " +
                    std::to_string(envelope.at("attempts").get<int>()));
    }
    return all;
  }
};

TEST_F(Replay, WhatFailsAgainGoesToTheSamePortWithOneMoreAttempt) {
  dir_.write("ids.txt", "\"a\"\nbroken\n{\"id\":\"b\"}\n{also\n");
  EXPECT_EQ(etl_run({"p.yaml"}).status.code, 0);
  EXPECT_THAT(envelopes("failed.ndjson"), ElementsAre("broken 1", "{also 1"));

  const auto done = replay({});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(envelopes("failed.ndjson"), ElementsAre("broken 2", "{also 2"));
  EXPECT_THAT(envelopes("failed.ndjson.replayed"), ElementsAre("broken 1", "{also 1"))
      << "the file as it was";
  EXPECT_FALSE(exists("failed.ndjson.replaying"));
  EXPECT_EQ(line_with(done.err, "account: "),
            "account: read 2 = written 2 (good 0, failed 2, replay_exhausted 0)");
}

TEST_F(Replay, AHandMadeListOfLinesIsReadToo) {
  dir_.write("list.txt", "\"c\"\n\"d\"\n");
  const auto done = etl_run({"replay", "p.yaml", "--from", "list.txt", "--into", "parse"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(lines_of("good.ndjson"), ElementsAre("{\"id\":\"c\"}", "{\"id\":\"d\"}"));
  EXPECT_TRUE(exists("list.txt.replayed"));
  EXPECT_FALSE(exists("list.txt"));
}

TEST_F(Replay, WhatWasTriedTooOftenIsSetAside) {
  dir_.write("ids.txt", "broken\n");
  EXPECT_EQ(etl_run({"p.yaml"}).status.code, 0);
  EXPECT_EQ(replay({"--max-attempts", "2"}).status.code, 0) << "tried once so far";
  EXPECT_THAT(envelopes("failed.ndjson"), ElementsAre("broken 2"));
  const auto done = replay({"--max-attempts", "2"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(envelopes("failed.ndjson.exhausted"), ElementsAre("broken 2")) << "as it was";
  EXPECT_FALSE(exists("failed.ndjson"));
  EXPECT_TRUE(exists("failed.ndjson.replayed.1")) << "although the last record left by another port";
}

TEST_F(Replay, RecordsOfSeveralPortsLetTheFileBeFinished) {
  dir_.write(
      "failed.ndjson",
      R"({"weir":1,"value":"\"a\"","stage":"parse","port":"invalid","code":"c","message":"m","attempts":5,)"
      R"("first_time":"2026-01-02T03:04:05.678Z","last_time":"2026-01-02T03:04:05.678Z"})"
      "\n\"b\"\n\"c\"\n");
  const auto done = replay({"--max-attempts", "3"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(lines_of("good.ndjson").size(), 2u);
  EXPECT_EQ(lines_of("failed.ndjson.exhausted").size(), 1u);
  EXPECT_TRUE(exists("failed.ndjson.replayed"));
  EXPECT_FALSE(exists("failed.ndjson.replaying"));
}

TEST_F(Replay, ADryRunPrintsTheRecordsAndChangesNothing) {
  dir_.write("ids.txt", "broken\n{also\n");
  EXPECT_EQ(etl_run({"p.yaml"}).status.code, 0);
  const std::string before = dir_.read("failed.ndjson");
  const auto done = replay({"--dry-run"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("\"value\":\"broken\""), HasSubstr("\"value\":\"{also\"")));
  EXPECT_EQ(dir_.read("failed.ndjson"), before);
  EXPECT_FALSE(exists("failed.ndjson.replaying"));
  EXPECT_FALSE(exists("failed.ndjson.replayed"));
  EXPECT_FALSE(exists("failed.ndjson.exhausted"));
  EXPECT_FALSE(exists("good.ndjson"));
}

TEST_F(Replay, ABatchIsTheSizeOfGroups) {
  dir_.write("p.yaml", R"(
sources: {ids: {plugin: file, path: ids.txt}}
windows: {batch: {plugin: time_or_count, from: ids, count: 100}}
processes: {size: {plugin: group_size, from: batch}}
sinks: {sizes: {plugin: file, from: size, path: sizes.txt}}
)");
  dir_.write("list.txt", numbered_lines(25, 1));
  for (const auto& more : std::vector<std::vector<std::string>>{{"--batch", "10"}, {}}) {
    std::vector<std::string> arguments{"replay", "p.yaml", "--from", "list.txt", "--into", "size"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--plugin-dir", WEIR_CLI_PLUGINS});
    const auto done = etl_run(arguments);
    EXPECT_EQ(done.status.code, 0) << done.err;
    dir_.write("list.txt", numbered_lines(25, 1));
  }
  EXPECT_THAT(lines_of("sizes.txt"), ElementsAre("10", "10", "5", "25"));
}

TEST_F(Replay, ABatchForAStageThatTakesRecordsIsRefused) {
  dir_.write("failed.ndjson", "\"x\"\n");
  const auto done = replay({"--batch", "10"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err,
              StartsWith("p.yaml:4:13: port 'replay_batch.out' gives groups, but stage 'parse' (process "
                         "'json') takes records\n"));
  EXPECT_TRUE(exists("failed.ndjson"));
}

TEST_F(Replay, AnUnknownStageIsToldWithTheNearest) {
  const auto done = etl_run({"replay", "p.yaml", "--from", "failed.ndjson", "--into", "prase"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_EQ(done.err,
            "p.yaml: --into: there is no stage 'prase' that takes records; did you mean 'parse'?\netl-run: 1 "
            "error\n");
}

TEST_F(Replay, FilesThatAreNotThereAreNamed) {
  const auto done = etl_run({"replay", "p.yaml", "--from", "none.*", "--into", "parse"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("no side file matches 'none.*'"));
}

TEST_F(Replay, KilledInTheMiddleItCanBeStartedAgainAndLosesNothing) {
  constexpr int kLines = 20'000;
  dir_.write("p.yaml", R"(
sources: {ids: {plugin: file, path: ids.txt}}
processes: {parse: {plugin: json, from: ids, allow: any, plain_text: true}}
sinks:
  good: {plugin: file, from: parse, path: good.txt}
  show: {plugin: stdout, from: parse}
discard: [parse.invalid]
)");
  dir_.write("failed.ndjson", numbered_lines(kLines, 40));
  const auto child = start_with_stuck_output("replay p.yaml --from failed.ndjson --into parse");
  ASSERT_TRUE(wait_until(kLongWait, [&] { return exists("good.txt") && output_is_stuck(); })) << child->err();
  child->kill();
  EXPECT_TRUE(exists("failed.ndjson.replaying"));
  EXPECT_FALSE(exists("failed.ndjson.replayed"));

  const auto done = replay({});
  EXPECT_EQ(done.status.code, 0) << done.err;
  const auto expected = lines_of("failed.ndjson.replayed"), good = lines_of("good.txt");
  // The kill may have left the beginning of a line there, too.
  const std::set<std::string> seen(good.begin(), good.end());
  EXPECT_EQ(expected.size(), static_cast<std::size_t>(kLines));
  // `plain_text` makes a JSON text of each.
  for (const auto& line : expected) EXPECT_TRUE(seen.contains("\"" + line + "\"")) << line;
  EXPECT_FALSE(exists("failed.ndjson.replaying"));
  EXPECT_TRUE(exists("failed.ndjson.replayed"));
}

}  // namespace
}  // namespace weir::test
