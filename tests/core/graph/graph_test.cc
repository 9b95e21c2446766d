// SPDX-License-Identifier: Apache-2.0
//
// The graph of a file that is as it should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sample_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PipelineGraph good(const std::string& yaml) {
  Diagnostics diagnostics;
  auto graph = check(yaml, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return graph ? *std::move(graph) : PipelineGraph{};
}

std::vector<std::string> names(const PipelineGraph& graph) {
  std::vector<std::string> all;
  for (const auto& stage : graph.stages) all.push_back(stage.spec.name);
  return all;
}

std::vector<std::string> readers(const PipelineGraph& graph, const GraphPort& port) {
  std::vector<std::string> all;
  for (const auto& to : port.consumers) all.push_back(graph.stages.at(to.stage).spec.name);
  return all;
}

TEST(Graph, EachStageStandsAfterThoseItReads) {
  const auto graph = good(R"(
sinks: {out: {plugin: collect, from: ask}, rest: {plugin: collect, from: [few.rest, ask.error]}}
windows: {two: {plugin: pairs, from: few, key: id}}
processes: {ask: {plugin: ask, from: two, concurrency: 8}, few: {plugin: keep, from: in}}
sources: {in: {plugin: numbers}}
)");
  EXPECT_THAT(names(graph), ElementsAre("in", "few", "two", "ask", "out", "rest"));
  ASSERT_EQ(graph.stages.size(), 6u);
  EXPECT_THAT(readers(graph, graph.stages[0].ports[0]), ElementsAre("few"));
  EXPECT_THAT(readers(graph, graph.stages[1].ports[0]), ElementsAre("two"));
  EXPECT_THAT(readers(graph, graph.stages[1].ports[1]), ElementsAre("rest"));
  EXPECT_THAT(readers(graph, graph.stages[3].error), ElementsAre("rest"));
  EXPECT_THAT(readers(graph, graph.stages[5].error), IsEmpty()) << "an error port need not be wired";
  EXPECT_TRUE(graph.stages[3].has_workers());
  EXPECT_FALSE(graph.stages[1].has_workers());
  EXPECT_EQ(graph.stages[2].ports[0].item, WEIR_GROUPS);
}

TEST(Graph, SeveralStagesMayReadAPort) {
  const auto graph = good(R"(
sources: {in: {plugin: numbers}}
sinks: {one: {plugin: collect, from: in}, two: {plugin: either, from: [in, in.error]}}
)");
  EXPECT_THAT(readers(graph, graph.stages.at(0).ports.at(0)), ElementsAre("one", "two"));
  EXPECT_THAT(readers(graph, graph.stages.at(0).error), ElementsAre("two"));
}

TEST(Graph, DiscardedPortsNeedNoReader) {
  const auto graph = good(R"(
sources: {in: {plugin: numbers}}
processes: {few: {plugin: keep, from: in}}
sinks: {out: {plugin: collect, from: few}}
discard: [few.rest, few.error]
)");
  EXPECT_TRUE(graph.stages.at(1).ports.at(1).discarded);
  EXPECT_TRUE(graph.stages.at(1).error.discarded);
  EXPECT_FALSE(graph.stages.at(1).ports.at(0).discarded);
}

TEST(Graph, PortsMayDependOnOptions) {
  const auto graph = good(R"(
sources: {in: {plugin: numbers}}
processes: {split: {plugin: same, from: in, ports: [odd, even]}}
sinks: {odd: {plugin: collect, from: split.odd}, even: {plugin: collect, from: split.even}}
)");
  ASSERT_EQ(graph.stages.at(1).ports.size(), 2u);
  EXPECT_EQ(graph.stages[1].ports[0].name, "odd");
  EXPECT_THAT(readers(graph, graph.stages[1].ports[1]), ElementsAre("even"));
}

TEST(Graph, AGroupTakerMayReadRecordsToo) {
  const auto graph = good(R"(
sources: {in: {plugin: numbers}}
windows: {two: {plugin: pairs, from: in}}
sinks: {out: {plugin: either, from: [two, two.error]}}
)");
  EXPECT_EQ(graph.stages.size(), 3u);
}

TEST(Graph, SeveralTasksShareTheWorkByKeyOrGiveAllOfItToOne) {
  const auto graph = good(R"(
tasks: 4
checkpoint: {store: none}
sources: {in: {plugin: numbers}}
windows: {two: {plugin: pairs, from: in, key: id}, plain: {plugin: pairs, from: in}}
processes:
  by_key: {plugin: remember, from: in, key: id}
  all: {plugin: remember, from: in}
  of_keyed_groups: {plugin: remember, from: two}
  of_plain_groups: {plugin: remember, from: plain}
sinks: {out: {plugin: collect, from: [by_key, all, of_keyed_groups, of_plain_groups]}}
)");
  const auto split = [&](const std::string& name) {
    for (const auto& stage : graph.stages) {
      if (stage.spec.name == name) return stage.split;
    }
    ADD_FAILURE() << "no stage " << name;
    return Split::kByTask;
  };
  EXPECT_EQ(split("two"), Split::kByKey);
  EXPECT_EQ(split("by_key"), Split::kByKey);
  EXPECT_EQ(split("of_keyed_groups"), Split::kByKey) << "the groups bring their keys along";
  EXPECT_EQ(split("all"), Split::kWhole);
  EXPECT_EQ(split("of_plain_groups"), Split::kWhole);
  EXPECT_EQ(split("plain"), Split::kByTask) << "it keeps no state";
  EXPECT_EQ(split("out"), Split::kByTask);
  EXPECT_TRUE(graph.has_exchange());
}

TEST(Graph, TasksWithoutKeysAndStateHaveNothingInCommon) {
  EXPECT_FALSE(good(R"(
tasks: 4
sources: {in: {plugin: numbers}}
windows: {two: {plugin: pairs, from: in}}
sinks: {out: {plugin: either, from: two}}
)")
                   .has_exchange());
}

TEST(Graph, OneTaskExchangesNothing) {
  EXPECT_FALSE(good(R"(
checkpoint: {store: none}
sources: {in: {plugin: numbers}}
processes: {by_key: {plugin: remember, from: in, key: id}}
sinks: {out: {plugin: collect, from: by_key}}
)")
                   .has_exchange());
}

}  // namespace
}  // namespace weir::test
