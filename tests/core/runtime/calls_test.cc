// SPDX-License-Identifier: Apache-2.0
//
// Calls of an instance: what stands beside them, and how they end.
#include <gmock/gmock.h>
#include <weir/plugin.h>
#include <weir/process.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>

#include "pipeline_run.h"
#include "support/wait_until.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// Hands records on, and has a timer every millisecond. Notes "alarm", and "two at once" when it is called
/// while it is in another call, or on another thread than before.
class Alarm final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("alarm").summary("Alarms.").port("out", Item::kRecords, "The records.");
  }
  explicit Alarm(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    const Inside inside(*this);
    if (!set_) out.set_timer(out.now() + kOften, kAbsent);
    set_ = true;
    out.emit(record);
  }
  void on_timer(const weir_timer&, Context& out) override {
    const Inside inside(*this);
    out.set_timer(out.now() + kOften, kAbsent);
    board().note("alarm");
  }

 private:
  static constexpr std::chrono::milliseconds kOften{1};

  class Inside {
   public:
    explicit Inside(Alarm& alarm) : alarm_(alarm) {
      const auto here = std::this_thread::get_id();
      if (alarm_.thread_ == std::thread::id()) alarm_.thread_ = here;
      if (alarm_.inside_.exchange(true) || alarm_.thread_ != here) board().note("two at once");
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { alarm_.inside_ = false; }

   private:
    Alarm& alarm_;
  };

  bool set_ = false;
  std::atomic<bool> inside_{false};
  std::thread::id thread_;
};

/// Emits its record, and then fails with it.
class HalfWay : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("half_way").summary("Fails late.").port("out", Item::kRecords, "The records.");
  }
  explicit HalfWay(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    out.emit(record);
    throw Failure("late", "after it had emitted");
  }
};

class SlowHalfWay final : public HalfWay {
 public:
  static void describe(Descriptor& d) {
    HalfWay::describe(d);
    d.name("slow_half_way").blocks().concurrent();
  }
  using HalfWay::HalfWay;
};

std::ptrdiff_t alarms() {
  return static_cast<std::ptrdiff_t>(board().events("alarm").size());
}

/// How many records had been read when no more were.
std::uint64_t read_until_it_stands_still(PipelineRun& run) {
  std::uint64_t read = 0;
  int same = 0;
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] {
    const std::uint64_t now = run.job().totals()[0].ports[0];
    same = now > 0 && now == read ? same + 1 : 0;
    read = now;
    return same == 20;
  }));
  return read;
}

TEST(Calls, AnInstanceIsNeverCalledForARecordAndATimerAtOnce) {
  PipelineRun run(R"(
tasks: 2
sources: {in: {plugin: script, values: [a, b, c], each: 1, forever: true}}
processes: {alarm: {plugin: alarm, from: in}}
discard: [alarm]
)",
                  {detail::Trampoline<Alarm>::plugin()});
  run.start();
  EXPECT_TRUE(support::wait_until(support::kLongWait, [] { return alarms() >= 50; }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_THAT(board().events(), Not(Contains("two at once")));
}

TEST(Calls, TimersAreCalledWhileAQueueIsFullAndNothingIsRead) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [0123456789012345678901234567890123456789], forever: true}}
processes: {alarm: {plugin: alarm, from: in}}
sinks: {out: {plugin: slow_keep, from: alarm, queue: 64KiB}}
)",
                  {detail::Trampoline<Alarm>::plugin()});
  board().close("out");
  run.start();
  const std::uint64_t read = read_until_it_stands_still(run);
  const auto before = alarms();
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return alarms() >= before + 10; }));
  EXPECT_EQ(run.job().totals()[0].ports[0], read);
  board().open("out");
  run.job().stop();
  EXPECT_FALSE(run.wait());
}

TEST(Calls, WhatACallEmittedBeforeItFailedHasLeftAndItsRecordFailsOnce) {
  for (const char* plugin : {"half_way", "slow_half_way"}) {
    PipelineRun run(std::string("sources: {in: {plugin: script, values: [a, b]}}\n") +
                        "processes: {half: {plugin: " + plugin + ", from: in}}\n" +
                        "sinks: {out: {plugin: keep, from: half}, bad: {plugin: keep, from: half.error}}\n",
                    {detail::Trampoline<HalfWay>::plugin(), detail::Trampoline<SlowHalfWay>::plugin()});
    EXPECT_FALSE(run.run());
    EXPECT_THAT(board().events("out got "), ElementsAre("a", "b")) << plugin;
    EXPECT_THAT(board().events("bad got "), ElementsAre("a (half.error late 1)", "b (half.error late 1)"));
  }
}

TEST(Calls, ASlowReaderOfASidePortSlowsTheSourceAndNothingPilesUp) {
  PipelineRun run(R"(
sources: {in: {plugin: script, values: [side], forever: true}}
processes: {mark: {plugin: mark, from: in}}
sinks: {out: {plugin: keep, from: mark}, aside: {plugin: slow_keep, from: mark.side, queue: 64KiB}}
)");
  board().close("aside");
  run.start();
  const std::uint64_t read = read_until_it_stands_still(run);
  EXPECT_LT(read, 20'000u);
  EXPECT_THAT(board().events("aside got "), IsEmpty());
  board().open("aside");
  EXPECT_TRUE(board().wait_for([&](const auto& events) { return events.size() > 2 * read; }));
  run.job().stop();
  EXPECT_FALSE(run.wait());
  EXPECT_EQ(board().events("aside got ").size(), run.job().totals()[0].ports[0]) << "all that was read";
}

}  // namespace
}  // namespace weir::test
