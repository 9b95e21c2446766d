// SPDX-License-Identifier: Apache-2.0
#include "state/stage_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <map>
#include <optional>
#include <string>

#include "kept_states.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::optional<std::string> text(weir_slice s) {
  if (s.data == nullptr) return std::nullopt;
  return std::string(view(s));
}

template <class Values>
void put(Values& state, const std::string& key, std::int64_t window, const std::string& value,
         std::int64_t now = 0) {
  std::size_t held = 0;
  value.copy(state.room(key, window, value.size(), held, now), value.size());
  if constexpr (requires { state.relieve(); }) state.relieve();
}

std::string saved(StageState& state) {
  SnapshotWriter to;
  state.freeze(false).save(to);
  return to.take();
}

void load(StageState& state, const std::string& bytes) {
  std::vector<SnapshotReader> whole{SnapshotReader(bytes)};
  state.load(whole, KeyShare{0, 1});
  EXPECT_TRUE(whole[0].at_end());
}

template <class Values>
std::map<std::string, std::string> all(Values& state, std::int64_t window, bool erase = false) {
  std::map<std::string, std::string> seen;
  state.each(window, 0, [&](weir_slice key, weir_slice value) { seen[*text(key)] = *text(value); });
  if (erase) state.forget_window(window);
  return seen;
}

template <class Kept>
class KeyedValuesOf : public ::testing::Test {
 protected:
  Kept kept;
};
template <class Kept>
class KeyedMapsOf : public KeyedValuesOf<Kept> {};
using Kinds = ::testing::Types<InMemory, InStore>;
TYPED_TEST_SUITE(KeyedValuesOf, Kinds);
TYPED_TEST_SUITE(KeyedMapsOf, Kinds);

TYPED_TEST(KeyedValuesOf, EachWindowHasItsKeysAndGoesAsAWhole) {
  auto state = this->kept.values(StateOptions{});
  put(state, "a", 1, "x");
  put(state, "b", 1, "y");
  put(state, "a", 2, "z");
  EXPECT_THAT(all(state, 1, /*erase=*/true), ElementsAre(Pair("a", "x"), Pair("b", "y")));
  EXPECT_EQ(text(state.get("a", 1, 0)), std::nullopt);
  EXPECT_EQ(text(state.get("a", 2, 0)), "z");
  EXPECT_EQ(state.size(), 1u);
}

TYPED_TEST(KeyedValuesOf, WhatHasRunOutIsNeverSeenAgain) {
  auto state = this->kept.values({WEIR_VALUE_STATE, 100, false});
  put(state, "a", 0, "x", 1'000);
  EXPECT_EQ(text(state.get("a", 0, 1'099)), "x");
  EXPECT_EQ(text(state.get("a", 0, 1'100)), std::nullopt);
  put(state, "a", 0, "y", 2'000);
  put(state, "a", 0, "z", 2'050);
  EXPECT_EQ(text(state.get("a", 0, 2'149)), "z") << "a write begins the time anew";
}

TYPED_TEST(KeyedValuesOf, WhatHasRunOutAndIsNeverAskedForIsForgotten) {
  auto state = this->kept.values({WEIR_VALUE_STATE, 100, false});
  put(state, "a", 0, "x", 1'000);
  put(state, "b", 1, "y", 1'000);
  put(state, "c", 1, "z", 1'050);
  state.expire(1'099);
  EXPECT_EQ(state.size(), 3u);
  state.expire(1'100);
  EXPECT_EQ(state.size(), 1u);
  EXPECT_EQ(text(state.get("c", 1, 1'100)), "z");

  auto maps = this->kept.maps({WEIR_MAP_STATE, 100, false});
  maps.put("a", 0, "f", "x", 1'000);
  maps.put("b", 0, "f", "x", 1'000);
  maps.put("b", 0, "g", "y", 1'050);
  maps.expire(1'100);
  EXPECT_EQ(maps.size(), 1u) << "a map without fields goes too";
  EXPECT_EQ(text(maps.get("b", 0, "g", 1'100)), "y");
}

TYPED_TEST(KeyedValuesOf, ReadingKeepsAliveWhereTheOptionsSaySo) {
  auto state = this->kept.values({WEIR_VALUE_STATE, 100, true});
  put(state, "a", 0, "x", 1'000);
  EXPECT_EQ(text(state.get("a", 0, 1'090)), "x");
  EXPECT_EQ(text(state.get("a", 0, 1'180)), "x");
  EXPECT_EQ(text(state.get("a", 0, 1'280)), std::nullopt);
}

TYPED_TEST(KeyedMapsOf, FieldsComeInTheirOrderAndGoOneByOne) {
  auto state = this->kept.maps({WEIR_MAP_STATE, 0, false});
  state.put("k", 0, "b", "2", 0);
  state.put("k", 0, "a", "1", 0);
  state.put("other", 0, "c", "3", 0);
  state.erase("k", 0, "x");
  std::vector<std::string> seen;
  state.each("k", 0, 0,
             [&](weir_slice field, weir_slice value) { seen.push_back(*text(field) + *text(value)); });
  EXPECT_THAT(seen, ElementsAre("a1", "b2"));
  state.erase("k", 0, "a");
  EXPECT_EQ(text(state.get("k", 0, "a", 0)), std::nullopt);
  EXPECT_EQ(text(state.get("k", 0, "b", 0)), "2");
}

TYPED_TEST(KeyedMapsOf, VisitingFieldsKeepsThemAliveWhereTheOptionsSaySo) {
  const auto fields_at = [](auto& state, std::int64_t now) {
    std::string seen;
    state.each("k", 0, now, [&](weir_slice field, weir_slice) { seen += *text(field); });
    return seen;
  };
  auto state = this->kept.maps({WEIR_MAP_STATE, 100, true});
  state.put("k", 0, "a", "1", 1'000);
  state.put("k", 0, "b", "2", 1'050);
  EXPECT_EQ(fields_at(state, 1'100), "b") << "what has run out is not renewed";
  EXPECT_EQ(fields_at(state, 1'199), "b");
  EXPECT_EQ(fields_at(state, 1'298), "b");
  EXPECT_EQ(fields_at(state, 1'398), "");
}

TYPED_TEST(KeyedMapsOf, EachWindowHasItsKeysAndGoesAsAWhole) {
  auto state = this->kept.maps({WEIR_MAP_STATE, 100, false});
  state.put("a", 1, "f", "1", 0);
  state.put("b", 1, "f", "2", 50);
  state.put("a", 2, "f", "3", 50);
  std::vector<std::string> keys;
  state.each_key(1, 100, [&](weir_slice key) { keys.push_back(*text(key)); });
  EXPECT_THAT(keys, ElementsAre("b")) << "all fields of a have run out";
  state.forget_window(1);
  EXPECT_EQ(text(state.get("b", 1, "f", 0)), std::nullopt);
  EXPECT_EQ(text(state.get("a", 2, "f", 0)), "3");
  EXPECT_EQ(state.size(), 1u);
}

TYPED_TEST(KeyedValuesOf, VisitingKeysKeepsThemAliveWhereTheOptionsSaySo) {
  auto state = this->kept.values({WEIR_VALUE_STATE, 100, true});
  put(state, "a", 0, "x", 1'000);
  for (const std::int64_t now : {1'099, 1'198}) state.each(0, now, [](weir_slice, weir_slice) {});
  EXPECT_EQ(text(state.get("a", 0, 1'297)), "x");
}

TYPED_TEST(KeyedValuesOf, ATimeToLiveBeyondTheEndOfTimeIsForEver) {
  auto state = this->kept.values({WEIR_VALUE_STATE, INT64_MAX, true});
  put(state, "a", 0, "x", 1'000);
  EXPECT_EQ(text(state.get("a", 0, 2'000)), "x");
  EXPECT_EQ(text(state.get("a", 0, INT64_MAX - 1)), "x");

  auto maps = this->kept.maps({WEIR_MAP_STATE, INT64_MAX, true});
  maps.put("a", 0, "f", "x", 1'000);
  EXPECT_EQ(text(maps.get("a", 0, "f", 2'000)), "x");
  EXPECT_EQ(text(maps.get("a", 0, "f", INT64_MAX - 1)), "x");
}

TEST(StageState, ATimeToLiveBelowZeroIsRefused) {
  StageState states;
  EXPECT_THROW(states.open("s", {WEIR_VALUE_STATE, -1, false}), std::logic_error);
}

TEST(StageState, WindowsAreForgottenAtTheirTimeAlsoAfterARestart) {
  StageState before;
  NamedState& written = before.open("s", {});
  put(written.values(), "a", 7, "x");
  put(written.values(), "a", 8, "y");
  put(written.values(), "a", 9, "z");
  written.ends.set(7, 50);
  written.ends.set(7, 100);
  written.ends.set(8, 101);
  before.forget_windows(50);
  StageState after;
  load(after, saved(before));
  KeyedValues& state = after.open("s", {}).values();
  EXPECT_EQ(after.next_end(), 100);
  EXPECT_EQ(text(state.get("a", 7, 0)), "x") << "the last time that is given counts";
  after.forget_windows(100);
  EXPECT_EQ(text(state.get("a", 7, 0)), std::nullopt);
  EXPECT_EQ(text(state.get("a", 8, 0)), "y");
  after.forget_windows(INT64_MAX);
  EXPECT_EQ(text(state.get("a", 8, 0)), std::nullopt);
  EXPECT_EQ(text(state.get("a", 9, 0)), "z") << "windows without a time stay";
}

TEST(StageState, ASnapshotBringsEveryStateBackUnderItsName) {
  StageState before;
  put(before.open("sums", {}).values(), "a", 7, "x");
  before.open("rules", {WEIR_MAP_STATE, 0, false}).maps().put("", 0, "f", "v", 0);
  StageState after;
  load(after, saved(before));
  EXPECT_EQ(text(after.open("sums", {}).values().get("a", 7, 0)), "x");
  EXPECT_EQ(text(after.open("rules", {WEIR_MAP_STATE, 0, false}).maps().get("", 0, "f", 0)), "v");
}

TEST(StageState, AnotherTimeToLiveCountsForWhatIsWrittenFromThenOn) {
  StageState before;
  put(before.open("seen", {WEIR_VALUE_STATE, 100, false}).values(), "a", 0, "x", 0);

  StageState after;
  load(after, saved(before));
  KeyedValues& seen = after.open("seen", {WEIR_VALUE_STATE, 10, false}).values();
  put(seen, "b", 0, "y", 20);
  EXPECT_EQ(text(seen.get("b", 0, 29)), "y");
  EXPECT_EQ(text(seen.get("b", 0, 30)), std::nullopt);
  EXPECT_EQ(text(seen.get("a", 0, 99)), "x");
  EXPECT_EQ(text(seen.get("a", 0, 100)), std::nullopt);
}

TEST(StageState, AStateThatHadATimeToLiveIsRefusedWithoutOneAndTheOtherWayRound) {
  for (const std::int64_t time : {0, 100}) {
    StageState before;
    put(before.open("seen", {WEIR_VALUE_STATE, time, false}).values(), "a", 0, "x", 0);
    StageState after;
    load(after, saved(before));
    EXPECT_THROW(after.open("seen", {WEIR_VALUE_STATE, 100 - time, false}), std::runtime_error);
  }
}

TEST(StageState, WithoutATimeToLiveReadingRenewsNothing) {
  StageState states;
  KeyedValues& state = states.open("s", {WEIR_VALUE_STATE, 0, true}).values();
  put(state, "a", 0, "12345678");
  EXPECT_EQ(text(state.get("a", 0, 5)), "12345678");
  EXPECT_EQ(text(state.get("a", 0, 5)), "12345678");
}

TEST(StageState, AStateOpenedTwiceOtherwiseIsRefused) {
  StageState states;
  states.open("s", {});
  EXPECT_THROW(states.open("s", {WEIR_MAP_STATE, 0, false}), std::logic_error);
}

/// What a task saves that has a value "own" of `key` in the state "s".
std::string saved_with(const std::string& key) {
  StageState state;
  put(state.open("s", StateOptions{}).values(), key, 0, "own");
  return saved(state);
}

TEST(StageState, TasksThatKeptDifferentKeysCanBecomeOne) {
  StageState state;
  load(state, saved_with("a"));
  load(state, saved_with("b"));
  EXPECT_THAT(all(state.open("s", StateOptions{}).values(), 0),
              ElementsAre(Pair("a", "own"), Pair("b", "own")));
}

TEST(StageState, TwoValuesOfOneKeyAreRefusedAndNoneIsLost) {
  StageState state;
  load(state, saved_with("a"));
  load(state, saved_with("a"));
  EXPECT_THAT([&] { state.open("s", StateOptions{}); },
              ::testing::ThrowsMessage<std::runtime_error>(
                  ::testing::HasSubstr("several tasks kept something for 'a'")));
}

}  // namespace
}  // namespace weir::test
