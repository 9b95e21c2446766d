// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "state/record_snapshot.h"
#include "state/stage_state.h"
#include "state/timers.h"
#include "state/window_lists.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// A key belongs to the unit that its first digit says.
UnitSplit by_digit(std::vector<std::int32_t> units) {
  return {std::move(units), [](std::string_view key) { return key.empty() ? 9 : key[0] - '0'; }};
}

class UnitSplitTest : public ::testing::Test {
 protected:
  weir_record record(std::string_view value, std::int32_t partition) {
    weir_record r{};
    r.value = slice(value);
    r.origin = origins_.get("in", "t", partition);
    r.event_time = WEIR_NO_TIME;
    return r;
  }
  FindOrigin find() {
    return [this](std::string_view source, std::string_view name, std::int32_t partition) {
      return origins_.get(source, name, partition);
    };
  }
  /// What stands in a unit's snapshot of a stage with state, in words.
  std::vector<std::string> contents(const std::string& snapshot) {
    std::vector<std::string> all;
    SnapshotReader from(snapshot);
    EXPECT_EQ(from.number(), 1u);
    EXPECT_EQ(from.number(), 0u);
    all.push_back("time " + std::to_string(from.time()));
    for (int domain = 0; domain < 2; ++domain) {
      Timers timers;
      timers.load(from);
      while (const auto timer = timers.pop_due(Timers::kNever))
        all.push_back("timer " + timer->key + "@" + std::to_string(timer->time));
    }
    WindowLists lists;
    lists.load(from, find());
    lists.for_each([&](const OwnedRecords& list) {
      std::string text = "list";
      for (const auto& r : list) text += " " + std::string(view(r.value));
      all.push_back(text);
    });
    StageState states;
    states.load(from);
    auto& values = states.open("sum", {WEIR_VALUE_STATE, 0, false}).values();
    for (const std::int64_t window : {0, 7}) {
      values.each(window, 0, [&](weir_slice key, weir_slice value) {
        all.push_back("sum " + std::string(view(key)) + "=" + std::string(view(value)));
      });
    }
    auto& maps = states.open("seen", {WEIR_MAP_STATE, 0, false}).maps();
    for (const char* key : {"1a", "2b"}) {
      maps.each(key, 0, 0, [&](weir_slice field, weir_slice) {
        all.push_back(std::string("seen ") + key + "." + std::string(view(field)));
      });
    }
    EXPECT_TRUE(from.at_end());
    return all;
  }

  Origins origins_;
};

TEST_F(UnitSplitTest, EachKeyGoesToItsUnitAndWhatHasNoneToAll) {
  SnapshotWriter to;
  to.number(1);
  to.number(0);
  to.time(100);
  Timers timers, event_timers;
  timers.set(slice("1a"), 10);
  timers.set(slice("3c"), 11);
  event_timers.set(kAbsent, 50);
  timers.save(to);
  event_timers.save(to);
  WindowLists lists;
  const weir_record a = record("x", 1), b = record("y", 2);
  lists.append(slice("2b"), 5, &b, 1);
  lists.append(kAbsent, 6, &a, 1);
  lists.append(kAbsent, 6, &b, 1);
  lists.save(to);
  StageState states;
  const auto put = [&](const char* key, std::int64_t window, char value) {
    std::size_t held = 0;
    *states.open("sum", {WEIR_VALUE_STATE, 0, false}).values().room(key, window, 1, held, 0) = value;
  };
  put("1a", 0, 'p');
  put("1z", 7, 'q');
  put("2b", 7, 'r');
  put("3c", 0, 's');
  states.open("seen", {WEIR_MAP_STATE, 0, false}).maps().put("2b", 0, "f", "v", 0);
  states.save(to);

  auto split = by_digit({1, 2});
  split.time_of = [](std::int32_t unit, std::int64_t time) { return unit == 2 ? time + 1 : time; };
  const auto units = split_snapshot(to.bytes(), split);
  EXPECT_THAT(contents(units.at(0)),
              UnorderedElementsAre("time 100", "timer 1a@10", "timer @50", "list x", "sum 1a=p", "sum 1z=q"));
  EXPECT_THAT(contents(units.at(1)),
              UnorderedElementsAre("time 101", "timer @50", "list y", "list y", "sum 2b=r", "seen 2b.f"))
      << "and 3c, of another process's unit, to none";
}

TEST_F(UnitSplitTest, WorkThatWaitsGoesWithTheRecordsOrWithTheGroupsKey) {
  SnapshotWriter to;
  to.number(kWaitingWork);
  to.number(2);
  for (const bool keyed : {false, true}) {
    to.number(keyed ? 1 : 0);
    to.number(0);
    to.slice(keyed ? slice("2b") : kAbsent);
    to.time(0);
    to.time(0);
    to.number(2);
    save_record(to, record("x", 1));
    save_record(to, record("y", 2));
  }
  const auto values = [&](const std::string& snapshot) {
    std::vector<std::string> all;
    SnapshotReader from(snapshot);
    EXPECT_EQ(from.number(), kWaitingWork);
    for (std::uint64_t works = from.number(); works > 0; --works) {
      from.number();
      from.number();
      from.slice();
      from.time();
      from.time();
      OwnedRecords records;
      for (std::uint64_t left = from.number(); left > 0; --left) load_record(from, find(), records);
      std::string text;
      for (const auto& r : records) text += view(r.value);
      all.push_back(text);
    }
    return all;
  };
  const auto units = split_snapshot(to.bytes(), by_digit({1, 2, 4}));
  EXPECT_THAT(values(units.at(0)), ElementsAre("x"));
  EXPECT_THAT(values(units.at(1)), ElementsAre("y", "xy"));
  EXPECT_THAT(units.at(2), IsEmpty());
}

}  // namespace
}  // namespace weir
