// SPDX-License-Identifier: Apache-2.0
//
// The host that plugin authors test with does what the real one does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>
#include <weir/testing.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using weir::testing::Harness;
using weir::testing::PluginError;

/// Counts the records of each key, for a minute; tells the count 10 ms of event time after each record.
/// Rules, which all tasks see, put a word in front of it.
class Counts final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("counts")
        .summary("Counts.")
        .stateful()
        .input("data", "Records.")
        .input("rules", "Words.", Item::kRecords, /*broadcast=*/true)
        .port("out", Item::kRecords, "Counts.");
    d.option("start", Type::kInteger, "Where counts begin.").default_value("0");
  }
  explicit Counts(const Options& options) : start_(options.integer("start")) {}
  void start(Context& context) override {
    count_.open(context);
    word_.open(context);
    records_ = context.counter("records");
  }
  void process_input(std::uint32_t input, const Record& record, Context& out) override {
    if (input == 1) return word_.put(out, "word", std::string(record.bytes()));
    records_.add();
    ++in_memory_;
    count_.put(out, count_.get(out).value_or(start_) + 1);
    out.set_event_timer(record.event_time + 10);
  }
  void on_timer(const weir_timer&, Context& out) override {
    out.emit(out.make(word_.get(out, "word").value_or("-") + " " + std::string(view(out.key())) + " " +
                      std::to_string(count_.get(out).value_or(0)) + " of " + std::to_string(in_memory_)));
  }

 private:
  const std::int64_t start_;
  int in_memory_ = 0;
  ValueState<std::int64_t> count_{"count", TimeToLive{seconds(60)}};
  BroadcastState<std::string> word_{"word"};
  Counter records_;
};

TEST(Harness, RecordsGoIntoNamedInputsWithTimesAndKeys) {
  Harness<Counts> counts;
  counts.process_into("rules", {"so"});
  counts.process_into("data", {{"x", 100}, {"y", 101}}, {"a", "b"});
  counts.watermark(111);
  EXPECT_THAT(counts.values(), ElementsAre("so a 1 of 2", "so b 1 of 2"));
  EXPECT_EQ(counts.counter("records"), 2u);
  EXPECT_THROW(counts.process_into("dta", {"x"}), std::out_of_range);
}

TEST(Harness, EventTimeIsThatOfTheSlowestInputThatIsNotIdle) {
  Harness<Counts> counts;
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.watermark("data", 200);
  EXPECT_THAT(counts.values(), IsEmpty());
  counts.watermark("rules", 109);
  EXPECT_THAT(counts.values(), IsEmpty());
  counts.idle("rules");
  EXPECT_THAT(counts.values(), ElementsAre("- a 1 of 1"));
}

TEST(Harness, ARestartKeepsStateTimersAndEventTimeAndNothingInMemory) {
  Harness<Counts> counts(R"({"start": 5})");
  counts.process_into("rules", {"so"});
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.watermark(109);
  counts.restart();
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.watermark(110);
  EXPECT_THAT(counts.values(), ElementsAre("so a 7 of 1"));
}

TEST(Harness, ACrashGoesBackToTheLastCheckpoint) {
  Harness<Counts> counts;
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.checkpoint();
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.watermark(50);
  counts.crash();
  counts.crash();
  counts.watermark(110);
  EXPECT_THAT(counts.values(), ElementsAre("- a 1 of 0"));

  Harness<Counts> without;
  without.process_into("data", {{"x", 100}}, {"a"});
  without.crash();
  EXPECT_EQ(without.held(), 0u);
}

TEST(Harness, StateRunsOutWithTheClock) {
  Harness<Counts> counts;
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.advance(milliseconds(59'999));
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.watermark(110);
  EXPECT_THAT(counts.values(), ElementsAre("- a 2 of 2"));
  counts.advance(seconds(60));
  counts.process_into("data", {{"x", 200}}, {"a"});
  counts.watermark(210);
  EXPECT_THAT(counts.values(), ElementsAre("- a 1 of 3"));
}

TEST(Harness, CallsFailAsTheTestSaysAndTheNextOnesAreMade) {
  Harness<Counts> counts;
  counts.fail_next("busy", "not now", 2);
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.process_into("data", {{"y", 100}}, {"a"});
  counts.process_into("data", {{"z", 100}}, {"a"});
  const auto failed = counts.errors();
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[1].value, "y");
  EXPECT_EQ(failed[1].code, "busy");
  EXPECT_EQ(failed[1].message, "not now");
  counts.watermark(110);
  EXPECT_THAT(counts.values(), ElementsAre("- a 1 of 1"));
  counts.fail_next("down", "it is down", 1, /*stop=*/true);
  EXPECT_THROW(counts.process_into("data", {{"x", 200}}, {"a"}), PluginError);
  EXPECT_THAT(counts.rest(), IsEmpty());
}

TEST(Harness, WhatNobodyAskedForIsLeft) {
  Harness<Counts> counts;
  counts.process_into("data", {{"x", 100}}, {"a"});
  counts.end();
  EXPECT_THAT(counts.rest(), ElementsAre("out: - a 1 of 1"));
  counts.values();
  EXPECT_THAT(counts.rest(), IsEmpty());
}

/// Holds records for five seconds, and forgets them with the process.
class Holds final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("holds").summary("Holds.").port("out", Item::kGroups, "What it held.");
  }
  explicit Holds(const Options&) {}
  void process(const Batch& batch, Context& out) override {
    if (out.list_append(kAbsent, 0, batch.items()) == batch.count)
      out.set_timer(out.now() + seconds(5), kAbsent);
  }
  void on_timer(const weir_timer&, Context& out) override {
    out.list_emit(Port{0}, kAbsent, 0, {}, out.now());
  }
};

TEST(Harness, APluginThatKeepsNoStateHoldsNothingAfterARestart) {
  Harness<Holds> holds;
  holds.process({"a"});
  holds.restart();
  EXPECT_EQ(holds.held(), 0u);
  holds.process({"b", "c"});
  holds.advance(seconds(5));
  EXPECT_THAT(holds.rest(), ElementsAre("out: b+c"));
}

}  // namespace
}  // namespace weir
