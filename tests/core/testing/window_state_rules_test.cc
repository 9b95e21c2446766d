// SPDX-License-Identifier: Apache-2.0
//
// State of a process behind a window: for each key, and for each key and window; in all the ways that must
// make no difference.
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "steps_run.h"
#include "tens.h"

namespace weir::test {
namespace {

using std::chrono::milliseconds;

/// Process `firings`: "KEY@START firing N of M" for each group, N of the window and M of the key. Where a
/// record has `timer`, "KEY@START then N of M" so long after the window's last millisecond, of event time or
/// with `clock` of the clock; with `lost` that timer does not say which window it is for.
class Firings final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("firings").summary("Counts.").stateful().port("out", Item::kRecords, "Counts.");
    d.option("keep", Type::kDuration, "How long the window's count is kept.").default_value("0s");
    d.option("clock", Type::kBool, "By the clock.").default_value("false");
    d.option("lost", Type::kBool, "Timers of no window.").default_value("false");
  }
  explicit Firings(const Options& options)
      : clock_(options.boolean("clock")),
        lost_(options.boolean("lost")),
        of_window_("of_window", PerWindow{options.duration("keep")}),
        windows_("windows", TimeToLive{}) {}
  void start(Context& context) override {
    of_window_.open(context);
    of_key_.open(context);
    windows_.open(context);
  }
  using Process::process;
  void process(const Group& group, Context& out) override {
    of_window_.put(out, of_window_.get(out).value_or(0) + 1);
    of_key_.put(out, of_key_.get(out).value_or(0) + 1);
    for (const Record& record : group.items()) {
      const auto value = nlohmann::json::parse(record.bytes());
      if (!value.contains("timer")) continue;
      const std::int64_t at = group.end - 1 + value["timer"].get<std::int64_t>();
      windows_.put(out, std::to_string(at), group.start);
      clock_ ? out.set_timer(milliseconds(at)) : out.set_event_timer(at);
    }
    tell(" firing ", group.start, out);
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::int64_t start = windows_.get(out, std::to_string(timer.time)).value();
    if (!lost_) out.enter_window({start, start + 10});
    tell(" then ", start, out);
  }

 private:
  void tell(const std::string& what, std::int64_t start, Context& out) {
    out.emit(out.make(std::string(view(out.key())) + "@" + std::to_string(start) + what +
                      std::to_string(of_window_.get(out).value_or(0)) + " of " +
                      std::to_string(of_key_.get(out).value_or(0))));
  }

  const bool clock_, lost_;
  ValueState<int> of_window_;
  ValueState<int> of_key_{"of_key"};
  MapState<std::int64_t> windows_;
};

/// `source`, `window` and `process`: options.
std::string run(const std::string& source, const std::string& window, const std::string& process,
                const std::string& steps) {
  return StepsRun("checkpoint: {store: none}\nsources: {in: {plugin: script, values: [never]" + source +
                      "}}\nwindows: {ten: {plugin: tens, from: in" + window +
                      "}}\nprocesses: {firings: {plugin: firings, from: ten" + process +
                      "}}\nsinks: {out: {plugin: keep, from: firings}}\n",
                  {detail::Trampoline<Tens>::plugin(), detail::Trampoline<Firings>::plugin()})
      .run(steps, thorough_variations());
}

/// The windows at 0 fire when 11 comes; a's timer for its window is at 12, and comes with 25.
std::string steps(const std::string& in_the_timer) {
  return "  - records: {into: in, values: [{k: a, t: 1, early: 1, timer: 3}]}\n"
         "  - records: {into: in, values: [{k: a, t: 2, early: 1}]}\n"
         "  - records: {into: in, values: [{k: b, t: 3}]}\n"
         "  - expect: {at: out, values: ['a@0 firing 1 of 1', 'a@0 firing 2 of 2']}\n"
         "  - records: {into: in, values: [{k: a, t: 11}]}\n"
         "  - expect: {at: out, order: any, values: ['a@0 firing 3 of 3', 'b@0 firing 1 of 1']}\n"
         "  - records: {into: in, values: [{k: b, t: 25, early: 1}]}\n"
         "  - expect: {at: out, values: ['b@20 firing 1 of 2', 'a@10 firing 1 of 4', 'a@0 then " +
         in_the_timer +
         " of 4']}\n"
         "  - end\n"
         "  - expect: {at: out, values: ['b@20 firing 2 of 3']}\n";
}

TEST(WindowStateRules, ItIsOfKeyAndWindowAndIsForgottenWithTheWindow) {
  EXPECT_EQ(run(", event_time: t", ", key: k", "", steps("0")), "");
}

TEST(WindowStateRules, ItIsKeptForTimersThatLookBack) {
  EXPECT_EQ(run(", event_time: t", ", key: k", ", keep: 3ms", steps("3")), "");
}

TEST(WindowStateRules, WithoutAKeyItIsOfAllGroupsOfTheWindow) {
  EXPECT_EQ(run(", event_time: t", "", ", keep: 3ms",
                "  - records: {into: in, values: [{t: 1, early: 1, timer: 3}]}\n"
                "  - records: {into: in, values: [{t: 13, early: 1}]}\n"
                "  - expect: {at: out, values: ['@0 firing 1 of 1', '@10 firing 1 of 2', '@0 firing 2 of 3', "
                "'@0 then 2 of 3']}\n"),
            "");
}

TEST(WindowStateRules, ByTheClockItIsForgottenToo) {
  for (const bool kept : {false, true}) {
    const std::string seen = kept ? "1" : "0";
    EXPECT_EQ(
        run("", ", key: k, clock: true", std::string(", clock: true, keep: ") + (kept ? "3ms" : "0s"),
            "  - records: {into: in, values: [{k: a, timer: 1}, {k: a, timer: 3}, {k: b, timer: 4}]}\n"
            "  - clock: +8ms\n"
            "  - expect: {at: out, values: []}\n"
            "  - clock: +1ms\n"
            "  - expect: {at: out, order: any, values: ['a@1704067200000 firing 1 of 1', "
            "'b@1704067200000 firing 1 of 1']}\n"
            // All at once: what a timer sees does not depend on when the clock is looked at.
            "  - clock: +4ms\n"
            "  - expect: {at: out, order: any, values: ['a@1704067200000 then " +
                seen + " of 1', 'a@1704067200000 then " + seen + " of 1', 'b@1704067200000 then 0 of 1']}\n"),
        "")
        << kept;
  }
}

TEST(WindowStateRules, WhereNoWindowIsAtHandTheErrorSaysWhatToDo) {
  EXPECT_EQ(run(", event_time: t", ", key: k", ", lost: true",
                "  - records: {into: in, values: [{k: a, t: 1, timer: 3}]}\n"
                "  - watermark: {into: in, time: 30}\n"
                "  - stops: {stage: firings, code: no_window, message: 'say which one by "
                "Context::enter_window()'}\n"),
            "");
}

}  // namespace
}  // namespace weir::test
