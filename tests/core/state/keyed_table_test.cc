// SPDX-License-Identifier: Apache-2.0
#include "state/keyed_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <weir/record.h>
#include <algorithm>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace weir::test {
namespace {

std::optional<std::string> get(const KeyedTable& table, const std::string& key) {
  const weir_slice found = table.find(key);
  if (found.data == nullptr) return std::nullopt;
  return std::string(view(found));
}

void put(KeyedTable& table, const std::string& key, const std::string& value) {
  std::size_t held = 0;
  char* to = table.room(key, value.size(), held);
  value.copy(to, value.size());
}

TEST(KeyedTable, AnEmptyValueIsNotNone) {
  KeyedTable table;
  EXPECT_EQ(get(table, "k"), std::nullopt);
  put(table, "k", "");
  EXPECT_EQ(get(table, "k"), "");
  put(table, "", "of the empty key");
  EXPECT_EQ(get(table, ""), "of the empty key");
}

TEST(KeyedTable, RoomKeepsWhatWasThereAndIsZeroBehind) {
  KeyedTable table;
  put(table, "k", "abc");
  std::size_t held = 0;
  table.room("k", 300, held);
  EXPECT_EQ(held, 3u);
  EXPECT_EQ(get(table, "k"), "abc" + std::string(297, '\0'));
  table.room("k", 2, held);
  table.room("k", 4, held);
  EXPECT_EQ(get(table, "k"), std::string("ab\0\0", 4)) << "what was cut off does not come back";
  table.room("new", 2, held);
  EXPECT_EQ(held, KeyedTable::kNone);
}

TEST(KeyedTable, DoesWhatAMapDoes) {
  std::mt19937 random(7);
  KeyedTable table;
  std::map<std::string, std::string> map;
  for (int i = 0; i < 60'000; ++i) {
    const std::string key = "key" + std::to_string(random() % 3'000) + std::string(random() % 2 * 40, 'x');
    switch (random() % 4) {
      case 0:
        EXPECT_EQ(table.erase(key), map.erase(key) == 1);
        break;
      case 1:
        EXPECT_EQ(get(table, key), map.contains(key) ? std::optional(map[key]) : std::nullopt);
        break;
      default:
        // Now and then one that needs a chunk of its own.
        const std::size_t size = random() % 1'000 == 0 ? 400'000 : random() % 700;
        map[key] = std::string(size, static_cast<char>('a' + random() % 26));
        put(table, key, map[key]);
    }
  }
  EXPECT_EQ(table.size(), map.size());
  std::map<std::string, std::string> seen;
  std::size_t visits = 0;
  table.for_each([&](weir_slice key, weir_slice value) {
    seen[std::string(view(key))] = view(value);
    ++visits;
  });
  EXPECT_TRUE(seen == map);
  EXPECT_EQ(visits, map.size());
}

TEST(KeyedTable, KeysAreVisitedInTheOrderInWhichTheyCame) {
  KeyedTable table;
  for (const char* key : {"c", "a", "b", "d"}) put(table, key, "value");
  table.erase("a");
  std::string order;
  table.for_each([&](weir_slice key, weir_slice) { order += view(key); });
  EXPECT_EQ(order, "cbd");
}

TEST(KeyedTable, KeysMayBePrefetchedWhetherTheyAreThereOrNot) {
  const std::vector<weir_slice> keys(1000, slice("key"));
  KeyedTable table;
  table.prefetch(keys.data(), keys.size());
  put(table, "key", "value");
  put(table, "gone", "value");
  table.erase("gone");
  table.prefetch(keys.data(), keys.size());
  const weir_slice gone = slice("gone");
  table.prefetch(&gone, 1);
  EXPECT_EQ(get(table, "key"), "value");
}

TEST(KeyedTable, LargeValuesTakeLittleMoreThanTheirSize) {
  for (const std::size_t size : {600u, 1100u, 2500u, 4500u, 40'000u}) {
    KeyedTable table;
    constexpr int kKeys = 1000;
    for (int i = 0; i < kKeys; ++i) put(table, "k" + std::to_string(i), std::string(size, 'x'));
    EXPECT_LT(table.bytes(), kKeys * size * 14 / 10 + (512u << 10)) << size;
    EXPECT_EQ(get(table, "k7"), std::string(size, 'x'));
  }
}

TEST(KeyedTable, MemoryIsLessThanThreeTimesTheBareKeysAndValues) {
  KeyedTable table;
  constexpr int kKeys = 200'000;
  std::size_t bare = 0;
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "user-" + std::to_string(1'000'000 + i);
    put(table, key, "0123456789abcdef");
    bare += key.size() + 16;
  }
  EXPECT_LT(table.bytes(), 3 * bare);
}

/// Whoever reads a frozen table must see it as it was, whatever happens to the table meanwhile.
TEST(KeyedTable, WhatIsFrozenStaysAsItWasWhileTheTableGoesOn) {
  KeyedTable table;
  std::map<std::string, std::string> model;
  std::mt19937 random(7);
  std::size_t held = 0;
  const auto change = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const std::string key = "key" + std::to_string(random() % 500);
      if (random() % 4 == 0) {
        table.erase(key);
        model.erase(key);
        continue;
      }
      const std::string value(random() % 100, static_cast<char>('a' + random() % 26));
      std::copy(value.begin(), value.end(), table.room(key, value.size(), held));
      model[key] = value;
    }
  };
  change(2000);
  const auto before = model;
  const auto frozen = table.freeze();
  change(5000);
  std::map<std::string, std::string> seen;
  frozen.for_each([&](weir_slice key, weir_slice value) { seen[std::string(view(key))] = view(value); });
  EXPECT_EQ(seen, before);
  EXPECT_EQ(frozen.size(), before.size());
  seen.clear();
  table.for_each([&](weir_slice key, weir_slice value) { seen[std::string(view(key))] = view(value); });
  EXPECT_EQ(seen, model);
}

/// A copy that is brought up to date by what each freeze() tells has changed is the table.
TEST(KeyedTable, ChangesMakeOneFrozenTableOutOfTheOneBefore) {
  KeyedTable table;
  std::map<std::string, std::string> copy;
  std::mt19937 random(11);
  std::size_t held = 0;
  const auto put = [&](const std::string& key) {
    const std::string value(1 + random() % 300, static_cast<char>('a' + random() % 26));
    std::copy(value.begin(), value.end(), table.room(key, value.size(), held));
  };
  for (int i = 0; i < 1000; ++i) put("key" + std::to_string(i));
  int told = 0;
  for (int round = 0; round < 50; ++round) {
    {
      const auto frozen = table.freeze();
      const auto take = [&](weir_slice key, weir_slice value) { copy[std::string(view(key))] = view(value); };
      if (frozen.has_changes()) {
        ++told;
        for (const auto& key : frozen.erased()) copy.erase(key);
        frozen.for_each_changed(take);
      } else {
        copy.clear();
        frozen.for_each(take);
      }
      if (round % 3 == 0) table.thaw();
      std::map<std::string, std::string> now;
      table.for_each([&](weir_slice key, weir_slice value) { now[std::string(view(key))] = view(value); });
      ASSERT_EQ(copy, now) << "round " << round;
    }
    for (int i = 0; i < (round % 10 == 9 ? 2000 : 60); ++i) {
      const std::string key = "key" + std::to_string(random() % 1500);
      random() % 3 == 0 ? static_cast<void>(table.erase(key)) : put(key);
    }
  }
  EXPECT_EQ(told, 45) << "whole at first, and where most has changed";
}

}  // namespace
}  // namespace weir::test
