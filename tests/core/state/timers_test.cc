// SPDX-License-Identifier: Apache-2.0
#include "state/timers.h"

#include <gtest/gtest.h>
#include <weir/record.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace weir {
namespace {

TEST(Timers, AreDueInTheOrderOfTime) {
  Timers timers;
  EXPECT_EQ(timers.next(), Timers::kNever);
  timers.set(slice("b"), 20);
  timers.set(slice("a"), 30);
  timers.set(slice("c"), 10);
  EXPECT_EQ(timers.next(), 10);
  EXPECT_FALSE(timers.pop_due(9));
  EXPECT_EQ(timers.pop_due(25)->key, "c");
  EXPECT_EQ(timers.pop_due(25)->key, "b");
  EXPECT_FALSE(timers.pop_due(25));
  EXPECT_EQ(timers.next(), 30);
}

TEST(Timers, ASecondSetIsNoSecondCall) {
  Timers timers;
  timers.set(slice("a"), 10);
  timers.set(slice("a"), 10);
  timers.set(slice("a"), 11);
  EXPECT_EQ(timers.pop_due(100)->time, 10);
  EXPECT_EQ(timers.pop_due(100)->time, 11);
  EXPECT_FALSE(timers.pop_due(100));
}

TEST(Timers, CanBeTakenBack) {
  Timers timers;
  timers.set(kAbsent, 10);
  timers.erase(kAbsent, 11);
  EXPECT_EQ(timers.next(), 10) << "one that is not set";
  timers.erase(kAbsent, 10);
  EXPECT_EQ(timers.next(), Timers::kNever);
}

TEST(Timers, NoKeyIsNotTheEmptyKey) {
  Timers timers;
  timers.set(slice(""), 10);
  timers.set(kAbsent, 10);
  timers.erase(slice(""), 10);
  const auto left = timers.pop_due(10);
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->has_key);
  EXPECT_FALSE(timers.pop_due(10));
}

TEST(Timers, AtTheSameTimeTheyAreDueInTheOrderInWhichTheyWereSet) {
  Timers timers;
  for (const char* key : {"c", "a", "b"}) timers.set(slice(key), 10);
  timers.erase(slice("c"), 10);
  timers.set(slice("c"), 10);
  EXPECT_EQ(timers.pop_due(10)->key, "a");
  EXPECT_EQ(timers.pop_due(10)->key, "b");
  EXPECT_EQ(timers.pop_due(10)->key, "c");
}

TEST(Timers, ManyThatAreSetAndTakenBackAreTheRightOnesInTheRightOrder) {
  // Beside a plain std::set of the same, with a row of numbers that looks like chance.
  Timers timers;
  std::set<std::pair<std::int64_t, std::string>> plain;
  std::uint32_t chance = 1;
  const auto next = [&](std::uint32_t below) {
    return (chance = chance * 1664525 + 1013904223) / 65536 % below;
  };
  std::int64_t now = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string key = "a key that is not so very short " + std::to_string(next(50));
    const std::int64_t time = now + next(100);
    switch (next(5)) {
      case 0:
      case 1:
        timers.set(slice(key), time);
        plain.emplace(time, key);
        break;
      case 2:
      case 3:
        timers.erase(slice(key), time);
        plain.erase({time, key});
        break;
      default:
        now += next(3);
        while (const auto timer = timers.pop_due(now)) {
          ASSERT_LE(timer->time, now);
          ASSERT_EQ(timer->time, plain.begin()->first);
          ASSERT_EQ(plain.erase({timer->time, timer->key}), 1u);
        }
        ASSERT_TRUE(plain.empty() || plain.begin()->first > now);
    }
    ASSERT_EQ(timers.size(), plain.size());
    ASSERT_EQ(timers.next(), plain.empty() ? Timers::kNever : plain.begin()->first);
  }
}

// Times of all distances, also such as come before what is due next, popped a few at once or many.
TEST(Timers, OfAllDistancesAreDueInTheOrderOfTime) {
  Timers timers;
  std::set<std::pair<std::int64_t, std::string>> plain;
  std::uint64_t chance = 1;
  const auto next = [&](std::uint64_t below) {
    return (chance = chance * 6364136223846793005u + 1442695040888963407u) / 65536 % below;
  };
  std::int64_t now = -3'000'000'000;
  for (int i = 0; i < 30'000; ++i) {
    const auto far = static_cast<std::int64_t>(next(std::uint64_t{1} << next(40)));
    const std::int64_t time = now + (next(8) == 0 ? -far : far);
    const std::string key = std::to_string(next(1000));
    timers.set(slice(key), time);
    plain.emplace(time, key);
    if (next(3) == 0 && !plain.empty()) {
      const auto [at, other] = *plain.begin();
      timers.erase(slice(other), at);
      plain.erase(plain.begin());
    }
    if (next(50) == 0) {
      ASSERT_EQ(timers.next(), plain.empty() ? Timers::kNever : plain.begin()->first);
    }
    if (next(100) != 0) continue;
    now += static_cast<std::int64_t>(next(std::uint64_t{1} << next(31)));
    while (const auto timer = timers.pop_due(now)) {
      ASSERT_EQ(timer->time, plain.begin()->first);
      ASSERT_EQ(plain.erase({timer->time, timer->key}), 1u);
    }
    ASSERT_TRUE(plain.empty() || plain.begin()->first > now);
  }
}

TEST(Timers, KeysThatAreDueSoonCanBeSeenBefore) {
  Timers timers;
  for (int i = 0; i < 20; ++i) timers.set(slice("k" + std::to_string(i)), 100 + i);
  timers.erase(slice("k2"), 102);
  EXPECT_EQ(timers.pop_due(150)->key, "k0");
  std::array<weir_slice, 3> keys;
  ASSERT_EQ(timers.peek_keys(keys), 2u) << "the one that was taken back left out";
  EXPECT_EQ(view(keys[0]), "k1");
  EXPECT_EQ(view(keys[1]), "k3");
}

TEST(Timers, AreSavedAndEachTaskTakesItsOwn) {
  Timers timers;
  for (int i = 0; i < 100; ++i) timers.set(slice("k" + std::to_string(i)), 1000 - i);
  timers.set(kAbsent, 5);
  timers.erase(slice("k7"), 993);
  SnapshotWriter saved;
  timers.save(saved, false);
  std::set<std::string> keys;
  for (std::size_t task = 0; task < 3; ++task) {
    Timers mine;
    SnapshotReader from(saved.bytes());
    mine.load(from, {task, 3, false});
    EXPECT_FALSE(mine.pop_due(5)->has_key) << "one without a key is for each of them";
    EXPECT_LT(mine.size(), 99u);
    std::int64_t last = 0;
    while (const auto timer = mine.pop_due(1000)) {
      EXPECT_LT(last, timer->time);
      last = timer->time;
      EXPECT_TRUE(keys.insert(timer->key).second) << timer->key << " twice";
    }
  }
  EXPECT_EQ(keys.size(), 99u);
  EXPECT_FALSE(keys.contains("k7"));
}

TEST(Timers, AfterTheEndNoneIsSetBeyondThoseThatWereSet) {
  Timers timers;
  timers.set(slice("a"), 10);
  timers.set(slice("b"), 30);
  timers.set(slice("c"), Timers::kNever);
  timers.close();
  int fired = 0;
  while (const auto timer = timers.pop_due(Timers::kNever)) {
    ++fired;
    if (timer->time < Timers::kNever) timers.set(slice(timer->key), timer->time + 10);
  }
  EXPECT_EQ(fired, 5) << "a at 10, 20, 30, b at 30, c";
  EXPECT_EQ(timers.refused(), 2u);
}

}  // namespace
}  // namespace weir
