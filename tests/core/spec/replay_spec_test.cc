// SPDX-License-Identifier: Apache-2.0
#include "spec/replay_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "spec/pipeline_reader.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kJob = R"(pipeline: job
tasks: 4
checkpoint: {every: 1s, store: positions}
sources:
  ids: {plugin: kafka}
processes:
  parse: {plugin: json, from: ids}
  lookup: {plugin: wechat_users, from: batch, concurrency: 16, secret: s}
windows:
  batch: {plugin: time_or_count, from: parse}
sinks:
  users: {plugin: sql, from: lookup}
  failed: {plugin: file, from: [parse.invalid, lookup.rejected, users.error]}
discard: [ids.error, lookup.not_following]
)";

std::optional<PipelineSpec> spec_of(const std::string& yaml) {
  Diagnostics diagnostics;
  auto spec = parse_pipeline(
      yaml, "job.yaml", [](const std::string&) { return std::nullopt; }, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return spec;
}

PipelineSpec replay(const ReplayRequest& request, const std::string& yaml = kJob) {
  Diagnostics diagnostics;
  auto made = replay_spec(*spec_of(yaml), request, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return made ? *std::move(made) : PipelineSpec{};
}

/// "NAME PLUGIN < FROM FROM" of each stage.
std::vector<std::string> stages(const PipelineSpec& spec) {
  std::vector<std::string> all;
  for (const auto& stage : spec.stages) {
    std::string line = stage.name + " " + stage.plugin;
    if (!stage.from.empty()) line += " <";
    for (const auto& ref : stage.from) line += " " + ref.stage + "." + ref.port;
    all.push_back(line);
  }
  return all;
}

std::string option(const PipelineSpec& spec, const std::string& stage, const std::string& name) {
  const auto* found = spec.find(stage);
  const auto* node = found == nullptr ? nullptr : found->options.find(name);
  if (node == nullptr) return "(none)";
  std::string text = node->text;
  for (const auto& item : node->items) text += (text.empty() ? "" : " ") + item.text;
  return text;
}

TEST(ReplaySpec, KeepsTheStageAndAllThatFollows) {
  const auto spec = replay({.files = {"failed.1", "failed.2"}, .into = "lookup"});
  EXPECT_THAT(stages(spec), ElementsAre("replay side_file", "replay_batch time_or_count < replay.out",
                                        "lookup wechat_users < replay_batch.out", "users sql < lookup.out",
                                        "failed file < lookup.rejected users.error",
                                        "replay_exhausted file < replay.exhausted replay.error"));
  EXPECT_EQ(spec.find("lookup")->concurrency, 16);
  EXPECT_EQ(option(spec, "lookup", "secret"), "s");
  EXPECT_EQ(option(spec, "replay", "paths"), "failed.1 failed.2");
  EXPECT_EQ(option(spec, "replay", "dry_run"), "false");
}

TEST(ReplaySpec, IsAPipelineOfItsOwnWithoutAStore) {
  const auto spec = replay({.files = {"f"}, .into = "lookup"});
  EXPECT_EQ(spec.name, "job-replay");
  EXPECT_EQ(spec.tasks, 1);
  EXPECT_EQ(spec.checkpoint_store, "") << "the source keeps its place in the files' names";
  EXPECT_EQ(spec.checkpoint_every.count(), 1000);
}

TEST(ReplaySpec, OnlyPortsOfKeptStagesStayDiscarded) {
  const auto spec = replay({.files = {"f"}, .into = "lookup"});
  ASSERT_EQ(spec.discard.size(), 1u);
  EXPECT_EQ(spec.discard[0].stage + "." + spec.discard[0].port, "lookup.not_following");
}

TEST(ReplaySpec, AStageThatReadsRecordsGetsThemDirectly) {
  const auto spec = replay({.files = {"f"}, .into = "parse"});
  EXPECT_THAT(stages(spec),
              ElementsAre("replay side_file", "parse json < replay.out", "lookup wechat_users < batch.out",
                          "batch time_or_count < parse.out", "users sql < lookup.out",
                          "failed file < parse.invalid lookup.rejected users.error",
                          "replay_exhausted file < replay.exhausted replay.error"));
}

TEST(ReplaySpec, AWindowItselfGetsRecords) {
  EXPECT_EQ(stages(replay({.files = {"f"}, .into = "batch"}))[2], "batch time_or_count < replay.out");
}

TEST(ReplaySpec, ASinkGetsWhatItIsToWrite) {
  EXPECT_THAT(stages(replay({.files = {"f"}, .into = "users"})),
              ElementsAre("replay side_file", "users sql < replay.out", "failed file < users.error",
                          "replay_exhausted file < replay.exhausted replay.error"));
}

TEST(ReplaySpec, TheBatchAndTheLimitOfAttemptsAreTakenOver) {
  const auto spec = replay({.files = {"f"}, .into = "lookup", .batch = 10, .max_attempts = 3});
  EXPECT_EQ(option(spec, "replay_batch", "count"), "10");
  EXPECT_EQ(option(spec, "replay", "max_attempts"), "3");
  EXPECT_EQ(option(replay({.files = {"f"}, .into = "lookup"}), "replay_batch", "count"), "100");
}

TEST(ReplaySpec, ExhaustedRecordsGoBesideTheFirstFile) {
  const auto path = [](const std::string& file) {
    return option(replay({.files = {file, "another"}, .into = "users"}), "replay_exhausted", "path");
  };
  EXPECT_EQ(path("/data/failed.ndjson"), "/data/failed.ndjson.exhausted");
  EXPECT_EQ(path("100%d"), "100%%d.exhausted") << "the file sink gives '%' a meaning";
  EXPECT_EQ(path("/data/failed.*.ndjson"), "/data/job.users.exhausted") << "no '*' becomes part of a name";
  EXPECT_EQ(path("failed.*"), "job.users.exhausted");
  EXPECT_EQ(path("/data/*/f?iled"), "/data/job.users.exhausted");
  const auto named = std::filesystem::path(::testing::TempDir()) / "weir[1].ndjson";
  std::ofstream(named) << "x\n";
  EXPECT_EQ(path(named.string()), named.string() + ".exhausted") << "there is a file of that very name";
  std::filesystem::remove(named);
}

TEST(ReplaySpec, ADryRunShowsTheRecordsAndRunsNoOtherStage) {
  const auto spec = replay({.files = {"f"}, .into = "lookup", .max_attempts = 2, .dry_run = true});
  EXPECT_THAT(stages(spec), ElementsAre("replay side_file",
                                        "replay_shown stdout < replay.out replay.exhausted replay.error"));
  EXPECT_EQ(option(spec, "replay", "dry_run"), "true");
  EXPECT_EQ(option(spec, "replay_shown", "format"), "envelope");
  EXPECT_THAT(spec.discard, IsEmpty());
}

TEST(ReplaySpec, NamesOfThePipelinesOwnStagesStayTheirs) {
  const auto spec = replay({.files = {"f"}, .into = "ask"}, R"(
sources: {in: {plugin: file}}
windows: {replay_batch: {plugin: time_or_count, from: in}}
processes: {ask: {plugin: http_lookup, from: replay_batch}}
sinks: {replay: {plugin: sql, from: ask}}
)");
  EXPECT_THAT(stages(spec), ElementsAre("replay_ side_file", "replay_batch_ time_or_count < replay_.out",
                                        "ask http_lookup < replay_batch_.out", "replay sql < ask.out",
                                        "replay_exhausted file < replay_.exhausted replay_.error"));
}

TEST(ReplaySpec, AnUnknownStageIsToldWithTheNearestName) {
  Diagnostics diagnostics;
  EXPECT_FALSE(replay_spec(*spec_of(kJob), {.files = {"f"}, .into = "lokup"}, diagnostics));
  EXPECT_EQ(diagnostics.text(),
            "job.yaml: --into: there is no stage 'lokup' that takes records; did you mean 'lookup'?\n");
}

TEST(ReplaySpec, ASourceTakesNoRecords) {
  Diagnostics diagnostics;
  EXPECT_FALSE(replay_spec(*spec_of(kJob), {.files = {"f"}, .into = "ids"}, diagnostics));
  EXPECT_EQ(diagnostics.text(),
            "job.yaml: --into: there is no stage 'ids' that takes records; known: parse, lookup, batch, "
            "users, failed\n");
}

}  // namespace
}  // namespace weir
