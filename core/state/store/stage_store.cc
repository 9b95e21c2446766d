// SPDX-License-Identifier: Apache-2.0
#include "state/store/stage_store.h"

#include <weir/fail_point.h>

#include <cstring>
#include <filesystem>
#include <utility>

#include "state/store/store_key.h"

namespace weir {
namespace {

std::unique_ptr<KeyValueStore::Cursor> all_of(KeyValueStore& store, char kind, std::string_view state) {
  const std::string prefix = store_key::of_state(kind, state);
  return store.cursor(prefix, store_key::end_of(prefix));
}

/// Enough to write at once, in bytes.
constexpr std::size_t kEntriesAtOnce = 1u << 20;

/// Writes entries as KeyedValues or KeyedMaps save theirs. How many there are is filled in when it is known.
class EntriesWriter {
 public:
  explicit EntriesWriter(char kind) : kind_(kind) { begin(); }

  std::size_t bytes() const { return to_.bytes().size(); }
  /// Whether it is of another window, or map, than the one before.
  bool begins_another(const KeyValueStore::Cursor& at) const { return owner_in(at.key()) != owner_; }

  void add(const KeyValueStore::Cursor& at) {
    const auto parts = store_key::parts_of(at.key());
    if (owners_ == 0 || begins_another(at)) {
      end_owner();
      owner_ = owner_in(at.key());
      ++owners_;
      if (kind_ == store_key::kMap) to_.text(parts.key);
      to_.time(parts.window);
      owner_begun_ = to_.begin_text();
    }
    ++of_owner_;
    if (kind_ == store_key::kValue) {
      to_.text(parts.key);
      to_.text(at.value());
      return;
    }
    std::int64_t end = 0;
    std::memcpy(&end, at.value().data(), sizeof end);
    to_.text(parts.rest);
    to_.text(at.value().substr(sizeof end));
    to_.time(end);
  }

  /// What was written; the next one begins anew.
  std::string take() {
    end_owner();
    to_.set_number(begun_, owners_);
    std::string all = to_.take();
    begin();
    return all;
  }

 private:
  void begin() {
    to_ = SnapshotWriter();
    begun_ = to_.begin_text();
    owners_ = 0;
  }
  void end_owner() {
    if (owners_ != 0) to_.set_number(owner_begun_, of_owner_);
    of_owner_ = 0;
  }
  /// The window, of a map also its key, with what stands before.
  std::string_view owner_in(std::string_view key) const {
    const auto parts = store_key::parts_of(key);
    const std::size_t behind = kind_ == store_key::kValue ? parts.key.size() : parts.rest.size();
    return key.substr(0, key.size() - behind);
  }

  const char kind_;
  SnapshotWriter to_;
  std::string owner_;
  std::size_t begun_ = 0, owner_begun_ = 0;
  std::uint64_t owners_ = 0, of_owner_ = 0;
};

}  // namespace

KeyValueStore& StageStore::store() {
  if (store_ == nullptr) store_ = home_.make();
  return *store_;
}

StoredLists& StageStore::lists() {
  if (!lists_) lists_.emplace(store(), home_.budget(), origins_);
  return *lists_;
}

bool StageStore::begin_with(const std::string& folder, const StoredPart& snapshot) {
  if (store_ != nullptr) return false;
  snapshot_ = snapshot;
  store_ = home_.make_from(folder);
  return true;
}

void StageStore::take_state(const std::string& folder, char kind, const std::string& state,
                            const KeyFilter& mine) {
  const auto theirs = home_.read(folder);
  std::string map, known;
  for (const auto at = all_of(*theirs, kind, state); at->valid(); at->next()) {
    const auto parts = store_key::parts_of(at->key());
    if (!mine(parts.key)) continue;
    // All but the field is the same for those of one map.
    const std::string_view owner = at->key().substr(0, at->key().size() - parts.rest.size());
    if (!parts.key.empty() && (kind == store_key::kValue || owner != map)) {
      map = owner;
      const bool is_there = kind == store_key::kValue
                                ? store().get(at->key(), known)
                                : store().cursor(owner, store_key::end_of(map))->valid();
      if (is_there) refuse_second(parts.key);
    }
    store().put(at->key(), at->value());
  }
}

void StageStore::take_lists(const std::string& folder, const KeyShare& share) {
  const auto theirs = home_.read(folder);
  each_stored_record(*theirs, [&](std::string_view key, std::int64_t window, std::string_view record) {
    if (!share.has(key)) return;
    lists().append_stored(key, window, record);
    lists().relieve();
  });
}

void StageStore::take_lists(WindowLists& from_memory, const FindOrigin& origins) {
  if (from_memory.empty()) return;
  SnapshotWriter all;
  from_memory.save(all, false);
  from_memory = {};
  SnapshotReader from(all.bytes());
  lists().load(from, origins);
}

void StageStore::forget_state(const std::string& state) {
  for (const char kind : {store_key::kValue, store_key::kMap}) {
    const std::string prefix = store_key::of_state(kind, state);
    store().erase_range(prefix, store_key::end_of(prefix));
  }
}

void StageStore::snapshot(const std::string& name, std::uint64_t split) {
  if (lists_) lists_->write_out();
  const std::filesystem::path folder = home_.folder_of(name);
  // One of the same name was never part of a checkpoint that counts.
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder.parent_path());
  store().snapshot(folder.string());
  WEIR_FAIL_POINT("store.linked");
  snapshot_ = {name, make_durable(folder.string(), snapshot_.files), split};
  make_folder_durable(folder.parent_path().string());
  make_folder_durable(home_.checkpoints());
  WEIR_FAIL_POINT("store.synced");
}

void save_entries(KeyValueStore& store, char kind, const std::string& state, SnapshotWriter& to) {
  EntriesWriter entries(kind);
  for (const auto at = all_of(store, kind, state); at->valid(); at->next()) entries.add(*at);
  to.raw(entries.take());
}

void each_stored_entry(KeyValueStore& store, bool map, const std::string& state,
                       const std::function<void(const std::string&)>& visit) {
  const char kind = map ? store_key::kMap : store_key::kValue;
  EntriesWriter entries(kind);
  for (const auto at = all_of(store, kind, state); at->valid(); at->next()) {
    if (entries.bytes() >= kEntriesAtOnce && (!map || entries.begins_another(*at))) visit(entries.take());
    entries.add(*at);
  }
  visit(entries.take());
}

void each_stored_record(KeyValueStore& store,
                        const std::function<void(std::string_view, std::int64_t, std::string_view)>& visit) {
  for (const auto at = all_of(store, store_key::kListRecord, {}); at->valid(); at->next()) {
    const auto parts = store_key::parts_of(at->key());
    visit(parts.key, parts.window, at->value());
  }
}

}  // namespace weir
