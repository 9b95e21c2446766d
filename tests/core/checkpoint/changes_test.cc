// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/host_memory.h>
#include <weir/record.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/chain.h"
#include "checkpoint/snapshot_lines.h"
#include "state/stage_contents.h"

namespace weir::test {
namespace {

std::string head() {
  SnapshotWriter to;
  to.number(1);
  to.number(0);
  to.time(0);
  return to.take();
}

/// Does the same to what it is given whenever it gets the same numbers.
class Changes {
 public:
  /// `own`: part of each key.
  explicit Changes(std::string own = "") : own_(std::move(own)) {}

  void apply(StageContents& to, std::mt19937& random, int times, std::int64_t& now) {
    for (int i = 0; i < times; ++i) one(to, random, now);
  }

 private:
  void one(StageContents& to, std::mt19937& random, std::int64_t& now) {
    KeyedValues& sums = to.states.open("sums", {}).values();
    KeyedValues& read = to.states.open("read", {WEIR_VALUE_STATE, 400, true}).values();
    KeyedMaps& maps = to.states.open("maps", {WEIR_MAP_STATE, 300, true}).maps();
    const std::string key = own_ + "key" + std::to_string(random() % 300);
    const std::string field = "field" + std::to_string(random() % 5);
    const std::string bytes(random() % 40, static_cast<char>('a' + random() % 26));
    const auto window = static_cast<std::int64_t>(random() % 4);
    const auto time = now + static_cast<std::int64_t>(random() % 50);
    now += static_cast<std::int64_t>(random() % 3);
    std::size_t held = 0;
    switch (random() % 40) {
      default:
        bytes.copy(sums.room(key, window, bytes.size(), held, now), bytes.size());
        break;
      case 0:
        sums.erase(key, window);
        break;
      case 1:
        if (random() % 20 == 0) sums.forget_window(window);
        break;
      case 2:
        to.states.open("sums", {}).ends.set(window, time);
        break;
      case 3:
        to.states.forget_windows(now - 500);
        break;
      case 4:
      case 5:
        bytes.copy(read.room(key, 0, bytes.size(), held, now), bytes.size());
        break;
      case 6:
        read.get(key, 0, now);
        break;
      case 7:
        if (random() % 20 == 0) read.each(0, now, [](weir_slice, weir_slice) {});
        break;
      case 8:
        if (random() % 10 == 0) to.states.expire(now);
        break;
      case 9:
      case 10:
      case 11:
        maps.put(key, window, field, bytes, now);
        break;
      case 12:
        maps.get(key, window, field, now);
        break;
      case 13:
        maps.erase(key, window, field);
        break;
      case 14:
        maps.erase(key, window);
        break;
      case 15:
        maps.each(key, window, now, [](weir_slice, weir_slice) {});
        break;
      case 16:
        if (random() % 20 == 0) maps.forget_window(window);
        break;
      case 17:
      case 18:
      case 19:
        to.event_timers.set(slice(key), time);
        break;
      case 20:
        to.event_timers.erase(slice(key), time);
        break;
      case 21:
        to.timers.set(slice(key), time);
        break;
      case 22:
        while (to.timers.pop_due(now)) {
        }
        break;
      case 23:
        while (to.event_timers.pop_due(now - 20)) {
        }
        break;
      case 24:
      case 25:
      case 26:
      case 27:
        append(to.lists, key, window, bytes);
        break;
      case 28:
        to.lists.take(slice(key), window);
        break;
      case 29:
        to.lists.drop_front(slice(key), window, random() % 3);
        break;
      case 30:
        to.lists.move(slice(key), window, 3 - window);
        break;
      case 31:
        if (random() % 20 == 0)
          to.lists.remove_if([](const weir_record& r) { return r.value.size % 7 == 3; });
        break;
    }
  }

  static void append(WindowLists& to, const std::string& key, std::int64_t window, const std::string& bytes) {
    OwnedRecords one;
    Record record;
    record.value = slice(bytes);
    one.append_copy(record);
    to.append(slice(key), window, one.data(), 1);
  }

  const std::string own_;
};

std::string whole(StageContents& contents) {
  SnapshotWriter to;
  to.raw(head());
  contents.save(to, false).save(to);
  contents.states.thaw();
  return to.take();
}

/// What a snapshot says of keys, in no order.
std::set<std::string> lines_of(const std::string& snapshot) {
  std::set<std::string> lines;
  std::string in;
  const Checkpoint::StageState state{"s", "{}", snapshot};
  snapshot_to_lines(0, state, nullptr, [&](const char* kind, nlohmann::json what) {
    if (std::string(kind) == "state") {
      in = what.at("name").get<std::string>();
      return;
    }
    if (std::string(kind) == "stage") return;
    if (std::string(kind) == "entry") what["in"] = in;
    lines.insert(std::string(kind) + what.dump());
  });
  return lines;
}

const weir_origin* no_origin(std::string_view, std::string_view, std::int32_t) {
  return nullptr;
}

/// Snapshots of contents that change all the time: one of all, then of what has changed. Each is written
/// only after some of the next changes.
class Chained {
 public:
  Chained(unsigned seed, std::string own) : changes_(std::move(own)), random_(seed), other_random_(seed) {}

  void go_on(int times) {
    changes_.apply(told_, random_, times, now_);
    changes_.apply(model_, other_random_, times, other_now_);
    model_bytes_ = whole(model_);
    SnapshotWriter to;
    to.raw(head());
    {
      const auto rest = told_.save(to, !layers_.empty());
      changes_.apply(told_, random_, 50, now_);
      rest.save(to);
    }
    told_.states.thaw();
    changes_.apply(model_, other_random_, 50, other_now_);
    layers_.push_back(to.take());
  }
  std::vector<std::string_view> layers() const { return {layers_.begin(), layers_.end()}; }
  /// All that there was when the last one was made.
  std::set<std::string> expected() const { return lines_of(model_bytes_); }
  std::size_t whole_size() const { return model_bytes_.size(); }

 private:
  Changes changes_;
  std::mt19937 random_, other_random_;
  std::int64_t now_ = 1000, other_now_ = 1000;
  StageContents told_, model_;
  std::string model_bytes_;
  std::vector<std::string> layers_;
};

TEST(Changes, ASnapshotOfAllAndThoseOfChangesSayTogetherWhatThereIs) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    Chained chained(seed, "");
    for (int round = 0; round < 16; ++round) {
      chained.go_on(round % 7 == 0 ? 3000 : 60);
      ASSERT_EQ(lines_of(join_snapshots(chained.layers(), no_origin)), chained.expected())
          << "seed " << seed << ", round " << round;
    }
  }
}

TEST(Changes, EachTaskOfAnotherNumberTakesItsShareOfThem) {
  Chained chained(9, "");
  for (int round = 0; round < 10; ++round) chained.go_on(300);
  std::set<std::string> all;
  std::size_t count = 0;
  for (std::size_t task = 0; task < 3; ++task) {
    std::vector<SnapshotReader> readers;
    for (const auto layer : chained.layers()) skip_snapshot_head(readers.emplace_back(layer));
    StageContents contents;
    contents.load(readers, no_origin, {task, 3, false});
    contents.states.open_saved();
    const auto lines = lines_of(whole(contents));
    count += lines.size();
    all.insert(lines.begin(), lines.end());
  }
  EXPECT_EQ(all, chained.expected());
  EXPECT_EQ(count, all.size()) << "each key is one task's";
}

/// What one has given up, a window or a timer, the other may still have.
TEST(Changes, OfSeveralTasksEachHasItsOwn) {
  Chained one(10, "one "), other(11, "other ");
  StageContents contents;
  std::set<std::string> expected;
  for (int round = 0; round < 10; ++round) {
    one.go_on(500);
    other.go_on(200);
  }
  for (const Chained* task : {&one, &other}) {
    std::vector<SnapshotReader> readers;
    for (const auto layer : task->layers()) skip_snapshot_head(readers.emplace_back(layer));
    contents.load(readers, no_origin, {});
    expected.merge(task->expected());
  }
  contents.states.open_saved();
  EXPECT_EQ(lines_of(whole(contents)), expected);
}

TEST(Changes, AFewTakeFewBytes) {
  Chained chained(12, "");
  chained.go_on(20'000);
  chained.go_on(5);
  EXPECT_LT(chained.layers().back().size(), chained.whole_size() / 50);
}

Checkpoint numbered(std::uint64_t number, std::uint64_t base = 0) {
  Checkpoint checkpoint;
  checkpoint.number = number;
  checkpoint.base = base;
  return checkpoint;
}

TEST(Chain, ItIsCutWhenChangesAreTogetherAsLargeAsTheWhole) {
  Chain chain;
  EXPECT_EQ(chain.base(), 0u) << "the first one is whole";
  chain.saved(numbered(7), std::string(1000, 'x'));
  EXPECT_EQ(chain.base(), 7u);
  chain.saved(numbered(8, 7), std::string(999, 'x'));
  EXPECT_EQ(chain.base(), 8u);
  chain.saved(numbered(10, 8), std::string(8, 'x'));
  EXPECT_EQ(chain.base(), 0u);
  chain.saved(numbered(11), std::string(20, 'x'));
  EXPECT_EQ(chain.base(), 11u);
}

TEST(Chain, ItDoesNotGrowForEver) {
  Chain chain;
  chain.saved(numbered(1), std::string(1'000'000, 'x'));
  std::uint64_t number = 1;
  for (; chain.base() != 0; ++number) chain.saved(numbered(number + 1, number), std::string(10, 'x'));
  EXPECT_EQ(number, Chain::kMost + 1);
}

}  // namespace
}  // namespace weir::test
