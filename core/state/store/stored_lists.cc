// SPDX-License-Identifier: Apache-2.0
#include "state/store/stored_lists.h"

#include <cstring>
#include <vector>

namespace weir {

// A stage's lists have no name of their own.
StoredLists::StoredLists(KeyValueStore& store, CacheBudget& budget, FindOrigin origins)
    : store_(store),
      origins_(std::move(origins)),
      heads_(StateOptions{}, store, budget, {}, store_key::kListHead) {}

StoredLists::Head StoredLists::head_of(std::string_view key, std::int64_t window) {
  Head head;
  const weir_slice stored = heads_.get(key, window, 0);
  if (stored.data != nullptr) std::memcpy(&head, stored.data, sizeof head);
  return head;
}

void StoredLists::set_head(std::string_view key, std::int64_t window, const Head& head) {
  if (head.count == 0) {
    heads_.erase(key, window);
  } else {
    std::size_t held = 0;
    std::memcpy(heads_.room(key, window, sizeof head, held, 0), &head, sizeof head);
  }
  // Last of all: the key, and records that were appended, may stand in it.
  if (!shown_.empty()) shown_.erase(prefix_of(key, window));
}

std::string StoredLists::prefix_of(std::string_view key, std::int64_t window) {
  std::string prefix = store_key::of_state(store_key::kListRecord, {});
  store_key::append_window(prefix, window);
  store_key::append_key(prefix, key);
  return prefix;
}

template <class F>
void StoredLists::each_record(std::string_view key, std::int64_t window, std::uint64_t first, F&& f) {
  const std::string prefix = prefix_of(key, window);
  std::string begin = prefix;
  store_key::append_number(begin, first);
  const auto at = store_.cursor(begin, store_key::end_of(prefix));
  while (at->valid() && f(*at)) at->next();
}

void StoredLists::read(std::string_view stored, OwnedRecords& into) const {
  SnapshotReader from(stored);
  load_record(from, origins_, into);
}

std::size_t StoredLists::append(weir_slice key, std::int64_t window, const weir_record* records,
                                std::size_t count) {
  Head head = head_of(view(key), window);
  std::string place = prefix_of(view(key), window);
  const std::size_t prefix = place.size();
  for (std::size_t i = 0; i < count; ++i) {
    SnapshotWriter to;
    save_record(to, records[i]);
    place.resize(prefix);
    store_key::append_number(place, head.next++);
    store_.put(place, to.bytes());
  }
  head.count += count;
  set_head(view(key), window, head);
  return head.count;
}

void StoredLists::append_stored(std::string_view key, std::int64_t window, std::string_view record) {
  Head head = head_of(key, window);
  std::string place = prefix_of(key, window);
  store_key::append_number(place, head.next++);
  store_.put(place, record);
  ++head.count;
  set_head(key, window, head);
}

const OwnedRecords* StoredLists::find(weir_slice key, std::int64_t window) {
  std::string place = prefix_of(view(key), window);
  if (const auto shown = shown_.find(place); shown != shown_.end()) return &shown->second;
  OwnedRecords list = read_list(view(key), window);
  return list.empty() ? nullptr : &shown_.emplace(std::move(place), std::move(list)).first->second;
}

OwnedRecords StoredLists::read_list(std::string_view key, std::int64_t window) {
  OwnedRecords list;
  const Head head = head_of(key, window);
  if (head.count == 0) return list;
  each_record(key, window, head.first, [&](KeyValueStore::Cursor& at) {
    read(at.value(), list);
    return true;
  });
  return list;
}

OwnedRecords StoredLists::take(weir_slice key, std::int64_t window) {
  // What was shown goes along: the key may stand in it.
  const auto shown = shown_.find(prefix_of(view(key), window));
  OwnedRecords list =
      shown == shown_.end() ? read_list(view(key), window) : OwnedRecords(std::move(shown->second));
  clear(key, window);
  return list;
}

void StoredLists::clear(weir_slice key, std::int64_t window) {
  if (head_of(view(key), window).count == 0) return;
  const std::string prefix = prefix_of(view(key), window);
  store_.erase_range(prefix, store_key::end_of(prefix));
  set_head(view(key), window, {});
}

std::size_t StoredLists::move(weir_slice of, std::int64_t from, std::int64_t into) {
  // It may stand in a list that was shown, and goes with the first record.
  const std::string key(view(of));
  if (from == into) return head_of(key, into).count;
  each_record(key, from, head_of(key, from).first, [&](KeyValueStore::Cursor& at) {
    append_stored(key, into, at.value());
    return true;
  });
  clear({key.data(), key.size()}, from);
  return head_of(key, into).count;
}

void StoredLists::drop_front(weir_slice key, std::int64_t window, std::size_t count) {
  Head head = head_of(view(key), window);
  // Past those that have gone already: the store would look at each of them until it has cleared them away.
  each_record(view(key), window, head.first, [&](KeyValueStore::Cursor& at) {
    auto place = store_key::parts_of(at.key()).rest;
    head.first = store_key::take_number<std::uint64_t>(place);
    if (count == 0) return false;
    --count;
    --head.count;
    store_.erase(at.key());
    return true;
  });
  set_head(view(key), window, head);
}

void StoredLists::for_each(const std::function<void(const OwnedRecords&)>& f) {
  const std::string all = store_key::of_state(store_key::kListRecord, {});
  std::string list_prefix;
  OwnedRecords list;
  for (const auto at = store_.cursor(all, store_key::end_of(all)); at->valid(); at->next()) {
    if (list_prefix.empty() || !at->key().starts_with(list_prefix)) {
      if (!list.empty()) f(list);
      list = OwnedRecords();
      list_prefix = at->key().substr(0, at->key().size() - store_key::parts_of(at->key()).rest.size());
    }
    read(at->value(), list);
  }
  if (!list.empty()) f(list);
}

void StoredLists::remove_if(const std::function<bool(const weir_record&)>& gone) {
  const std::string all = store_key::of_state(store_key::kListRecord, {});
  for (const auto at = store_.cursor(all, store_key::end_of(all)); at->valid(); at->next()) {
    OwnedRecords one;
    read(at->value(), one);
    if (!gone(*one.data())) continue;
    store_.erase(at->key());
    const auto parts = store_key::parts_of(at->key());
    Head head = head_of(parts.key, parts.window);
    --head.count;
    set_head(parts.key, parts.window, head);
    relieve();
  }
}

void StoredLists::load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share) {
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::string_view key = from.text();
    const std::int64_t window = from.time();
    const bool is_mine = share.has(key);
    for (std::uint64_t records = from.number(); records > 0; --records) {
      OwnedRecords one;
      load_record(from, origins, one);
      if (is_mine) append({key.data(), key.size()}, window, one.data(), 1);
    }
    relieve();
  }
}

}  // namespace weir
