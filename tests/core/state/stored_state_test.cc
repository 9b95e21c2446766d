// SPDX-License-Identifier: Apache-2.0
//
// States in a store against those in memory: whatever is done to both, they tell the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <map>
#include <random>
#include <string>

#include "kept_states.h"

namespace weir::test {
namespace {

std::string shown(weir_slice s) {
  return s.data == nullptr ? "none" : "'" + std::string(view(s)) + "'";
}

template <class Values>
std::map<std::string, std::string> values_in(Values& of, std::int64_t window, std::int64_t now) {
  std::map<std::string, std::string> all;
  of.each(window, now, [&](weir_slice key, weir_slice value) { all[std::string(view(key))] = shown(value); });
  return all;
}

template <class Maps>
std::vector<std::string> fields_in(Maps& of, const std::string& key, std::int64_t window, std::int64_t now) {
  std::vector<std::string> all;
  of.each(key, window, now, [&](weir_slice field, weir_slice value) {
    all.push_back(std::string(view(field)) + "=" + shown(value));
  });
  return all;
}

template <class Maps>
std::map<std::string, int> keys_in(Maps& of, std::int64_t window, std::int64_t now) {
  std::map<std::string, int> all;
  of.each_key(window, now, [&](weir_slice key) { ++all[std::string(view(key))]; });
  return all;
}

struct Life {
  std::int64_t time_to_live;
  bool on_read;
  std::size_t memory;  ///< for the cache
};

class StoredStates : public ::testing::TestWithParam<Life> {
 protected:
  std::size_t below(std::size_t n) { return random_() % n; }
  /// Some of which begin like others, or hold bytes that are no text.
  std::string key() {
    static const std::vector<std::string> kKeys{"",  "a", "ab",   "abc",      std::string("a\0b", 3),
                                                "b", "c", "\xff", "\xff\xff", std::string(1, '\0')};
    return below(3) == 0 ? kKeys[below(kKeys.size())] : "k" + std::to_string(below(40));
  }
  std::int64_t window() {
    static const std::vector<std::int64_t> kWindows{0, -1, 1, 7, INT64_MIN, INT64_MAX};
    return kWindows[below(kWindows.size())];
  }
  void pass_time() { now_ += static_cast<std::int64_t>(below(4)); }

  std::mt19937 random_{7};
  std::int64_t now_ = 1'000;
  InStore in_store_;
  CacheBudget budget_{GetParam().memory};
};

TEST_P(StoredStates, ValuesAreThoseThatMemoryWouldHold) {
  const StateOptions options{WEIR_VALUE_STATE, GetParam().time_to_live, GetParam().on_read};
  KeyedValues expected(options);
  StoredValues state(options, *in_store_.store, budget_, "values");
  for (int i = 0; i < 6'000; ++i) {
    const std::string k = key();
    const std::int64_t w = window();
    SCOPED_TRACE("step " + std::to_string(i));
    switch (below(12)) {
      default: {
        const std::string value(below(30), static_cast<char>('a' + below(26)));
        std::size_t held = 0, expected_held = 0;
        char* const at = state.room(k, w, value.size(), held, now_);
        char* const expected_at = expected.room(k, w, value.size(), expected_held, now_);
        ASSERT_EQ(held, expected_held);
        ASSERT_EQ(std::string(at, value.size()), std::string(expected_at, value.size()));
        value.copy(at, value.size());
        value.copy(expected_at, value.size());
        break;
      }
      case 0:
      case 1:
      case 2:
        ASSERT_EQ(shown(state.get(k, w, now_)), shown(expected.get(k, w, now_)));
        break;
      case 3:
        state.erase(k, w);
        expected.erase(k, w);
        break;
      case 4:
        if (below(20) != 0) break;
        state.forget_window(w);
        expected.forget_window(w);
        break;
      case 5:
        ASSERT_EQ(values_in(state, w, now_), values_in(expected, w, now_));
        break;
      case 6: {
        const std::vector<weir_slice> some{slice(k), slice("k1"), slice("k2"), slice("k1")};
        state.prefetch(some.data(), some.size());
        break;
      }
      case 7:
        if (below(20) != 0) break;
        state.expire(now_);
        expected.expire(now_);
        ASSERT_EQ(state.size(), expected.size());
        break;
      case 8:
        state.relieve();
        break;
    }
    pass_time();
  }
}

TEST_P(StoredStates, MapsAreThoseThatMemoryWouldHold) {
  const StateOptions options{WEIR_MAP_STATE, GetParam().time_to_live, GetParam().on_read};
  KeyedMaps expected(options);
  StoredMaps state(options, *in_store_.store, "maps");
  for (int i = 0; i < 6'000; ++i) {
    const std::string k = key(), field = key();
    const std::int64_t w = window();
    SCOPED_TRACE("step " + std::to_string(i));
    switch (below(12)) {
      default: {
        const std::string value(below(30), static_cast<char>('a' + below(26)));
        state.put(k, w, field, value, now_);
        expected.put(k, w, field, value, now_);
        break;
      }
      case 0:
      case 1:
        ASSERT_EQ(shown(state.get(k, w, field, now_)), shown(expected.get(k, w, field, now_)));
        break;
      case 2:
        state.erase(k, w, field);
        expected.erase(k, w, field);
        break;
      case 3:
        if (below(10) != 0) break;
        state.erase(k, w);
        expected.erase(k, w);
        break;
      case 4:
        if (below(20) != 0) break;
        state.forget_window(w);
        expected.forget_window(w);
        break;
      case 5:
        ASSERT_EQ(fields_in(state, k, w, now_), fields_in(expected, k, w, now_));
        break;
      case 6:
        ASSERT_EQ(keys_in(state, w, now_), keys_in(expected, w, now_));
        break;
      case 7:
        if (below(20) != 0) break;
        state.expire(now_);
        expected.expire(now_);
        ASSERT_EQ(state.size(), expected.size());
        break;
      case 8:
        state.relieve();
        break;
    }
    pass_time();
  }
}

INSTANTIATE_TEST_SUITE_P(Lives, StoredStates,
                         ::testing::Values(Life{0, false, 0}, Life{0, false, 20'000},
                                           Life{0, false, 1u << 20}, Life{60, false, 20'000},
                                           Life{60, true, 0}, Life{60, true, 20'000}));

TEST(StoredState, ASnapshotHoldsWhatWasThereAndGoesOnApart) {
  InStore kept;
  const StateOptions options;
  const auto put = [](StoredValues& to, const std::string& value) {
    std::size_t held = 0;
    value.copy(to.room("k", 3, value.size(), held, 0), value.size());
  };
  StoredValues state(options, *kept.store, kept.budget, "s");
  put(state, "before");
  state.write_out();
  const std::string folder = (kept.dir / "snapshot").string();
  kept.store->snapshot(folder);
  put(state, "behind");
  state.write_out();

  const auto first = kept.home.make_from(folder);
  const auto second = kept.home.make_from(folder);
  StoredValues one(options, *first, kept.budget, "s");
  put(one, "change");
  one.write_out();
  StoredValues other(options, *second, kept.budget, "s");
  EXPECT_EQ(shown(other.get("k", 3, 0)), "'before'");
  EXPECT_EQ(shown(state.get("k", 3, 0)), "'behind'");
  const auto reader = kept.home.read(folder);
  StoredValues read(options, *reader, kept.budget, "s");
  EXPECT_EQ(shown(read.get("k", 3, 0)), "'before'");
}

TEST(StoredState, MoreWindowsThanAreNotedAreFoundAllTheSame) {
  InStore kept;
  const StateOptions options;
  StoredValues state(options, *kept.store, kept.budget, "s");
  std::size_t held = 0;
  for (std::int64_t window = 0; window < 5'000; ++window) {
    *state.room("k", window, 1, held, 0) = static_cast<char>('a' + window % 26);
    state.relieve();
  }
  StoredValues again(options, *kept.store, kept.budget, "s");
  EXPECT_EQ(shown(again.get("k", 4'999, 0)), shown(state.get("k", 4'999, 0)));
  EXPECT_EQ(shown(state.get("k", 26, 0)), "'a'");
  EXPECT_EQ(shown(state.get("k", 5'000, 0)), "none");
  state.forget_window(26);
  EXPECT_EQ(shown(state.get("k", 26, 0)), "none");
  EXPECT_EQ(state.size(), 4'999u);
}

void put_value(StoredValues& to, const std::string& key, const std::string& value, std::int64_t now) {
  std::size_t held = 0;
  value.copy(to.room(key, 0, value.size(), held, now), value.size());
}

TEST(StoredState, WhatHasRunOutGoesAsFastAsOtherComes) {
  constexpr std::size_t kAtOnce = 20'000;
  constexpr std::int64_t kLife = 60;
  InStore kept;
  StoredValues values({WEIR_VALUE_STATE, kLife, false}, *kept.store, kept.budget, "values");
  StoredMaps maps({WEIR_MAP_STATE, kLife, false}, *kept.store, "maps");
  std::int64_t now = 0;
  for (int meeting = 0; meeting < 10; ++meeting, now += kLife) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const std::string key = std::to_string(meeting) + "-" + std::to_string(i);
      put_value(values, key, "v", now);
      maps.put(key, 0, "field", "v", now);
    }
    values.relieve();
    values.expire(now);
    maps.expire(now);
  }
  EXPECT_LE(values.size(), 2 * kAtOnce);
  EXPECT_LE(maps.size(), 2 * kAtOnce);
}

TEST(StoredState, AVisitThatRenewsLeavesWhatWasReadBefore) {
  InStore kept;
  StoredValues state({WEIR_VALUE_STATE, 60, true}, *kept.store, kept.budget, "s");
  put_value(state, "a", "of a", 0);
  put_value(state, "b", "of b", 0);
  state.relieve();
  const weir_slice read = state.get("a", 0, 0);
  EXPECT_EQ(values_in(state, 0, 50), (std::map<std::string, std::string>{{"a", "'of a'"}, {"b", "'of b'"}}));
  EXPECT_EQ(shown(read), "'of a'");
  state.relieve();
  EXPECT_EQ(values_in(state, 0, 100).size(), 2u) << "both were renewed at 50";
}

TEST(StoredState, AVisitorMayMeetTheLastKeyAsItRunsOut) {
  InStore kept;
  StoredValues state({WEIR_VALUE_STATE, 60, false}, *kept.store, kept.budget, "s");
  put_value(state, "a", "v", 0);
  int visited = 0;
  state.each(0, 59, [&](weir_slice, weir_slice) {
    ++visited;
    EXPECT_EQ(shown(state.get("a", 0, 60)), "none");
  });
  EXPECT_EQ(visited, 1);
  state.relieve();
  EXPECT_EQ(state.size(), 0u);
}

}  // namespace
}  // namespace weir::test
