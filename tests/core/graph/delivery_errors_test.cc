// SPDX-License-Identifier: Apache-2.0
//
// `delivery: exactly_once` and where checkpoints are kept: what is chosen, and what is refused with which
// reason.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "sample_stages.h"

namespace weir::test {
namespace {

std::string errors(const std::string& yaml) {
  Diagnostics diagnostics;
  check(yaml, diagnostics);
  return diagnostics.text();
}

/// The graph of a file that is as it should be.
PipelineGraph good(const std::string& yaml) {
  Diagnostics diagnostics;
  auto graph = check(yaml, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
  return graph ? *std::move(graph) : PipelineGraph{};
}

const GraphStage& stage(const PipelineGraph& graph, const std::string& name) {
  for (const auto& stage : graph.stages) {
    if (stage.spec.name == name) return stage;
  }
  throw std::out_of_range(name);
}

TEST(Delivery, ASourceThatCannotGoBackCannotBeReadExactlyOnce) {
  EXPECT_EQ(errors("delivery: exactly_once\ncheckpoint: {store: store}\n"
                   "sources:\n  in: {plugin: numbers}\nsinks:\n  out: {plugin: ledger, from: in}\n"),
            "p.yaml:4:3: stage 'in' cannot keep `delivery: exactly_once`: the source plugin 'numbers' cannot "
            "go back to where a checkpoint was made\n");
}

TEST(Delivery, ASourceMayRefuseWithTheseOptions) {
  EXPECT_EQ(errors("delivery: exactly_once\ncheckpoint: {store: store}\n"
                   "sources:\n  in: {plugin: tape, worn: true}\nsinks:\n  out: {plugin: ledger, from: in}\n"),
            "p.yaml:4:3: stage 'in' cannot keep `delivery: exactly_once`: the tape is worn\n");
}

TEST(Delivery, ASinkThatCannotTakeBackCannotBeWrittenExactlyOnce) {
  EXPECT_EQ(errors("delivery: exactly_once\ncheckpoint: {store: store}\n"
                   "sources:\n  in: {plugin: tape}\nsinks:\n  out: {plugin: collect, from: in}\n"),
            "p.yaml:6:3: stage 'out' cannot keep `delivery: exactly_once`: the sink plugin 'collect' cannot "
            "take back what it has written\n");
}

TEST(Delivery, AllStagesThatCannotAreNamedAtOnce) {
  EXPECT_EQ(errors("delivery: exactly_once\ncheckpoint: {store: store}\n"
                   "sources:\n  in: {plugin: numbers}\nsinks:\n  out: {plugin: collect, from: in}\n"),
            "p.yaml:4:3: stage 'in' cannot keep `delivery: exactly_once`: the source plugin 'numbers' cannot "
            "go back to where a checkpoint was made\n"
            "p.yaml:6:3: stage 'out' cannot keep `delivery: exactly_once`: the sink plugin 'collect' cannot "
            "take back what it has written\n");
}

TEST(Delivery, WithoutAPlaceForCheckpointsExactlyOnceIsRefused) {
  EXPECT_EQ(
      errors("delivery: exactly_once\nsources: {in: {plugin: tape}}\n"
             "sinks: {out: {plugin: paper, from: in}}\n"),
      "p.yaml:1:11: exactly_once needs a place for checkpoints that is decided with the sinks; expected "
      "checkpoint: {store: FOLDER}, or a sink that can keep them, such as sql or kafka\n");
}

TEST(Delivery, ASinkThatIsToKeepCheckpointsMustBeThere) {
  const std::string rest =
      "sources: {in: {plugin: tape}}\nsinks: {books: {plugin: ledger, from: in}, more: {plugin: collect, "
      "from: in}}\n";
  EXPECT_EQ(errors("checkpoint: {store: {sink: boks}}\n" + rest),
            "p.yaml:1:28: there is no sink 'boks' that can keep checkpoints; did you mean 'books'?\n");
  EXPECT_EQ(errors("checkpoint: {store: {sink: more}}\n" + rest),
            "p.yaml:1:28: there is no sink 'more' that can keep checkpoints; known: books\n");
}

TEST(Delivery, TwoSinksThatCanOnlyKeepTheCheckpointAreRefused) {
  EXPECT_EQ(errors("delivery: exactly_once\nsources: {in: {plugin: tape}}\n"
                   "sinks:\n  one: {plugin: diary, from: in}\n  two: {plugin: diary, from: in}\n"),
            "p.yaml:5:3: stage 'two' cannot keep `delivery: exactly_once`: it cannot prepare; and the "
            "checkpoints are decided by 'one'\n");
}

TEST(Delivery, ASinkThatCannotPrepareIsRefusedWhereAFolderDecides) {
  EXPECT_EQ(errors("delivery: exactly_once\ncheckpoint: {store: store}\nsources: {in: {plugin: tape}}\n"
                   "sinks:\n  one: {plugin: diary, from: in}\n"),
            "p.yaml:5:3: stage 'one' cannot keep `delivery: exactly_once`: it cannot prepare\n");
}

TEST(Delivery, TheSinkThatCannotPrepareIsChosenToDecide) {
  const auto graph = good(
      "delivery: exactly_once\nsources: {in: {plugin: tape}}\n"
      "sinks:\n  one: {plugin: ledger, from: in}\n  two: {plugin: diary, from: in}\n");
  ASSERT_TRUE(graph.keeper);
  EXPECT_EQ(graph.stages[*graph.keeper].spec.name, "two");
  EXPECT_EQ(stage(graph, "one").transactions, WEIR_IN_TRANSACTIONS);
  EXPECT_EQ(stage(graph, "two").transactions, WEIR_IN_TRANSACTIONS | WEIR_KEEPS_CHECKPOINTS);
}

TEST(Delivery, AtLeastOnceASinkMayKeepTheCheckpointsAlone) {
  const auto graph = good(
      "checkpoint: {store: {sink: books}}\nsources: {in: {plugin: numbers}}\n"
      "sinks: {books: {plugin: ledger, from: in}, more: {plugin: collect, from: in}}\n");
  ASSERT_TRUE(graph.keeper);
  EXPECT_EQ(stage(graph, "books").transactions, WEIR_KEEPS_CHECKPOINTS);
  EXPECT_EQ(stage(graph, "more").transactions, 0u);
}

}  // namespace
}  // namespace weir::test
