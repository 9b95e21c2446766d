// SPDX-License-Identifier: Apache-2.0
//
// Calls of an instance: what stands beside them, and how they end on threads of their own; the rest of that
// is in tests/core/testing.
#include <gmock/gmock.h>
#include <weir/plugin.h>
#include <weir/process.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "support/wait_until.h"
#include "test_stages.h"
#include "ways.h"

namespace weir::test {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

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
class HalfWay final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("half_way").summary("Fails late.").blocks().concurrent();
    d.port("out", Item::kRecords, "The records.");
  }
  explicit HalfWay(const Options&) {}
  using Process::process;
  void process(const Record& record, Context& out) override {
    out.emit(record);
    throw Failure("late", "after it had emitted");
  }
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

/// A source that never ends, of this value.
std::string endless(const Way& way, const std::string& value) {
  return "tasks: " + std::to_string(way.tasks) + "\nsources: {in: {plugin: script, values: ['" + value +
         "'], each: " + std::to_string(way.each) + ", forever: true}}\n";
}

TEST(Calls, AnInstanceIsNeverCalledForARecordAndATimerAtOnce) {
  for (const Way& way : ways()) {
    PipelineRun run(endless(way, "a") + "processes: {alarm: {plugin: alarm, from: in}}\ndiscard: [alarm]\n",
                    {detail::Trampoline<Alarm>::plugin()});
    run.start();
    EXPECT_TRUE(support::wait_until(support::kLongWait, [] { return alarms() >= 50; })) << way;
    run.job().stop();
    EXPECT_FALSE(run.wait());
    EXPECT_THAT(board().events(), Not(Contains("two at once"))) << way;
  }
}

TEST(Calls, TimersAreCalledWhileAQueueIsFullAndNothingIsRead) {
  for (const Way& way : ways()) {
    PipelineRun run(endless(way, "0123456789012345678901234567890123456789") +
                        "processes: {alarm: {plugin: alarm, from: in}}\nsinks: {out: {plugin: slow_keep, "
                        "from: alarm, queue: 64KiB}}\n",
                    {detail::Trampoline<Alarm>::plugin()});
    board().close("out");
    run.start();
    const std::uint64_t read = read_until_it_stands_still(run);
    const auto before = alarms();
    EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return alarms() >= before + 10; })) << way;
    EXPECT_EQ(run.job().totals()[0].ports[0], read) << way;
    board().open("out");
    run.job().stop();
    EXPECT_FALSE(run.wait());
  }
}

TEST(Calls, WhatACallEmittedBeforeItFailedHasLeftAndItsRecordFailsOnce) {
  const std::vector<std::string> values = {"a", "b", "c"};
  const std::string stages =
      "processes: {half: {plugin: half_way, from: in}}\n"
      "sinks: {out: {plugin: keep, from: half}, bad: {plugin: keep, from: half.error}}\n";
  for (const Way& way : ways_with_restarts(values.size())) {
    EXPECT_THAT(noted_in(way, values, stages, "out got ", {detail::Trampoline<HalfWay>::plugin()}),
                UnorderedElementsAre("a", "b", "c"))
        << way;
    EXPECT_THAT(
        noted_in(way, values, stages, "bad got ", {detail::Trampoline<HalfWay>::plugin()}),
        UnorderedElementsAre("a (half.error late 1)", "b (half.error late 1)", "c (half.error late 1)"))
        << way;
  }
}

TEST(Calls, ASlowReaderOfASidePortSlowsTheSourceAndNothingPilesUp) {
  for (const Way& way : ways()) {
    PipelineRun run(endless(way, "side") +
                    "processes: {mark: {plugin: mark, from: in}}\nsinks: {out: {plugin: keep, from: mark}, "
                    "aside: {plugin: slow_keep, from: mark.side, queue: 64KiB}}\n");
    board().close("aside");
    run.start();
    const std::uint64_t read = read_until_it_stands_still(run);
    EXPECT_LT(read, 20'000u * static_cast<unsigned>(way.tasks)) << way;
    EXPECT_THAT(board().events("aside got "), IsEmpty()) << way;
    board().open("aside");
    EXPECT_TRUE(board().wait_for([&](const auto& events) { return events.size() > 2 * read; })) << way;
    run.job().stop();
    EXPECT_FALSE(run.wait());
    EXPECT_EQ(board().events("aside got ").size(), run.job().totals()[0].ports[0])
        << "all that was read, " << way;
  }
}

}  // namespace
}  // namespace weir::test
