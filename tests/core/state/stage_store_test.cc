// SPDX-License-Identifier: Apache-2.0
//
// What a stage keeps in a store, over restarts.
#include "state/store/stage_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <weir/record.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kept_states.h"
#include "record_block.h"
#include "state/stage_state.h"
#include "state/store/store_key.h"

namespace weir::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const StateOptions kMap{WEIR_MAP_STATE, 0, false};

/// A task's part of a stage, with its state in a store or in memory.
struct StageTask {
  StageTask(StateHome& home, bool on_disk) {
    if (!on_disk) return;
    store = std::make_unique<StageStore>(home, no_origin);
    states.keep_in(*store);
  }

  void put(const std::string& state, const std::string& key, const std::string& value) {
    states.open(state, {}).with_values([&](auto& values) {
      std::size_t held = 0;
      value.copy(values.room(key, 0, value.size(), held, 0), value.size());
    });
    states.relieve();
  }
  std::string get(const std::string& state, const std::string& key) {
    return states.open(state, {}).with_values([&](auto& values) {
      const weir_slice value = values.get(key, 0, 0);
      return value.data == nullptr ? std::string("none") : std::string(view(value));
    });
  }
  std::size_t size(const std::string& state) {
    return states.open(state, {}).with_values([](auto& values) { return values.size(); });
  }
  void put_field(const std::string& key, const std::string& field) {
    states.open("maps", kMap).with_maps([&](auto& maps) { maps.put(key, 7, field, "v", 0); });
  }
  std::string fields(const std::string& key) {
    std::string all;
    states.open("maps", kMap).with_maps([&](auto& maps) {
      maps.each(key, 7, 0, [&](weir_slice field, weir_slice) { all += view(field); });
    });
    return all;
  }

  /// As a node does it: the text, and with a store its files in the folder of that name.
  std::string save(const std::string& name) {
    if (store != nullptr) {
      states.write_out();
      store->snapshot(name, 0);
      folder = name;
    }
    SnapshotWriter to;
    states.freeze(false).save(to);
    return to.take();
  }

  StageState states;
  std::unique_ptr<StageStore> store;
  std::string folder;
};

class StageStores : public ::testing::Test {
 protected:
  support::TempDir dir_{"weir-stage"};
  StateHome home_{dir_ / "working", "p", dir_ / "checkpoints", 8u << 20};
};

void load(StageState& states, const std::string& text, const KeyShare& share, const std::string& folder,
          StateHome& home) {
  std::vector<SnapshotReader> layers{SnapshotReader(text)};
  states.load(layers, share, {folder, &home});
}

TEST_F(StageStores, ATaskGoesOnWithWhatItsSnapshotHolds) {
  StageTask before(home_, true);
  before.put("sums", "a", "1");
  before.put("left", "a", "2");
  before.put_field("k", "x");
  const RecordBlock block({"r1", "r2"}, 2);
  before.store->lists().append(slice("k"), 3, block.data(), 2);
  const std::string text = before.save("c1/0");
  before.put("sums", "a", "behind");

  StageTask after(home_, true);
  ASSERT_TRUE(after.store->begin_with(home_.folder_of("c1/0"), {}));
  load(after.states, text, {}, "", home_);
  EXPECT_EQ(after.get("sums", "a"), "1");
  EXPECT_EQ(after.fields("k"), "x");
  EXPECT_THAT(values_of(after.store->lists().take(slice("k"), 3)), ElementsAre("r1", "r2"));
  EXPECT_EQ(after.store->lists().append(slice("k"), 3, block.data(), 1), 1u);
}

TEST_F(StageStores, WhatNoStateClaimedIsForgotten) {
  StageTask before(home_, true);
  before.put("sums", "a", "1");
  before.put("left", "a", "2");
  const std::string first = before.save("c1/0");
  StageTask without(home_, true);
  ASSERT_TRUE(without.store->begin_with(home_.folder_of("c1/0"), {}));
  load(without.states, first, {}, "", home_);
  without.put("sums", "b", "3");
  const std::string second = without.save("c2/0");

  StageTask again(home_, true);
  ASSERT_TRUE(again.store->begin_with(home_.folder_of("c2/0"), {}));
  load(again.states, second, {}, "", home_);
  EXPECT_EQ(again.get("left", "a"), "none");
  EXPECT_EQ(again.get("sums", "a"), "1");
}

TEST_F(StageStores, OtherNumbersOfTasksDivideTheKeysInMemoryAndOnDisk) {
  std::vector<std::pair<std::string, std::string>> saved;  // text, folder
  for (std::size_t task = 0; task < 2; ++task) {
    StageTask before(home_, true);
    for (int i = 0; i < 200; ++i) {
      const std::string key = "key" + std::to_string(i);
      if (KeyShare{task, 2}.has(key)) {
        before.put("sums", key, "of " + key);
        before.put_field(key, "f");
      }
    }
    const std::string text = before.save("c1/" + std::to_string(task));
    saved.emplace_back(text, home_.folder_of(before.folder));
  }
  for (const bool on_disk : {true, false}) {
    SCOPED_TRACE(on_disk ? "on disk" : "in memory");
    std::size_t found = 0;
    for (std::size_t task = 0; task < 3; ++task) {
      const KeyShare share{task, 3};
      StageTask after(home_, on_disk);
      for (const auto& [text, folder] : saved) load(after.states, text, share, folder, home_);
      found += after.size("sums");
      for (int i = 0; i < 200; ++i) {
        const std::string key = "key" + std::to_string(i);
        EXPECT_EQ(after.get("sums", key), share.has(key) ? "of " + key : "none");
        EXPECT_EQ(after.fields(key), share.has(key) ? "f" : "");
      }
    }
    EXPECT_EQ(found, 200u);
  }
}

TEST_F(StageStores, TwoValuesOrMapsOfOneKeyAreRefused) {
  std::vector<std::pair<std::string, std::string>> saved;
  for (int task = 0; task < 2; ++task) {
    StageTask before(home_, true);
    before.put("sums", "a", "own");
    before.put_field("a", "f" + std::to_string(task));
    const std::string text = before.save("c1/" + std::to_string(task));
    saved.emplace_back(text, home_.folder_of(before.folder));
  }
  const auto refused =
      ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("several tasks kept something for 'a'"));
  StageTask in_memory(home_, false);
  for (const auto& [text, folder] : saved) load(in_memory.states, text, {}, folder, home_);
  EXPECT_THAT([&] { in_memory.states.open("sums", {}); }, refused);
  EXPECT_THAT([&] { in_memory.states.open("maps", kMap); }, refused);
  for (const std::string state : {"sums", "maps"}) {
    const auto folder_of = [&](const std::string& task) { return home_.folder_of("c1/" + task); };
    StageTask on_disk(home_, true);
    const char kind = state == "sums" ? store_key::kValue : store_key::kMap;
    on_disk.store->take_state(folder_of("0"), kind, state, any_key);
    EXPECT_THAT([&] { on_disk.store->take_state(folder_of("1"), kind, state, any_key); }, refused);
  }
}

TEST_F(StageStores, AStateThatIsOpenedLateStillHasWhatWasSaved) {
  StageTask before(home_, true);
  before.put("sums", "a", "1");
  before.put_field("k", "x");
  const std::string text = before.save("c1/0");
  for (const bool on_disk : {true, false}) {
    SCOPED_TRACE(on_disk ? "on disk" : "in memory");
    const std::string folder = home_.folder_of("c" + std::to_string(on_disk) + "-copy");
    std::filesystem::copy(home_.folder_of("c1/0"), folder, std::filesystem::copy_options::recursive);
    StageTask after(home_, on_disk);
    load(after.states, text, {0, 1}, folder, home_);
    std::filesystem::remove_all(folder);  // with its checkpoint, which is one of the last three no more
    EXPECT_EQ(after.get("sums", "a"), "1");
    EXPECT_EQ(after.fields("k"), "x");
  }
}

TEST_F(StageStores, WhatWasKeptInMemoryGoesOnInAStore) {
  StageTask before(home_, false);
  before.put("sums", "a", "1");
  before.put_field("k", "x");
  const std::string text = before.save("");
  StageTask after(home_, true);
  load(after.states, text, {}, "", home_);
  EXPECT_EQ(after.get("sums", "a"), "1");
  EXPECT_EQ(after.fields("k"), "x");
}

TEST_F(StageStores, ASnapshotLinksFilesThatAnEarlierOneHas) {
  StageTask task(home_, true);
  for (int i = 0; i < 20'000; ++i) task.put("sums", "key" + std::to_string(i), std::string(100, 'x'));
  task.save("c1/0");
  task.put("sums", "one more", "value");
  task.save("c2/0");
  std::uintmax_t new_bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home_.folder_of("c2/0"))) {
    if (!std::filesystem::exists(std::filesystem::path(home_.folder_of("c1/0")) / entry.path().filename()))
      new_bytes += entry.file_size();
  }
  EXPECT_LT(new_bytes, 100'000u) << "of about 2 MB";
}

}  // namespace
}  // namespace weir::test
