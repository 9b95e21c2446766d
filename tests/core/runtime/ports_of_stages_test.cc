// SPDX-License-Identifier: Apache-2.0
//
// Every kind of stage may emit by side ports: from a record, a group, a timer, at the end, and from a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <chrono>
#include <string>

#include "pipeline_run.h"
#include "test_stages.h"

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
      Record record = out.make("{\"k\":" + std::to_string(i) + ",\"t\":" + std::to_string(i) + "}");
      record.origin = out.origin("t", 0);
      record.position = i;
      i % 2 == 0 ? out.emit(record) : out.fail(kSide, record, "odd", "it is odd");
    }
    return Poll::kEnd;
  }
};

/// Window `gatherer`: groups of two; by `side` what it sees, at its timer and at the end.
class Gatherer final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("gatherer")
        .summary("Gathers.")
        .port("out", Item::kGroups, "Two.")
        .port("side", Item::kRecords, "All.");
  }
  explicit Gatherer(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i) {
      aside("window", batch.items()[i], out);
      if (out.list_append(kAbsent, 0, batch.items().subspan(i, 1)) == 2)
        out.list_emit(Port{0}, kAbsent, 0, {}, {});
    }
    out.set_event_timer(2, kAbsent);
  }
  void on_timer(const weir_timer&, Context& out) override { out.emit(kSide, out.make("window timer")); }
  void finish(Context& out) override {
    out.emit(kSide, out.make("window end"));
    out.list_emit(Port{0}, kAbsent, 0, {}, {});
  }
};

/// Process `speaker`: records and groups, with state for each key where it has one; by `side` what it sees.
class Speaker : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("speaker")
        .summary("Speaks.")
        .stateful()
        .port("out", Item::kRecords, "Nothing.")
        .port("side", Item::kRecords, "All.");
    d.option("clock", Type::kBool, "A timer by the clock.").default_value("false");
  }
  explicit Speaker(const Options& options) : clock_(options.boolean("clock")) {}
  void start(Context& context) override { count_.open(context); }
  using Process::process;
  void process(const Record& record, Context& out) override {
    if (out.key().data != nullptr) count_.put(out, count_.get(out).value_or(0) + 1);
    aside("record", record, out);
    clock_ ? out.set_timer(out.now()) : out.set_event_timer(record.event_time);
  }
  void process(const Group& group, Context& out) override {
    aside(group.key.data != nullptr ? "keyed group" : "group", group.items()[0], out);
  }
  void on_timer(const weir_timer&, Context& out) override {
    out.emit(kSide, out.make("timer " + std::string(view(out.key()))));
  }

 private:
  const bool clock_;
  ValueState<int> count_{"count"};
};

/// Process `pair_speaker`: two inputs, the second broadcast.
class PairSpeaker final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("pair_speaker")
        .summary("Speaks.")
        .stateful()
        .port("out", Item::kRecords, "-")
        .port("side", Item::kRecords, "All.");
    d.input("data", "Records.", &PairSpeaker::data)
        .input("words", "Words.", &PairSpeaker::word, /*broadcast=*/true);
  }
  explicit PairSpeaker(const Options&) {}

 private:
  void data(const Record& record, Context& out) { aside("data", record, out); }
  void word(const Record& record, Context& out) { aside("word", record, out); }
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
  void process(const Group& group, Context& out) override { aside("worker's group", group.items()[0], out); }
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

std::vector<std::string> side_of(const std::string& stages) {
  PipelineRun run(stages, {detail::Trampoline<Talker>::plugin(), detail::Trampoline<Gatherer>::plugin(),
                           detail::Trampoline<Speaker>::plugin(), detail::Trampoline<PairSpeaker>::plugin(),
                           detail::Trampoline<Worker>::plugin(), detail::Trampoline<Teller>::plugin(),
                           detail::Trampoline<SlowTeller>::plugin()});
  EXPECT_FALSE(run.run());
  return board().events("side got ");
}

const std::string kIn = R"(checkpoint: {store: none}
sources: {in: {plugin: script, event_time: t, values: ['{"k":1,"t":1,"n":1,"until":9}', '{"k":2,"t":3,"n":2,"until":9}']}}
)";
const std::string kOne = R"({"k":1,"t":1,"n":1,"until":9})", kTwo = R"({"k":2,"t":3,"n":2,"until":9})";

TEST(PortsOfStages, OfASource) {
  EXPECT_THAT(side_of(R"(sources: {in: {plugin: talker}}
sinks: {out: {plugin: keep, from: in}, side: {plugin: keep, from: in.side}}
)"),
              ElementsAre(R"({"k":1,"t":1} (in.side odd 1))", R"({"k":3,"t":3} (in.side odd 1))"));
}

TEST(PortsOfStages, OfAWindowAlsoFromATimerAndAtTheEnd) {
  EXPECT_THAT(side_of(kIn + R"(windows: {two: {plugin: gatherer, from: in}}
processes: {all: {plugin: joined, from: two}}
sinks: {out: {plugin: keep, from: all}, side: {plugin: keep, from: two.side}}
)"),
              ElementsAre("window " + kOne, "window " + kTwo, "window timer", "window end"));
}

TEST(PortsOfStages, OfAProcessAlsoFromTimersOfBothKinds) {
  const std::string sinks = "sinks: {out: {plugin: keep, from: p}, side: {plugin: keep, from: p.side}}\n";
  EXPECT_THAT(side_of(kIn + "processes: {p: {plugin: speaker, from: in}}\n" + sinks),
              ElementsAre("record " + kOne, "record " + kTwo, "timer ", "timer "));
  EXPECT_THAT(side_of(kIn + "processes: {p: {plugin: speaker, from: in, key: k}}\n" + sinks),
              ElementsAre("record " + kOne, "record " + kTwo, "timer 1", "timer 2"));
}

TEST(PortsOfStages, OfAProcessFromTimersOfTheClock) {
  PipelineRun run(R"(checkpoint: {store: none}
sources: {in: {plugin: script, stay: true, values: ['{"k":1}']}}
processes: {p: {plugin: speaker, from: in, key: k, clock: true}}
sinks: {out: {plugin: keep, from: p}, side: {plugin: keep, from: p.side}}
)",
                  {detail::Trampoline<Speaker>::plugin()});
  run.start();
  EXPECT_TRUE(board().wait_for("side got timer 1"));
  run.job().stop();
  EXPECT_FALSE(run.wait());
}

TEST(PortsOfStages, OfAProcessWithSeveralInputsAndABroadcastOne) {
  EXPECT_THAT(side_of(R"(checkpoint: {store: none}
sources: {a: {plugin: script, values: [x]}, b: {plugin: script, values: [y]}}
processes: {p: {plugin: pair_speaker, from: {data: a, words: b}}}
sinks: {out: {plugin: keep, from: p}, side: {plugin: keep, from: p.side}}
)"),
              UnorderedElementsAre("data x", "word y"));
}

TEST(PortsOfStages, OfAProcessBehindAWindowWithAndWithoutKey) {
  const std::string rest =
      "processes: {p: {plugin: speaker, from: w}}\nsinks: {out: {plugin: keep, from: p}, side: {plugin: "
      "keep, from: "
      "p.side}}\n";
  EXPECT_THAT(side_of(kIn + "windows: {w: {plugin: pairs, from: in}}\n" + rest),
              ElementsAre("group " + kOne));
  EXPECT_THAT(side_of(kIn + "windows: {w: {plugin: held, from: in, key: k}}\n" + rest),
              UnorderedElementsAre("keyed group " + kOne, "keyed group " + kTwo));
}

TEST(PortsOfStages, OfAWorker) {
  EXPECT_THAT(side_of(kIn + R"(windows: {w: {plugin: pairs, from: in}}
processes:
  p: {plugin: worker, from: in, concurrency: 2}
  q: {plugin: worker, from: w, concurrency: 2}
sinks: {out: {plugin: keep, from: [p, q]}, side: {plugin: keep, from: [p.side, q.side]}}
)"),
              UnorderedElementsAre("worker " + kOne, "worker " + kTwo, "worker's group " + kOne));
}

TEST(PortsOfStages, OfASinkOnTheTaskAndOnAThreadOfItsOwn) {
  for (const char* plugin : {"teller", "slow_teller"}) {
    EXPECT_THAT(side_of(kIn + "sinks: {tell: {plugin: " + plugin +
                        ", from: in}, side: {plugin: keep, from: tell.told}}\n"),
                ElementsAre(kOne + " (tell.told told 1)", kTwo + " (tell.told told 1)"))
        << plugin;
  }
}

}  // namespace
}  // namespace weir::test
