// SPDX-License-Identifier: Apache-2.0
#include "spec/pipeline_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char kWechatUsers[] = R"(# The job of the first page.
pipeline: wechat-users
tasks: 2
stop_timeout: 1m
checkpoint: {every: 500ms, store: /var/lib/weir}

sources:
  ids: {plugin: kafka, brokers: "${KAFKA_BROKERS}", topic: wechat-ids}

processes:
  parse:
    plugin: json
    from: ids
    key: openid
  lookup: {plugin: wechat_users, from: batch, concurrency: 16, order: any, queue: 1MiB, secret: "${WX_SECRET:none}"}

windows:
  batch: {plugin: time_or_count, from: parse, time: 5s, count: 100}

sinks:
  users: {plugin: sql, from: lookup, table: wechat_user, key: [openid]}
  failed_ids: {plugin: file, from: [parse.invalid, lookup.rejected], path: "/app/%Y%m%d.ndjson"}

discard: [lookup.not_following]
)";

Environment brokers_only() {
  return [](const std::string& name) -> std::optional<std::string> {
    if (name == "KAFKA_BROKERS") return "localhost:9092";
    return std::nullopt;
  };
}

PipelineSpec read(const std::string& text) {
  Diagnostics diagnostics;
  auto spec = parse_pipeline(text, "wechat.yaml", brokers_only(), diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return spec ? *spec : PipelineSpec{};
}

std::vector<std::string> names_of(const std::vector<PortRef>& refs) {
  std::vector<std::string> names;
  for (const auto& ref : refs) names.push_back(ref.stage + "." + ref.port);
  return names;
}

TEST(PipelineReader, ReadsTheSectionsInTheOrderOfTheFile) {
  const PipelineSpec spec = read(kWechatUsers);
  EXPECT_EQ(spec.name, "wechat-users");
  EXPECT_EQ(spec.file, "wechat.yaml");
  EXPECT_EQ(spec.tasks, 2);
  EXPECT_EQ(spec.stop_timeout, std::chrono::minutes(1));
  EXPECT_EQ(spec.checkpoint_every, std::chrono::milliseconds(500));
  EXPECT_EQ(spec.checkpoint_store, "/var/lib/weir");
  std::vector<std::string> stages;
  for (const auto& stage : spec.stages)
    stages.push_back(std::string(to_string(stage.kind)) + " " + stage.name);
  EXPECT_THAT(stages, ElementsAre("source ids", "process parse", "process lookup", "window batch",
                                  "sink users", "sink failed_ids"));
  EXPECT_THAT(names_of(spec.discard), ElementsAre("lookup.not_following"));
}

TEST(PipelineReader, TakesTheKeysOfEveryStageAndLeavesTheRestToThePlugin) {
  const PipelineSpec spec = read(kWechatUsers);
  const StageSpec& lookup = *spec.find("lookup");
  EXPECT_EQ(lookup.plugin, "wechat_users");
  EXPECT_EQ(to_string(lookup.plugin_mark), "wechat.yaml:15:20");
  EXPECT_EQ(lookup.concurrency, 16);
  ASSERT_TRUE(lookup.concurrency_mark);
  EXPECT_EQ(to_string(*lookup.concurrency_mark), "wechat.yaml:15:60");
  EXPECT_FALSE(lookup.ordered);
  EXPECT_EQ(lookup.queue_bytes, 1u << 20);
  ASSERT_EQ(lookup.options.entries.size(), 1u);
  EXPECT_EQ(lookup.options.entries[0].key, "secret");
  EXPECT_EQ(lookup.options.entries[0].value.text, "none");
  EXPECT_EQ(to_string(lookup.options.mark), "wechat.yaml:15:3");
  EXPECT_EQ(spec.find("ids")->options.find("brokers")->text, "localhost:9092");
}

TEST(PipelineReader, FromIsAStageAPortOrAList) {
  const PipelineSpec spec = read(kWechatUsers);
  EXPECT_THAT(names_of(spec.find("users")->from), ElementsAre("lookup.out"));
  const auto& from = spec.find("failed_ids")->from;
  EXPECT_THAT(names_of(from), ElementsAre("parse.invalid", "lookup.rejected"));
  EXPECT_EQ(to_string(from[1].mark), "wechat.yaml:22:52");
}

TEST(PipelineReader, KeyBelongsToWindowsAndProcessesAndIsAnOptionElsewhere) {
  const PipelineSpec spec = read(kWechatUsers);
  EXPECT_THAT(spec.find("parse")->key, ElementsAre("openid"));
  EXPECT_EQ(spec.find("parse")->options.find("key"), nullptr);
  EXPECT_THAT(spec.find("users")->key, IsEmpty());
  ASSERT_NE(spec.find("users")->options.find("key"), nullptr);
  EXPECT_EQ(spec.find("users")->options.find("key")->items.size(), 1u);
}

TEST(PipelineReader, WhatTheFileDoesNotSayHasADefault) {
  const PipelineSpec spec = read("sources:\n  a: {plugin: file}\nsinks:\n  b: {plugin: stdout, from: a}\n");
  EXPECT_EQ(spec.name, "wechat") << "the file's name";
  EXPECT_EQ(spec.tasks, 1);
  EXPECT_EQ(spec.find("b")->concurrency, 1);
  EXPECT_FALSE(spec.find("b")->concurrency_mark);
  EXPECT_TRUE(spec.find("b")->ordered);
  EXPECT_TRUE(spec.find("b")->options.entries.empty());
}

TEST(PipelineReader, StagesCanShareLinesByMergeKeys) {
  const PipelineSpec spec =
      read("sources:\n  a: &kafka {plugin: kafka, brokers: x, topic: a}\n  b: {<<: *kafka, topic: b}\n");
  EXPECT_EQ(spec.find("b")->plugin, "kafka");
  EXPECT_EQ(spec.find("b")->options.find("topic")->text, "b");
  EXPECT_EQ(spec.find("b")->options.find("brokers")->text, "x");
}

TEST(PipelineReader, NumbersMayComeFromTheEnvironmentInQuotes) {
  const PipelineSpec spec =
      read("tasks: \"${TASKS:4}\"\nsources:\n  a: {plugin: x, concurrency: \"${N:3}\"}\n");
  EXPECT_EQ(spec.tasks, 4);
  EXPECT_EQ(spec.find("a")->concurrency, 3);
}

TEST(PipelineReader, WithErrorsTheRestIsStillThereForFurtherChecks) {
  Diagnostics diagnostics;
  const auto spec = parse_pipeline("sources:\n  a: {plugin: x, concurrency: many}\n  b: nothing\n", "f.yaml",
                                   brokers_only(), diagnostics);
  EXPECT_EQ(diagnostics.all().size(), 2u);
  ASSERT_TRUE(spec);
  EXPECT_NE(spec->find("a"), nullptr);
  EXPECT_NE(spec->find("b"), nullptr);
}

TEST(PipelineReader, AFileThatIsCutOffAnywhereIsReadOrRefusedButNeverACrash) {
  const std::string whole = kWechatUsers;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Diagnostics diagnostics;
    const auto spec = parse_pipeline(whole.substr(0, length), "f.yaml", brokers_only(), diagnostics);
    EXPECT_TRUE(spec || !diagnostics.empty()) << length;
  }
}

TEST(PipelineReader, AFileWithAnyByteReplacedIsReadOrRefusedButNeverACrash) {
  const std::string whole = kWechatUsers;
  for (const char c :
       {'\0', '\t', '\n', '"', '\'', '{', '}', '[', ']', ':', '*', '&', '!', '|', '%', '\xff'}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string text = whole;
      text[at] = c;
      Diagnostics diagnostics;
      const auto spec = parse_pipeline(text, "f.yaml", brokers_only(), diagnostics);
      EXPECT_TRUE(spec || !diagnostics.empty()) << at;
    }
  }
}

TEST(PipelineReader, TestsInTheFileAreNotReadAndNothingInThemIsReplaced) {
  Diagnostics diagnostics;
  const auto spec = parse_pipeline(
      "sources: {in: {plugin: file}}\ntests: [{name: a, steps: [{records: {into: in, values: "
      "['${NOT_SET}']}}]}]\n",
      "p.yaml", brokers_only(), diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->stages.size(), 1u);
}

}  // namespace
}  // namespace weir
