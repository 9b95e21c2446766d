// SPDX-License-Identifier: Apache-2.0
//
// Every kind of stage may emit by side ports, from whatever it is called for; what leaves there has the time
// that what leaves by the main port has. In all the ways that must make no difference.
#include <gtest/gtest.h>
#include <weir/plugin.h>

#include <chrono>
#include <string>

#include "steps_run.h"
#include "tens.h"

namespace weir::test {
namespace {

constexpr Port kSide{1};

std::string key_at_hand(const Context& context) {
  return context.key().data == nullptr ? "nobody" : std::string(view(context.key()));
}

/// "WHAT of KEY" by both ports.
void tell(const std::string& what, Context& out) {
  const std::string text = what + " of " + key_at_hand(out);
  out.emit(out.make(text));
  out.emit(kSide, out.make(text));
}

/// Process `speaker`: records and groups; records set a timer of their time, or with `clock` of the present.
class Speaker final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("speaker")
        .summary("Speaks.")
        .stateful()
        .port("out", Item::kRecords, "All.")
        .port("side", Item::kRecords, "The same.");
    d.option("clock", Type::kBool, "A timer by the clock.").default_value("false");
  }
  explicit Speaker(const Options& options) : clock_(options.boolean("clock")) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    tell("a record", out);
    clock_ ? out.set_timer(out.now() + std::chrono::milliseconds(5)) : out.set_event_timer(record.event_time);
  }
  void process(const Group& group, Context& out) override {
    tell(std::to_string(group.items().size()) + " records", out);
  }
  void on_timer(const weir_timer&, Context& out) override { tell("a timer", out); }

 private:
  const bool clock_;
};

/// Process `pair_speaker`: two inputs; each record sets a timer of its time.
class PairSpeaker final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("pair_speaker")
        .summary("Speaks.")
        .stateful()
        .port("out", Item::kRecords, "All.")
        .port("side", Item::kRecords, "The same.");
    d.input("left", "Records.", &PairSpeaker::left).input("right", "Records.", &PairSpeaker::right);
  }
  explicit PairSpeaker(const Options&) {}
  void on_timer(const weir_timer&, Context& out) override { tell("a timer", out); }

 private:
  void left(const Record& record, Context& out) { hear("a left one", record, out); }
  void right(const Record& record, Context& out) { hear("a right one", record, out); }
  void hear(const std::string& what, const Record& record, Context& out) {
    tell(what, out);
    out.set_event_timer(record.event_time);
  }
};

/// Process `ruled_speaker`: data, and words that all tasks see.
class RuledSpeaker final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("ruled_speaker")
        .summary("Speaks.")
        .stateful()
        .port("out", Item::kRecords, "All.")
        .port("side", Item::kRecords, "The same.");
    d.input("data", "Records.", &RuledSpeaker::data)
        .input("words", "Words.", &RuledSpeaker::word, /*broadcast=*/true);
  }
  explicit RuledSpeaker(const Options&) {}

 private:
  void data(const Record&, Context& out) { tell("a record", out); }
  /// What it emits is the record: so it is known where it came from.
  void word(const Record& record, Context& out) {
    out.emit(record);
    out.emit(kSide, record);
  }
};

/// Window `gatherer`: the records of a key till the end; by `side` what it is called for.
class Gatherer final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("gatherer")
        .summary("Gathers.")
        .stateful()
        .port("out", Item::kGroups, "All.")
        .port("side", Item::kRecords, "What it sees.");
  }
  explicit Gatherer(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i) {
      const Record& record = batch.items()[i];
      out.list_append(kAbsent, 0, Records(&record, 1));
      out.emit(kSide, record);
      out.set_event_timer(record.event_time, kAbsent);
    }
  }
  void on_timer(const weir_timer&, Context& out) override { out.emit(kSide, out.make("a timer")); }
  void finish(Context& out) override {
    if (out.list(kAbsent, 0).empty()) return;
    out.emit(kSide, out.make("the end"));
    out.list_emit(Port{0}, kAbsent, 0, {}, std::chrono::milliseconds(10));
  }
};

/// Source `talker`: has a port besides the main one.
class Talker final : public Source {
 public:
  static void describe(Descriptor& d) {
    d.name("talker")
        .summary("Talks.")
        .port("out", Item::kRecords, "Even.")
        .port("side", Item::kRecords, "Odd.");
  }
  explicit Talker(const Options&) {}
  Poll poll(Context&, std::size_t) override { return Poll::kIdle; }
};

/// Sink `teller`: has a port.
class Teller final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("teller").summary("Tells.").port("told", Item::kRecords, "All.");
  }
  explicit Teller(const Options&) {}
  void write(Records, Context&) override {}
};

std::string run(const std::string& pipeline, const std::string& steps) {
  return StepsRun("checkpoint: {store: none}\n" + pipeline,
                  {detail::Trampoline<Speaker>::plugin(), detail::Trampoline<PairSpeaker>::plugin(),
                   detail::Trampoline<RuledSpeaker>::plugin(), detail::Trampoline<Gatherer>::plugin(),
                   detail::Trampoline<Talker>::plugin(), detail::Trampoline<Teller>::plugin(),
                   detail::Trampoline<Tens>::plugin()})
      .run(steps, thorough_variations());
}

const std::string kIn = "sources: {in: {plugin: script, values: [never], event_time: t}}\n";
const std::string kOut = "sinks: {out: {plugin: keep, from: p}, side: {plugin: keep, from: p.side}}\n";

/// The same leaves by both.
std::string on_both(const std::string& records, const std::string& order = "any") {
  return "  - expect: {at: p.out, order: " + order + ", records: " + records +
         "}\n  - expect: {at: p.side, order: " + order + ", records: " + records + "}\n";
}

TEST(SidePortRules, AProcessMayEmitThereAlsoFromItsTimers) {
  EXPECT_EQ(run(kIn + "processes: {p: {plugin: speaker, from: in}}\n" + kOut,
                "  - records: {into: in, values: [{t: 1}, {t: 3}]}\n"
                "  - watermark: {into: in, time: 3}\n" +
                    on_both("[{value: a record of nobody, time: 1}, {value: a record of nobody, time: 3}, "
                            "{value: a timer of nobody, time: 1}, {value: a timer of nobody, time: 3}]")),
            "");
}

TEST(SidePortRules, AProcessWithAKeyMayEmitThereAlsoFromItsTimers) {
  EXPECT_EQ(run(kIn + "processes: {p: {plugin: speaker, from: in, key: k}}\n" + kOut,
                "  - records: {into: in, values: [{k: a, t: 1}, {k: b, t: 3}]}\n"
                "  - watermark: {into: in, time: 3}\n" +
                    on_both("[{value: a record of a, time: 1}, {value: a record of b, time: 3}, {value: a "
                            "timer of a, time: 1}, {value: a timer of b, time: 3}]")),
            "");
}

TEST(SidePortRules, WhatATimerOfTheClockEmitsThereHasNoTime) {
  EXPECT_EQ(run(kIn + "processes: {p: {plugin: speaker, from: in, key: k, clock: true}}\n" + kOut,
                "  - records: {into: in, values: [{k: a, t: 1}]}\n" +
                    on_both("[{value: a record of a, time: 1}]", "same") + "  - clock: +5ms\n" +
                    on_both("[{value: a timer of a}]", "same")),
            "");
}

TEST(SidePortRules, AProcessWithSeveralInputsMayEmitThereFromEachAndFromTimers) {
  const std::string sources =
      "sources: {l: {plugin: script, values: [never], event_time: t}, r: {plugin: script, values: [never], "
      "event_time: t}}\n";
  for (const std::string key : {"", "k"}) {
    const std::string who = key.empty() ? "nobody" : "a";
    EXPECT_EQ(run(sources + "processes: {p: {plugin: pair_speaker, from: {left: l, right: r}" +
                      (key.empty() ? "" : ", key: k") + "}}\n" + kOut,
                  "  - records: {into: l, values: [{k: a, t: 1}]}\n"
                  "  - records: {into: r, values: [{k: a, t: 2}]}\n"
                  "  - watermark: {into: l, time: 2}\n"
                  "  - watermark: {into: r, time: 2}\n" +
                      on_both("[{value: a left one of " + who + ", time: 1}, {value: a right one of " + who +
                              ", time: 2}, {value: a timer of " + who + ", time: 1}, {value: a timer of " +
                              who + ", time: 2}]")),
              "")
        << key;
  }
}

TEST(SidePortRules, AProcessWithABroadcastInputMayEmitThereFromBothSides) {
  EXPECT_EQ(
      run("sources: {d: {plugin: script, values: [never]}, w: {plugin: script, values: [never]}}\n"
          "processes: {p: {plugin: ruled_speaker, from: {data: d, words: w}, key: k}}\n" +
              kOut,
          "  - records: {into: d, values: [{k: a}, {k: b}]}\n" +
              on_both("[{value: a record of a}, {value: a record of b}]") +
              "  - records: {into: w, values: [hear]}\n" + on_both("[{value: hear, position: 0}]", "same")),
      "");
}

TEST(SidePortRules, WhatAProcessMakesOfAGroupHasTheTimeOfTheWindowsLastMillisecondThere) {
  for (const std::string key : {"", "k"}) {
    const std::string who = key.empty() ? "nobody" : "a";
    EXPECT_EQ(run(kIn + "windows: {ten: {plugin: tens, from: in" + (key.empty() ? "" : ", key: k") +
                      "}}\nprocesses: {p: {plugin: speaker, from: ten}}\n" + kOut,
                  "  - records: {into: in, values: [{k: a, t: 1}, {k: a, t: 2}, {k: a, t: 13}]}\n"
                  "  - watermark: {into: in, time: 19}\n" +
                      on_both("[{value: 2 records of " + who + ", time: 9}, {value: 1 records of " + who +
                                  ", time: 19}]",
                              "same")),
              "")
        << key;
  }
}

TEST(SidePortRules, AWindowMayEmitThereAlsoFromATimerAndAtTheEnd) {
  EXPECT_EQ(
      run(kIn + "windows: {g: {plugin: gatherer, from: in}}\nsinks: {out: {plugin: keep, from: "
                "g.side}}\ndiscard: [g]\n",
          "  - records: {into: in, values: [{t: 1}, {t: 2}]}\n"
          "  - watermark: {into: in, time: 2}\n"
          "  - expect: {at: g.side, order: any, records: [{value: {t: 1}, time: 1, position: 0}, {value: "
          "{t: 2}, time: 2, position: 1}, {value: a timer, time: 1}, {value: a timer, time: 2}]}\n"
          "  - expect: {at: g, groups: []}\n"
          "  - end\n"
          "  - expect: {at: g.side, values: [the end]}\n"
          "  - expect: {at: g, groups: [{values: [{t: 1}, {t: 2}]}]}\n"),
      "");
}

TEST(SidePortRules, ASourceMayEmitThere) {
  EXPECT_EQ(run("sources: {in: {plugin: talker, event_time: t}}\n"
                "sinks: {out: {plugin: keep, from: in}, side: {plugin: keep, from: in.side}}\n",
                "  - records: {into: in, values: [{t: 2}]}\n"
                "  - records: {into: in.side, records: [{value: odd, key: k, time: 1}]}\n"
                "  - records: {into: in, values: [{t: 4}]}\n"
                "  - expect: {at: out, records: [{value: {t: 2}, time: 2}, {value: {t: 4}, time: 4}]}\n"
                "  - expect: {at: side, records: [{value: odd, key: k, time: 1}]}\n"),
            "");
}

TEST(SidePortRules, ASinkMayEmitThereAndAnotherOneTakesIt) {
  EXPECT_EQ(run(kIn + "sinks: {tell: {plugin: teller, from: in}, side: {plugin: keep, from: tell.told}}\n",
                "  - records: {into: in, values: [{t: 1}]}\n"
                "  - answer: {stage: tell, calls: [{told: [{input: 1, code: told, message: as it says}]}, "
                "{told: [{input: 1}]}]}\n"
                "  - records: {into: in, values: [{t: 2}]}\n"
                "  - records: {into: in, values: [{t: 3}]}\n"
                "  - expect: {at: tell, values: [{t: 1}]}\n"
                "  - expect: {at: side, records: [{value: {t: 2}, time: 2, code: told, message: as it says, "
                "attempts: 1}, {value: {t: 3}, time: 3}]}\n"),
            "");
}

}  // namespace
}  // namespace weir::test
