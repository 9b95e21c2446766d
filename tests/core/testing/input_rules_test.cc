// SPDX-License-Identifier: Apache-2.0
//
// Stages with several inputs, one of them broadcast: what each may do, in all the ways that must make no
// difference.
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "steps_run.h"

namespace weir::test {
namespace {

/// Process `mixer`: four inputs, each with a method of its own. Counts what comes by `left` and `right` for
/// each key. A word, which all tasks see: "count" has the counts of all keys emitted, "drop" forgets them,
/// "touch" touches one where it may not; "N" is set as a timer of event time, "clock N" as one so many
/// milliseconds from now, "keys N" as one of each key, "none N" takes the first of them back. A timer without
/// a key has the counts of all keys emitted; a key's its own.
class Mixer final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("mixer").summary("Mixes.").stateful().port("out", Item::kRecords, "All of it.");
    d.input("left", "Records.", &Mixer::left)
        .input("right", "Records.", &Mixer::right)
        .input("lists", "Lists.", &Mixer::list)
        .input("words", "For all.", &Mixer::word, /*broadcast=*/true);
  }
  explicit Mixer(const Options&) {}
  void start(Context& context) override {
    count_.open(context);
    last_.open(context);
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::string at = " at " + std::to_string(timer.time);
    if (out.key().data != nullptr) return tell(view(out.key()), at, out);
    count_.for_each_key(out, [&](std::string_view key) { tell(key, at, out); });
  }

 private:
  void left(const Record&, Context& out) { count("left", out); }
  void right(const Record&, Context& out) { count("right", out); }
  void list(const Group& group, Context& out) {
    out.emit(out.make("list of " + std::to_string(group.count)));
  }
  void word(const Record& record, Context& out) {
    const std::string word(record.bytes());
    last_.put(out, "word", word);
    if (word == "touch") count_.put(out, 0);
    if (word == "drop") return count_.for_each_key(out, [&](std::string_view) { count_.clear(out); });
    if (word == "count") return count_.for_each_key(out, [&](std::string_view key) { tell(key, "", out); });
    const std::int64_t time = std::stoll(word.substr(word.find(' ') + 1));
    if (word.starts_with("clock")) {
      out.set_timer(out.now() + std::chrono::milliseconds(time));
    } else if (word.starts_with("keys")) {
      count_.for_each_key(out, [&](std::string_view) { out.set_event_timer(time); });
    } else if (word.starts_with("none")) {
      out.delete_event_timer(time);
    } else {
      out.set_event_timer(time);
    }
  }
  void count(const std::string& input, Context& out) {
    count_.put(out, count_.get(out).value_or(0) + 1);
    tell(view(out.key()), " by " + input, out);
  }
  void tell(std::string_view key, const std::string& why, Context& out) {
    out.emit(out.make(std::string(key) + " has " + std::to_string(count_.get(out).value_or(0)) + why));
  }

  ValueState<int> count_{"count"};
  BroadcastState<std::string> last_{"last"};
};

const char kMixed[] = R"(
checkpoint: {store: none}
sources:
  a: {plugin: script, values: [never], event_time: t}
  b: {plugin: script, values: [never], event_time: t}
  c: {plugin: script, values: [never]}
  d: {plugin: script, values: [never]}
windows: {pair: {plugin: pairs, from: c}}
processes: {mix: {plugin: mixer, from: {left: a, right: b, lists: pair, words: d}, key: k}}
sinks: {out: {plugin: keep, from: mix}}
)";

std::string run(const std::string& steps) {
  return StepsRun(kMixed, {detail::Trampoline<Mixer>::plugin()}).run(steps, thorough_variations());
}

/// Nothing is to be expected of the inputs with event time but what steps tell.
const std::string kCounted =
    "  - records: {into: a, values: [{k: a, t: 1}, {k: b, t: 1}, {k: c, t: 1}]}\n"
    "  - records: {into: b, partition: 1, values: [{k: a, t: 1}, {k: d, t: 1}]}\n"
    "  - expect: {at: out, order: any, partial: true, values: [a has 1 by left, b has 1 by left, c has 1 by "
    "left, a has 2 by right, d has 1 by right]}\n";

TEST(InputRules, EachInputHasAMethodOfItsOwn) {
  EXPECT_EQ(run("  - records: {into: a, values: [{k: a, t: 1}]}\n"
                "  - records: {into: b, values: [{k: b, t: 1}]}\n"
                "  - records: {into: mix.lists, groups: [{key: a, values: [x, y]}, {key: b, values: [z]}]}\n"
                "  - expect: {at: out, order: any, values: [a has 1 by left, b has 1 by right, list of 2, "
                "list of 1]}\n"),
            "");
}

TEST(InputRules, InputsShareTheStateOfAKey) {
  EXPECT_EQ(
      run("  - records: {into: a, values: [{k: a, t: 1}, {k: b, t: 1}]}\n"
          "  - records: {into: b, partition: 1, values: [{k: a, t: 1}]}\n"
          "  - records: {into: a, partition: 2, values: [{k: a, t: 1}]}\n"
          "  - expect: {at: out, order: any, values: [a has 1 by left, b has 1 by left, a has 2 by right, "
          "a has 3 by left]}\n"),
      "");
}

TEST(InputRules, EventTimeIsTheSmallerOneOfTheInputs) {
  EXPECT_EQ(
      run(kCounted +
          "  - records: {into: d, values: [keys 20]}\n"
          "  - watermark: {into: a, time: 30}\n"
          "  - watermark: {into: b, time: 19}\n"
          "  - expect: {at: out, values: []}\n"
          "  - watermark: {into: b, time: 20}\n"
          "  - expect: {at: out, order: any, values: [a has 2 at 20, b has 1 at 20, c has 1 at 20, d has "
          "1 at 20]}\n"),
      "");
}

TEST(InputRules, AWordThatAllTasksSeeVisitsAllKeys) {
  EXPECT_EQ(run(kCounted + "  - records: {into: d, values: [count]}\n"
                           "  - expect: {at: out, order: any, values: [a has 2, b has 1, c has 1, d has 1]}\n"
                           "  - records: {into: d, values: [drop]}\n"
                           "  - records: {into: d, values: [count]}\n"
                           "  - expect: {at: out, values: []}\n"),
            "");
}

TEST(InputRules, TheStateOfAKeyIsOutOfReachFromTheBroadcastInput) {
  EXPECT_EQ(run(kCounted +
                "  - records: {into: d, values: [touch]}\n"
                "  - stops: {stage: mix, code: no_key, message: 'visit the keys with for_each_key()'}\n"),
            "");
}

TEST(InputRules, ATimerOfEventTimeThatTheBroadcastInputSetsBelongsToNoKeyAndFiresInEachTask) {
  EXPECT_EQ(
      run(kCounted +
          "  - records: {into: d, values: ['20', '20', '25', none 25]}\n"
          "  - watermark: {into: a, time: 19}\n"
          "  - watermark: {into: b, time: 19}\n"
          "  - expect: {at: out, values: []}\n"
          "  - watermark: {into: a, time: 30}\n"
          "  - watermark: {into: b, time: 30}\n"
          "  - expect: {at: out, order: any, values: [a has 2 at 20, b has 1 at 20, c has 1 at 20, d has "
          "1 at 20]}\n"),
      "");
}

TEST(InputRules, ATimerOfTheClockThatTheBroadcastInputSetsBelongsToNoKeyAndFiresInEachTask) {
  EXPECT_EQ(
      run(kCounted +
          "  - records: {into: d, values: [clock 5]}\n"
          "  - clock: +4ms\n"
          "  - expect: {at: out, values: []}\n"
          "  - clock: +1ms\n"
          "  - expect: {at: out, order: any, values: [a has 2 at 1704067200005, b has 1 at 1704067200005, "
          "c has 1 at 1704067200005, d has 1 at 1704067200005]}\n"
          "  - clock: +1h\n"
          "  - expect: {at: out, values: []}\n"),
      "");
}

}  // namespace
}  // namespace weir::test
