// SPDX-License-Identifier: Apache-2.0
//
// Side ports of sources, sinks and workers of their own; those of all other stages are in tests/core/testing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <string>
#include <vector>

#include "test_stages.h"
#include "ways.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr Port kSide{1};

/// By `side` "WHAT VALUE".
void aside(const std::string& what, const Record& record, Context& out) {
  out.emit(kSide, out.make(what + " " + std::string(record.bytes())));
}

/// Source `talker`: 1, 2 and 3; what is odd leaves by `side` with a reason.
class Talker final : public Source {
 public:
  static void describe(Descriptor& d) {
    d.name("talker")
        .summary("Talks.")
        .ends()
        .port("out", Item::kRecords, "Even.")
        .port("side", Item::kRecords, "Odd.");
  }
  explicit Talker(const Options&) {}
  Poll poll(Context& out, std::size_t budget) override {
    if (budget == 0) return Poll::kIdle;
    for (int i = 1; i <= 3; ++i) {
      Record record = out.make(std::to_string(i));
      record.origin = out.origin("t", 0);
      record.position = i;
      i % 2 == 0 ? out.emit(record) : out.fail(kSide, record, "odd", "it is odd");
    }
    return Poll::kEnd;
  }
};

/// Process `worker`: on threads of its own, records and groups.
class Worker final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("worker")
        .summary("Works.")
        .blocks()
        .concurrent()
        .port("out", Item::kRecords, "-")
        .port("side", Item::kRecords, "All.");
  }
  explicit Worker(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override { aside("worker", record, out); }
  void process(const Group& group, Context& out) override {
    for (const Record& record : group.items()) aside("worker's group", record, out);
  }
};

/// Sink `teller`: by `told` with a reason what it gets; `slow_teller` on a thread of its own.
class Teller : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("teller").summary("Tells.").port("told", Item::kRecords, "All.");
  }
  explicit Teller(const Options&) {}
  void write(Records records, Context& out) override {
    for (const Record& record : records) out.fail(Port{0}, record, "told", "told");
  }
};
class SlowTeller final : public Teller {
 public:
  static void describe(Descriptor& d) {
    Teller::describe(d);
    d.name("slow_teller").blocks();
  }
  using Teller::Teller;
};

std::vector<std::string> side_of(const Way& way, const std::string& stages) {
  return noted_in(way, {"a", "b", "c"}, stages, "side got ",
                  {detail::Trampoline<Worker>::plugin(), detail::Trampoline<Teller>::plugin(),
                   detail::Trampoline<SlowTeller>::plugin()});
}

TEST(PortsOfStages, OfASource) {
  PipelineRun run(R"(sources: {in: {plugin: talker}}
sinks: {out: {plugin: keep, from: in}, side: {plugin: keep, from: in.side}}
)",
                  {detail::Trampoline<Talker>::plugin()});
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("side got "), ElementsAre("1 (in.side odd 1)", "3 (in.side odd 1)"));
}

TEST(PortsOfStages, OfAWorker) {
  for (const Way& way : ways_with_restarts(3)) {
    EXPECT_THAT(side_of(way, R"(windows: {w: {plugin: pairs, from: in}}
processes:
  p: {plugin: worker, from: in, concurrency: 2}
  q: {plugin: worker, from: w, concurrency: 2}
sinks: {out: {plugin: keep, from: [p, q]}, side: {plugin: keep, from: [p.side, q.side]}}
)"),
                UnorderedElementsAre("worker a", "worker b", "worker c", "worker's group a",
                                     "worker's group b", "worker's group c"))
        << way;
  }
}

TEST(PortsOfStages, OfASinkOnTheTaskAndOnAThreadOfItsOwn) {
  for (const char* plugin : {"teller", "slow_teller"}) {
    for (const Way& way : ways_with_restarts(3)) {
      EXPECT_THAT(
          side_of(way, std::string("sinks: {tell: {plugin: ") + plugin +
                           ", from: in}, side: {plugin: keep, from: tell.told}}\n"),
          UnorderedElementsAre("a (tell.told told 1)", "b (tell.told told 1)", "c (tell.told told 1)"))
          << plugin << ", " << way;
    }
  }
}

}  // namespace
}  // namespace weir::test
