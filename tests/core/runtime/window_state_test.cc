// SPDX-License-Identifier: Apache-2.0
//
// State of a process behind a window: for each key, and for each key and window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline_run.h"
#include "support/temp_dir.h"
#include "test_stages.h"

namespace weir::test {
namespace {

using ::testing::ElementsAreArray;
using ::testing::SizeIs;

using std::chrono::milliseconds;

constexpr std::int64_t kTen = 10;

/// Window `tens`: for each key groups of ten milliseconds of event time, or with `clock` of the clock. A
/// record with `early` lets its window fire at once, too.
class Tens final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("tens").summary("Tens.").stateful().port("out", Item::kGroups, "Tens.");
    d.option("clock", Type::kBool, "By the clock.").default_value("false");
  }
  explicit Tens(const Options& options) : clock_(options.boolean("clock")) {}
  void process(const Batch& batch, Context& out) override {
    for (std::size_t i = 0; i < batch.count; ++i) {
      const Record& record = batch.items()[i];
      const std::int64_t start = (clock_ ? out.now().count() : record.event_time) / kTen * kTen;
      out.list_append(batch.key(i), start, Records(&record, 1));
      if (clock_) {
        out.set_timer(milliseconds(start + kTen - 1), batch.key(i));
      } else {
        out.set_event_timer(start + kTen - 1, batch.key(i));
      }
      if (record.bytes().find("early") == std::string_view::npos) continue;
      out.list_show(Port{0}, batch.key(i), start, milliseconds(start), milliseconds(start + kTen));
    }
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::int64_t start = timer.time - kTen + 1;
    out.list_emit(Port{0}, timer.key, start, milliseconds(start), milliseconds(start + kTen));
  }

 private:
  const bool clock_;
};

/// Process `firings`: "KEY@START firing N of M" for each group, N of the window and M of the key. Where a
/// record has `timer`, "KEY@START then N of M" so long after the window's last millisecond, of event time or
/// with `clock` of the clock.
class Firings final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("firings").summary("Counts.").stateful().port("out", Item::kRecords, "Counts.");
    d.option("keep", Type::kDuration, "How long the window's count is kept.").default_value("0s");
    d.option("clock", Type::kBool, "By the clock.").default_value("false");
  }
  explicit Firings(const Options& options)
      : clock_(options.boolean("clock")),
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
    tell(" firing ", out);
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    const std::int64_t start = windows_.get(out, std::to_string(timer.time)).value();
    out.enter_window({start, start + kTen});
    tell(" then ", out);
  }

 private:
  void tell(const std::string& what, Context& out) {
    out.emit(out.make(std::string(view(out.key())) + "@" + std::to_string(out.window()->start) + what +
                      std::to_string(of_window_.get(out).value_or(0)) + " of " +
                      std::to_string(of_key_.get(out).value_or(0))));
  }

  const bool clock_;
  ValueState<int> of_window_;
  ValueState<int> of_key_{"of_key"};
  MapState<std::int64_t> windows_;
};

const std::vector<const weir_plugin*> kPlugins = {detail::Trampoline<Tens>::plugin(),
                                                  detail::Trampoline<Firings>::plugin()};

const char* const kStages = R"(
windows: {ten: {plugin: tens, from: in, key: k}}
processes: {firings: {plugin: firings, from: ten, keep: KEEP}}
sinks: {out: {plugin: keep, from: firings}, seen: {plugin: keep, from: in}}
)";

std::string stages(const std::string& keep) {
  std::string text = kStages;
  return text.replace(text.find("KEEP"), 4, keep);
}

// The windows at 0 fire when 11 comes; a's timer for its window comes at 12, when 25 does.
const std::vector<std::string> kValues = {R"({"k":"a","t":1,"early":1,"timer":3})",
                                          R"({"k":"a","t":2,"early":1})", R"({"k":"b","t":3})",
                                          R"({"k":"a","t":11})", R"({"k":"b","t":25,"early":1})"};

std::string first_values(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "'" : ", '") + kValues[i] + "'";
  return "[" + list + "]";
}

std::vector<std::string> expected(const std::string& in_the_timer) {
  return {"a@0 firing 1 of 1",
          "a@0 firing 2 of 2",
          "a@0 firing 3 of 3",
          "b@0 firing 1 of 1",
          "b@20 firing 1 of 2",
          "a@10 firing 1 of 4",
          "a@0 then " + in_the_timer + " of 4",
          "b@20 firing 2 of 3"};
}

TEST(WindowState, IsOfKeyAndWindowAndIsForgottenWithTheWindow) {
  PipelineRun run(
      "checkpoint: {store: none}\nsources: {in: {plugin: script, event_time: t, each: 1, values: " +
          first_values(kValues.size()) + "}}" + stages("0s"),
      kPlugins);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAreArray(expected("0")));
}

TEST(WindowState, IsKeptForTimersThatLookBack) {
  PipelineRun run(
      "checkpoint: {store: none}\nsources: {in: {plugin: script, event_time: t, each: 1, values: " +
          first_values(kValues.size()) + "}}" + stages("3ms"),
      kPlugins);
  EXPECT_FALSE(run.run());
  EXPECT_THAT(board().events("out got "), ElementsAreArray(expected("3")));
}

/// Stands still until it is set.
class SetClock final : public Clock {
 public:
  std::int64_t now() const override { return now_; }
  void set(std::int64_t now) { now_ = now; }

 private:
  std::atomic<std::int64_t> now_{0};
};

TEST(WindowState, IsForgottenInProcessingTimeToo) {
  for (const char* keep : {"0s", "3ms"}) {
    SetClock clock;
    PipelineRun run(std::string(R"(
checkpoint: {store: none}
sources: {in: {plugin: script, stay: true, values: ['{"k":"a","timer":1}', '{"k":"a","timer":3}', '{"k":"b","timer":4}']}}
windows: {ten: {plugin: tens, from: in, key: k, clock: true}}
processes: {firings: {plugin: firings, from: ten, clock: true, keep: )") +
                        keep + R"(}}
sinks: {out: {plugin: keep, from: firings}, seen: {plugin: keep, from: in}}
)",
                    kPlugins, &clock);
    run.start();
    EXPECT_TRUE(board().wait_for(R"(seen got {"k":"b","timer":4})"));
    clock.set(9);
    EXPECT_TRUE(board().wait_for("out got b@0 firing 1 of 1"));
    clock.set(13);  // all at once: what a timer sees does not depend on when the clock is looked at
    EXPECT_TRUE(board().wait_for([](const auto& all) {
      return std::count_if(all.begin(), all.end(),
                           [](const auto& e) { return e.find(" then ") != e.npos; }) == 3;
    }));
    run.job().stop();
    EXPECT_FALSE(run.wait());
    const bool kept = keep[0] != '0';
    EXPECT_THAT(board().events("out got "),
                ::testing::ElementsAre("a@0 firing 1 of 1", "b@0 firing 1 of 1",
                                       kept ? "a@0 then 1 of 1" : "a@0 then 0 of 1",
                                       kept ? "a@0 then 1 of 1" : "a@0 then 0 of 1", "b@0 then 0 of 1"));
  }
}

TEST(WindowState, GoesOnAfterARestartBetweenAnyTwoRecords) {
  for (std::size_t cut = 1; cut < kValues.size(); ++cut) {
    for (const char* keep : {"0s", "3ms"}) {
      const support::TempDir dir("weir-window-state");
      const auto pipeline = [&](std::size_t count, const char* stay) {
        return "checkpoint: {store: " + (dir / "store").string() +
               "}\nsources: {in: {plugin: script, event_time: t, each: 1, stay: " + stay +
               ", values: " + first_values(count) + "}}" + stages(keep);
      };
      std::vector<std::string> got;
      {
        PipelineRun run(pipeline(cut, "true"), kPlugins);
        run.start();
        EXPECT_TRUE(board().wait_for("seen got " + kValues[cut - 1]));
        run.job().stop();
        EXPECT_FALSE(run.wait());
        got = board().events("out got ");
      }
      PipelineRun run(pipeline(kValues.size(), "false"), kPlugins);
      EXPECT_FALSE(run.run());
      const auto more = board().events("out got ");
      got.insert(got.end(), more.begin(), more.end());
      EXPECT_THAT(got, ElementsAreArray(expected(keep[0] == '0' ? "0" : "3"))) << "cut " << cut;
    }
  }
}

TEST(WindowState, IsTheSameOverSeveralTasks) {
  std::string values;
  for (int i = 0; i < 200; ++i) {
    values += (i == 0 ? "'" : ", '") + ("{\"k\":\"k" + std::to_string(i % 7)) +
              "\",\"t\":" + std::to_string(i) + (i % 5 == 0 ? ",\"timer\":4}'" : "}'");
  }
  std::vector<std::string> one;
  for (const int tasks : {1, 3}) {
    PipelineRun run(
        "tasks: " + std::to_string(tasks) +
            "\ncheckpoint: {store: none}\nsources: {in: {plugin: shards, event_time: t, partitions: 4, "
            "values: [" +
            values + "]}}" + stages("4ms"),
        kPlugins);
    EXPECT_FALSE(run.run());
    auto got = board().events("out got ");
    for (auto& line : got) {
      // How often the key has fired by then depends on how far the watermark went at once.
      if (line.find(" then ") != std::string::npos) line.resize(line.find(" of "));
    }
    std::sort(got.begin(), got.end());
    if (tasks == 1) one = got;
    EXPECT_EQ(got, one);
  }
  EXPECT_THAT(one, SizeIs(::testing::Gt(100u)));
}

}  // namespace
}  // namespace weir::test
