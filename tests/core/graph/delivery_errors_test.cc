// SPDX-License-Identifier: Apache-2.0
//
// `delivery: exactly_once` and where checkpoints are kept: what is chosen, and what is refused with which
// reason.
#include <gmock/gmock.h>
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

TEST(Delivery, WhatCannotBeDividedAmongProcessesIsNotKeptByPartition) {
  EXPECT_EQ(
      errors("checkpoint: {store: s, by: partition}\nsources: {in: {plugin: tape}}\n"
             "sinks: {out: {plugin: paper, from: in}}\n"),
      "p.yaml:2:11: stage 'in' cannot keep its checkpoint `by: partition`: the source plugin 'tape' does "
      "not share partitions with other processes\n");
  EXPECT_EQ(
      errors("delivery: exactly_once\ncheckpoint: {by: partition}\nsources: {in: {plugin: share}}\n"
             "sinks: {out: {plugin: paper, from: in}}\n"),
      "p.yaml:1:11: `delivery: exactly_once` with checkpoint `by: partition` needs the sink to keep the "
      "checkpoints, so that one transaction decides; expected checkpoint: {store: {sink: NAME}, by: "
      "partition} with a sink such as sql\n");
  EXPECT_EQ(
      errors("checkpoint: {by: partition}\nsources: {in: {plugin: share}}\n"
             "sinks: {out: {plugin: paper, from: in}}\n"),
      "p.yaml:1:18: `by: partition` needs a place that all processes reach; expected checkpoint: {store: "
      "FOLDER, by: partition}, or store: {sink: NAME}\n");
  EXPECT_EQ(
      errors(
          "checkpoint: {store: s, by: partition}\nsources:\n  one: {plugin: share}\n  two: {plugin: share}\n"
          "sinks: {out: {plugin: collect, from: [one, two]}}\n"),
      "p.yaml:4:3: stage 'two' cannot keep its checkpoint `by: partition`: it is a second source, and "
      "nothing "
      "makes partitions of the same number go to the same process; expected one source\n");
}

TEST(Delivery, ByPartitionASinkKeepsCheckpointsThatCan) {
  const std::string start =
      "checkpoint: {store: {sink: out}, by: partition}\nsources: {in: {plugin: share}}\n";
  EXPECT_EQ(errors(start + "sinks: {out: {plugin: annals, from: in}, more: {plugin: collect, from: in}}\n"),
            "");
  EXPECT_EQ(
      errors(start + "sinks: {out: {plugin: ledger, from: in}}\n"),
      "p.yaml:3:9: stage 'out' cannot keep its checkpoint `by: partition`: the sink plugin 'ledger' keeps "
      "checkpoints of one process only\n");
  EXPECT_EQ(errors(start + "sinks: {other: {plugin: annals, from: in}}\n"),
            "p.yaml:1:28: there is no sink 'out' that can keep checkpoints; known: other\n");
  EXPECT_EQ(errors("delivery: exactly_once\n" + start +
                   "sinks: {out: {plugin: annals, from: in}, more: {plugin: paper, from: in}}\n"),
            "p.yaml:4:42: stage 'more' cannot keep `delivery: exactly_once`: with checkpoint `by: partition` "
            "only the "
            "sink that keeps the checkpoints, 'out', can be decided with them; expected it to be the only "
            "sink, with "
            "other ports led to it or named under `discard:`\n");
}

TEST(Delivery, WhatPartitionsHaveInCommonIsNotKeptByPartition) {
  EXPECT_EQ(errors("checkpoint: {store: s, by: partition}\nsources: {in: {plugin: share}}\n"
                   "processes: {again: {plugin: keep, from: out.error}}\n"
                   "sinks: {out: {plugin: collect, from: in}, more: {plugin: collect, from: again}}\n"
                   "discard: [again.rest]\n"),
            "p.yaml:3:13: stage 'again' cannot keep its checkpoint `by: partition`: it reads what the sink "
            "'out' could not take, of all partitions together; expected a sink there\n");
  EXPECT_EQ(errors("checkpoint: {store: s, by: partition}\nsources: {in: {plugin: share}}\n"
                   "processes: {timed: {plugin: keep, from: in, event_time: {field: at, idle_after: 5s}}}\n"
                   "sinks: {out: {plugin: collect, from: timed}}\ndiscard: [timed.rest]\n"),
            "p.yaml:3:13: stage 'timed' cannot keep its checkpoint `by: partition`: each partition has an "
            "event time of its own, and here none sees how far the others are: `idle_after` has no effect; "
            "expected it at the source's `event_time:`\n");
}

TEST(Delivery, StateByPartitionStandsInMemory) {
  EXPECT_EQ(errors("checkpoint: {store: s, by: partition}\nstate: rocksdb\nsources: {in: {plugin: share}}\n"
                   "processes: {pairs: {plugin: pairing, key: id, from: {left: in, right: in}}}\n"
                   "sinks: {out: {plugin: collect, from: pairs}}\n"),
            "p.yaml:2:1: state: rocksdb keeps the state of a whole task, and `by: partition` that of each "
            "partition "
            "in a place of its own; expected one of the two\n");
}

TEST(Delivery, APartitionerIsForStateByPartition) {
  EXPECT_EQ(errors("checkpoint: {store: s, partitioner: crc32}\nsources: {in: {plugin: tape}}\n"
                   "sinks: {out: {plugin: collect, from: in}}\n"),
            "p.yaml:1:24: 'checkpoint.partitioner' is for state by partition; expected beside it 'by: "
            "partition'\n");
  EXPECT_THAT(
      errors("checkpoint: {store: s, by: partition, partitioner: crc}\nsources: {in: {plugin: share}}\n"
             "sinks: {out: {plugin: collect, from: in}}\n"),
      ::testing::HasSubstr("murmur2 (Kafka's Java clients), crc32 (librdkafka), fnv1a (Sarama), or any"));
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

TEST(Delivery, PoisonAfterNeedsAFolderForItsNotes) {
  const std::string rest = "sources: {in: {plugin: tape}}\nsinks: {books: {plugin: ledger, from: in}}\n";
  const std::string expected =
      ":15: poison_after has no folder for its notes of crashes, since checkpoints are not kept in one; "
      "expected poison_after: {times: 5, notes: FOLDER}, or 0\n";
  EXPECT_EQ(errors("poison_after: 5\n" + rest), "p.yaml:1" + expected);
  EXPECT_EQ(errors("checkpoint: {store: {sink: books}}\npoison_after: 5\n" + rest), "p.yaml:2" + expected);
  EXPECT_EQ(errors("poison_after: {notes: notes}\n" + rest), "");
  EXPECT_EQ(errors("poison_after: 0\n" + rest), "");
  EXPECT_EQ(errors("checkpoint: {store: store}\npoison_after: 5\n" + rest), "");
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
