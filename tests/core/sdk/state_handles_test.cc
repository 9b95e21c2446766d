// SPDX-License-Identifier: Apache-2.0
//
// The typed handles of state.h: what runs out when, state by window, all keys from a broadcast input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/plugin.h>
#include <weir/state.h>
#include <weir/testing.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace weir {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using weir::testing::Harness;
using weir::testing::PluginError;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : "+") + text;
  return all;
}

/// Options of the plugins below: how long what they keep lives.
void describe_time_to_live(Descriptor& d) {
  d.stateful().port("out", Item::kRecords, "What is there.");
  d.option("live", Type::kInteger, "Milliseconds.").default_value("100");
  d.option("on_read", Type::kBool, "Whether reading renews.").default_value("false");
}

TimeToLive time_to_live(const Options& options) {
  return {milliseconds(options.integer("live")), options.boolean("on_read")};
}

/// Adds values to the key's list; "?" shows it.
class Lists final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("lists").summary("Lists.");
    describe_time_to_live(d);
  }
  explicit Lists(const Options& options) : list_("list", time_to_live(options)) {}
  void start(Context& context) override { list_.open(context); }
  using Process::process;
  void process(const Record& record, Context& out) override {
    if (record.bytes() == "?") return out.emit(out.make(joined(list_.get(out))));
    list_.add(out, std::string(record.bytes()));
  }

 private:
  ListState<std::string> list_;
};

template <class Plugin>
std::string shown(Harness<Plugin>& of) {
  of.process({"?"}, {"k"});
  return of.values().at(0);
}

TEST(ListState, EachElementRunsOutOnItsOwnAfterItWasAdded) {
  Harness<Lists> lists;
  lists.process({"a"}, {"k"});
  lists.advance(milliseconds(60));
  lists.process({"c", ""}, {"k", "k"});
  lists.advance(milliseconds(39));
  EXPECT_EQ(shown(lists), "a+c+");
  lists.advance(milliseconds(1));
  EXPECT_EQ(shown(lists), "c+") << "a later element does not keep the first one";
  lists.process({"d"}, {"k"});
  lists.advance(milliseconds(60));
  EXPECT_EQ(shown(lists), "d");
  lists.advance(milliseconds(40));
  EXPECT_EQ(shown(lists), "");
}

TEST(ListState, WithOnReadWhatIsReadLivesOnAndWhatHasRunOutDoesNotComeBack) {
  Harness<Lists> lists(R"({"on_read": true})");
  lists.process({"a"}, {"k"});
  lists.advance(milliseconds(50));
  lists.process({"b"}, {"k"});
  lists.advance(milliseconds(50));
  EXPECT_EQ(shown(lists), "b");
  lists.advance(milliseconds(99));
  EXPECT_EQ(shown(lists), "b");
  lists.advance(milliseconds(100));
  EXPECT_EQ(shown(lists), "");
}

TEST(ListState, WhatHasRunOutIsDroppedThoughTheListIsNeverEmpty) {
  Harness<Lists> lists(R"({"live": 10})");
  for (int i = 0; i < 1'000; ++i) {
    lists.process({"0123456789"}, {"k"});
    lists.advance(milliseconds(1));
  }
  EXPECT_LT(lists.state_bytes(), 2'000u);
  EXPECT_EQ(shown(lists).size(), 9 * 11u - 1) << "those of the last 9 ms";
}

TEST(ListState, ATimeToLiveBeyondTheEndOfTimeIsForEver) {
  Harness<Lists> lists(R"({"live": 9223372036854775807})");
  lists.process({"a"}, {"k"});
  lists.advance(milliseconds(1'000));
  lists.process({"b"}, {"k"});
  EXPECT_EQ(shown(lists), "a+b");
}

/// Puts values under their own name into the key's map; "?" shows all, "?NAME" one.
class Maps final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("maps").summary("Maps.");
    describe_time_to_live(d);
  }
  explicit Maps(const Options& options) : map_("map", time_to_live(options)) {}
  void start(Context& context) override { map_.open(context); }
  using Process::process;
  void process(const Record& record, Context& out) override {
    const std::string text(record.bytes());
    if (text[0] != '?') return map_.put(out, text, 1);
    std::vector<std::string> fields;
    if (text.size() > 1) {
      if (map_.get(out, text.substr(1))) fields.push_back(text.substr(1));
    } else {
      for (const auto& [field, one] : map_.all(out)) fields.push_back(field);
    }
    out.emit(out.make(joined(fields)));
  }

 private:
  MapState<int> map_;
};

TEST(MapState, EachFieldRunsOutOnItsOwn) {
  Harness<Maps> maps;
  maps.process({"a"}, {"k"});
  maps.advance(milliseconds(50));
  maps.process({"b"}, {"k"});
  maps.advance(milliseconds(50));
  EXPECT_EQ(shown(maps), "b");
}

TEST(MapState, ReadingAllFieldsRenewsThemWithOnRead) {
  Harness<Maps> maps(R"({"on_read": true})");
  maps.process({"a", "b"}, {"k", "k"});
  maps.advance(milliseconds(60));
  EXPECT_EQ(shown(maps), "a+b");
  maps.advance(milliseconds(60));
  maps.process({"?a"}, {"k"});
  EXPECT_THAT(maps.values(), ElementsAre("a"));
  maps.advance(milliseconds(60));
  EXPECT_EQ(shown(maps), "a") << "b was last read 120 ms ago";
}

TEST(State, ANegativeTimeToLiveIsRefused) {
  Harness<Maps> maps(R"({"live": -1})");
  EXPECT_THAT([&] { maps.start(); }, ::testing::ThrowsMessage<PluginError>(HasSubstr("a negative time")));
}

/// Behind a window: how often the window fired, and how often any window of the key did. A record's value
/// sets an event timer so long after the window's last millisecond; there the counts are shown again.
class Firings : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("firings").summary("Counts firings.").stateful().port("out", Item::kRecords, "Counts.");
    d.option("keep", Type::kInteger, "Milliseconds.").default_value("0");
  }
  explicit Firings(const Options& options)
      : of_window_("of_window", PerWindow{milliseconds(options.integer("keep"))}),
        values_("values", PerWindow{milliseconds(options.integer("keep"))}),
        seen_("seen", PerWindow{milliseconds(options.integer("keep"))}) {}
  void start(Context& context) override {
    of_window_.open(context);
    values_.open(context);
    seen_.open(context);
    of_key_.open(context);
  }
  using Process::process;
  void process(const Group& group, Context& out) override {
    of_window_.put(out, of_window_.get(out).value_or(0) + 1);
    of_key_.put(out, of_key_.get(out).value_or(0) + 1);
    for (const Record& record : group.items()) {
      const std::string text(record.bytes());
      values_.add(out, text);
      seen_.put(out, text, true);
      if (text[0] == '+') out.set_event_timer(group.end - 1 + std::stoi(text));
      if (text == "show") show(out);
    }
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    if (timer.time % 10 == 5) out.enter_window({timer.time - 15, timer.time - 5});
    show(out);
  }

 private:
  void show(Context& out) const {
    out.emit(out.make(std::string(view(out.key())) + " " + std::to_string(of_window_.get(out).value_or(0)) +
                      " of " + std::to_string(of_key_.get(out).value_or(0)) + " " + joined(values_.get(out)) +
                      " " + std::to_string(seen_.all(out).size())));
  }

  ValueState<int> of_window_;
  ListState<std::string> values_;
  MapState<bool> seen_;
  ValueState<int> of_key_{"of_key"};
};

TEST(PerWindow, AStateIsKeptForEachKeyAndWindowBesideThatOfTheKey) {
  Harness<Firings> firings;
  firings.group({"a"}, 0, 10, "k");
  firings.group({"b", "show"}, 0, 10, "k");
  firings.group({"c", "show"}, 10, 20, "k");
  firings.group({"d", "show"}, 0, 20, "k");
  firings.group({"e", "show"}, 0, 10, "l");
  EXPECT_THAT(firings.values(), ElementsAre("k 2 of 2 a+b+show 3", "k 1 of 3 c+show 2", "k 1 of 4 d+show 2",
                                            "l 1 of 1 e+show 2"));
}

TEST(PerWindow, IsForgottenWhenTheWatermarkComesToTheWindowsLastMillisecond) {
  Harness<Firings> firings;
  firings.group({"a"}, 0, 10, "k");
  firings.group({"a"}, 10, 20, "k");
  EXPECT_EQ(firings.held(), 7u) << "three states of each window, one of the key";
  firings.watermark(8);
  firings.group({"show"}, 0, 10, "k");
  EXPECT_THAT(firings.values(), ElementsAre("k 2 of 3 a+show 2"));
  firings.watermark(9);
  EXPECT_EQ(firings.held(), 4u);
  firings.watermark(19);
  EXPECT_EQ(firings.held(), 1u);
}

TEST(PerWindow, KeepHoldsItForLateFiringsAndSurvivesARestart) {
  Harness<Firings> firings(R"({"keep": 5})");
  firings.group({"a"}, 0, 10, "k");
  firings.watermark(13);
  firings.restart();
  firings.group({"show"}, 0, 10, "k");
  EXPECT_THAT(firings.values(), ElementsAre("k 2 of 2 a+show 2"));
  firings.watermark(14);
  EXPECT_EQ(firings.held(), 1u);
  firings.group({"b", "show"}, 0, 10, "k");
  EXPECT_THAT(firings.values(), ElementsAre("k 1 of 3 b+show 2"));
  EXPECT_EQ(firings.held(), 1u) << "what is written of a window that is over lives for that call";
}

TEST(PerWindow, ATimerNamesTheWindowItIsFor) {
  Harness<Firings> firings(R"({"keep": 6})");
  firings.group({"+6"}, 0, 10, "k");  // at 15
  firings.watermark(1'000);
  EXPECT_THAT(firings.values(), ElementsAre("k 1 of 1 +6 1")) << "what is kept until 15 is there at 15";
  EXPECT_EQ(firings.held(), 1u);
}

TEST(PerWindow, ATimerBehindTheTimeSeesTheSameHoweverFarTheWatermarkGoesAtOnce) {
  for (const std::int64_t step : {1, 1'000}) {
    Harness<Firings> firings(R"({"keep": 5})");
    firings.group({"+6"}, 0, 10, "k");  // at 15, forgotten at 14
    for (std::int64_t time = step; firings.held() > 1; time += step) firings.watermark(time);
    EXPECT_THAT(firings.values(), ElementsAre("k 0 of 1  0")) << step;
  }
}

TEST(PerWindow, WhereNoWindowIsAtHandTheErrorSaysWhatToDo) {
  Harness<Firings> firings;
  firings.group({"+1"}, 0, 10, "k");
  EXPECT_THAT([&] { firings.watermark(100); },
              ::testing::ThrowsMessage<PluginError>(HasSubstr("Context::enter_window()")));
}

TEST(PerWindow, BehindAWindowWithoutKeyStateIsOfAllItsGroups) {
  Harness<Firings> firings(R"({"keep": 20})");
  firings.group({"a", "+6"}, 0, 10);  // at 15
  firings.restart();
  firings.group({"b", "show"}, 10, 20);
  firings.watermark(15);
  EXPECT_THAT(firings.values(), ElementsAre(" 1 of 2 b+show 2", " 1 of 2 a++6 2"));
}

class FiringsAndRecords final : public Firings {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  using Firings::Firings;
};

TEST(PerWindow, AGroupWithoutKeyAmongRecordsSaysWhereTheKeyIsToBeWritten) {
  Harness<FiringsAndRecords> firings;
  EXPECT_THAT([&] { firings.group({"a"}, 0, 10); },
              ::testing::ThrowsMessage<PluginError>(
                  HasSubstr("write `key: FIELD` (or $key) at the window in the pipeline file")));
}

TEST(PerWindow, WindowsNearEachOtherNeverShareANumber) {
  // Windows whose starts are d milliseconds apart have one number where their ends are so far apart:
  constexpr std::int64_t kMonth = 31LL * 86'400'000;
  std::int64_t nearest = INT64_MAX;
  for (std::int64_t d = 1; d <= 86'400'000; ++d) {
    const std::int64_t apart = detail::number_of({d, 0});
    nearest = std::min(nearest, apart < 0 ? -apart : apart);
  }
  EXPECT_GT(nearest, kMonth);
}

/// Keeps the sum of each key; a word from `words`, which all tasks see, is answered with all sums, doubles or
/// drops them, or touches what it may not.
class Sums final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("sums").summary("Sums.").stateful().port("out", Item::kRecords, "Sums.");
    d.input("data", "Numbers.", &Sums::add);
    d.input("words", "What to do.", &Sums::hear, /*broadcast=*/true);
  }
  explicit Sums(const Options&) {}
  void start(Context& context) override {
    sum_.open(context);
    seen_.open(context);
    word_.open(context);
  }
  void add(const Record& record, Context& out) {
    if (record.bytes() == "word") return word_.put(out, "last", "mine");
    sum_.put(out, sum_.get(out).value_or(0) + std::stoi(std::string(record.bytes())));
    seen_.put(out, record.bytes(), true);
  }
  void hear(const Record& record, Context& out) {
    const std::string word(record.bytes());
    if (word == "touch") sum_.put(out, 7);
    word_.put(out, "last", word);
    sum_.for_each_key(out, [&](std::string_view key) {
      if (word == "double") sum_.put(out, 2 * *sum_.get(out));
      if (word == "drop") sum_.clear(out);
      if (word == "timer") out.set_event_timer(50);
      out.emit(out.make(std::string(key) + " " + std::to_string(sum_.get(out).value_or(-1))));
    });
    if (word == "maps") seen_.for_each_key(out, [&](std::string_view key) { out.emit(out.make(key)); });
    if (word == "after") sum_.put(out, 7);
  }
  void on_timer(const weir_timer&, Context& out) override {
    out.emit(out.make(std::string(view(out.key())) + " at 50 " + word_.get(out, "last").value_or("")));
  }

 private:
  ValueState<int> sum_{"sum"};
  MapState<bool> seen_{"seen"};
  BroadcastState<std::string> word_{"word"};
};

TEST(ForEachKey, ABroadcastRecordReachesTheStateOfAllKeys) {
  Harness<Sums> sums;
  sums.process_into("data", {"1", "2", "3"}, {"b", "a", "b"});
  sums.process_into("words", {"double"});
  EXPECT_THAT(sums.values(), ElementsAre("a 4", "b 8"));
  sums.process_into("words", {"timer"});
  sums.values();
  sums.watermark(50);
  EXPECT_THAT(sums.values(), ElementsAre("a at 50 timer", "b at 50 timer"))
      << "timers of the key that is visited";
  sums.process_into("words", {"maps"});
  EXPECT_THAT(sums.values(), ElementsAre("a 4", "b 8", "a", "b"));
  sums.process_into("words", {"drop", "show"});
  EXPECT_THAT(sums.values(), ElementsAre("a -1", "b -1"));
}

TEST(ForEachKey, OutsideOfItTheStateOfAKeyIsOutOfReachAndTheErrorSaysWhatToDo) {
  for (const char* word : {"touch", "after"}) {
    Harness<Sums> sums;
    sums.process_into("data", {"1"}, {"a"});
    EXPECT_THAT([&] { sums.process_into("words", {word}); },
                ::testing::ThrowsMessage<PluginError>(HasSubstr(
                    "the state 'sum' is kept for each key, but what comes by a broadcast input has "
                    "none, since all tasks see it: visit the keys with for_each_key(), or keep what "
                    "belongs to no key in a BroadcastState")));
  }
}

TEST(BroadcastState, IsReadOnlyFromTheDataSide) {
  Harness<Sums> sums;
  EXPECT_THAT([&] { sums.process_into("data", {"word"}, {"a"}); },
              ::testing::ThrowsMessage<PluginError>(
                  HasSubstr("the broadcast state 'word' may only be written from the broadcast input")));
}

}  // namespace
}  // namespace weir
