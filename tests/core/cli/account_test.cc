// SPDX-License-Identifier: Apache-2.0
#include "cli/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

/// A graph and its counts, made by hand.
class HandMadeRun {
 public:
  /// Returns the stage's number.
  std::size_t stage(StageKind kind, const std::string& name, const std::vector<std::string>& ports) {
    auto& stage = graph.stages.emplace_back();
    stage.spec.kind = kind;
    stage.spec.name = name;
    stage.spec.plugin = "p_" + name;
    for (const auto& port : ports) stage.ports.push_back({port, WEIR_RECORDS, false, {}});
    totals.emplace_back().ports.resize(ports.size());
    return graph.stages.size() - 1;
  }
  void wire(std::size_t from, std::size_t port, std::size_t to) {
    graph.stages[from].ports[port].consumers.push_back({.stage = to});
  }
  /// `n` records leave by a port and reach its readers.
  void pass(std::size_t from, std::size_t port, std::uint64_t n) {
    totals[from].ports[port] += n;
    for (const auto to : graph.stages[from].ports[port].consumers) totals[to.stage].in += n;
  }
  void pass_error(std::size_t from, std::uint64_t n) {
    totals[from].error += n;
    for (const auto to : graph.stages[from].error.consumers) totals[to.stage].in += n;
  }
  Account account() const { return make_account(graph, totals); }
  std::string summary(bool ended_well = true) const { return summary_text(graph, totals, ended_well); }
  void expect_balance() const {
    const Account a = account();
    EXPECT_EQ(a.read + Account::sum(a.made) + Account::sum(a.copied),
              Account::sum(a.written) + Account::sum(a.discarded) + Account::sum(a.given_up) +
                  Account::sum(a.dropped));
  }

  PipelineGraph graph;
  std::vector<StageTotals> totals;
};

TEST(Account, WhatWasReadIsWritten) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto check = run.stage(StageKind::kProcess, "check", {"out", "bad"});
  const auto good = run.stage(StageKind::kSink, "good", {});
  const auto bad = run.stage(StageKind::kSink, "bad", {});
  run.wire(in, 0, check);
  run.wire(check, 0, good);
  run.wire(check, 1, bad);
  run.pass(in, 0, 12'000);
  run.pass(check, 0, 11'900);
  run.pass(check, 1, 100);
  run.expect_balance();
  EXPECT_EQ(run.account().read, 12'000u);
  EXPECT_THAT(run.account().written, ElementsAre(Pair("good", 11'900u), Pair("bad", 100u)));
  EXPECT_EQ(run.summary(),
            "stage  kind     plugin       in     out  side ports\n"
            "in     source   p_in          -  12,000\n"
            "check  process  p_check  12,000  11,900  bad 100 -> bad\n"
            "good   sink     p_good   11,900       -\n"
            "bad    sink     p_bad       100       -\n"
            "account: read 12,000 = written 12,000 (good 11,900, bad 100)\n");
}

TEST(Account, APortWithSeveralReadersGivesCopies) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  for (const char* name : {"a", "b", "c"}) run.wire(in, 0, run.stage(StageKind::kSink, name, {}));
  run.pass(in, 0, 5);
  run.expect_balance();
  EXPECT_THAT(run.account().copied, ElementsAre(Pair("in.out", 10u)));
  EXPECT_THAT(run.summary(),
              EndsWith("account: read 5 + copied 10 (in.out 10) = written 15 (a 5, b 5, c 5)\n"));
}

TEST(Account, DiscardedPortsAreNamed) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto check = run.stage(StageKind::kProcess, "check", {"out", "blank"});
  const auto out = run.stage(StageKind::kSink, "out", {});
  run.wire(in, 0, check);
  run.wire(check, 0, out);
  run.graph.stages[check].ports[1].discarded = true;
  run.graph.stages[check].error.discarded = true;
  run.pass(in, 0, 10);
  run.pass(check, 0, 6);
  run.pass(check, 1, 3);
  run.pass_error(check, 1);
  run.expect_balance();
  EXPECT_THAT(run.account().discarded, ElementsAre(Pair("check.blank", 3u), Pair("check.error", 1u)));
  EXPECT_THAT(run.summary(), HasSubstr("blank 3 discarded, error 1 discarded\n"));
  EXPECT_THAT(run.summary(), EndsWith("= written 6 (out 6) + discarded 4 (check.blank 3, check.error 1)\n"));
}

TEST(Account, WhatASinkRefusesIsWrittenByTheNextOne) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto rows = run.stage(StageKind::kSink, "rows", {});
  const auto failed = run.stage(StageKind::kSink, "failed", {});
  run.wire(in, 0, rows);
  run.graph.stages[rows].error.consumers.push_back({.stage = failed});
  run.pass(in, 0, 10);
  run.pass_error(rows, 4);
  run.expect_balance();
  EXPECT_THAT(run.account().written, ElementsAre(Pair("rows", 6u), Pair("failed", 4u)));
  EXPECT_THAT(run.summary(), HasSubstr("error 4 -> failed\n"));
}

TEST(Account, RecordsThatASourceCannotTakeCountAsRead) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto out = run.stage(StageKind::kSink, "out", {});
  const auto bad = run.stage(StageKind::kSink, "bad", {});
  run.wire(in, 0, out);
  run.graph.stages[in].error.consumers.push_back({.stage = bad});
  run.pass(in, 0, 3);
  run.pass_error(in, 2);
  run.expect_balance();
  EXPECT_EQ(run.account().read, 5u);
}

TEST(Account, StagesThatMakeAndDropRecordsAreNamed) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto split = run.stage(StageKind::kProcess, "split", {"out"});
  const auto join = run.stage(StageKind::kProcess, "join", {"out"});
  const auto out = run.stage(StageKind::kSink, "out", {});
  run.wire(in, 0, split);
  run.wire(split, 0, join);
  run.wire(join, 0, out);
  run.pass(in, 0, 10);
  run.pass(split, 0, 25);
  run.pass(join, 0, 7);
  run.expect_balance();
  EXPECT_THAT(
      run.summary(),
      EndsWith(
          "account: read 10 + made 15 (split 15) = written 7 (out 7) + merged or dropped 18 (join 18)\n"));
}

TEST(Account, WhatTheNextOwnerReadsAgainIsNotDropped) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto batch = run.stage(StageKind::kWindow, "batch", {"out"});
  const auto out = run.stage(StageKind::kSink, "out", {});
  run.wire(in, 0, batch);
  run.wire(batch, 0, out);
  run.pass(in, 0, 100);
  run.pass(batch, 0, 60);
  run.totals[batch].given_up = 40;
  run.expect_balance();
  EXPECT_THAT(run.account().dropped, IsEmpty());
  EXPECT_THAT(run.summary(),
              EndsWith("account: read 100 = written 60 (out 60) + left to the next owner of their "
                       "partitions 40 (batch 40)\n"));
}

TEST(Account, OfAFailedRunItDoesNotSayWritten) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  const auto ask = run.stage(StageKind::kProcess, "ask", {"out"});
  const auto out = run.stage(StageKind::kSink, "out", {});
  run.wire(in, 0, ask);
  run.wire(ask, 0, out);
  run.pass(in, 0, 10);
  run.pass(ask, 0, 4);
  run.expect_balance();
  EXPECT_THAT(run.summary(false),
              EndsWith("account: read 10 = taken by sinks 4 (out 4) + undelivered 6 (ask 6)\n"));
  EXPECT_THAT(run.summary(false), Not(HasSubstr("written")));
}

TEST(Account, APipelineWithoutSinksWritesNothing) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  run.graph.stages[in].ports[0].discarded = true;
  run.pass(in, 0, 3);
  run.expect_balance();
  EXPECT_THAT(run.summary(), EndsWith("account: read 3 = written 0 + discarded 3 (in.out 3)\n"));
}

TEST(Account, OwnCountersOfPluginsStandBelowTheTable) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  run.graph.stages[in].ports[0].discarded = true;
  run.totals[in].named = {{"blank_lines", 1'234}, {"calls", 0}};
  EXPECT_THAT(run.summary(), HasSubstr("\nin: blank_lines 1,234, calls 0\naccount: "));
}

TEST(Account, AnErrorPortThatNobodyReadsIsNotShown) {
  HandMadeRun run;
  const auto in = run.stage(StageKind::kSource, "in", {"out"});
  run.graph.stages[in].ports[0].discarded = true;
  EXPECT_THAT(run.summary(), Not(HasSubstr("error")));
  EXPECT_THAT(run.account().copied, IsEmpty());
}

}  // namespace
}  // namespace weir
