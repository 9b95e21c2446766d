// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "state/key_share.h"
#include "state/owned_records.h"
#include "state/record_snapshot.h"

namespace weir {

/// The contents of a stage's open windows: a list of records for each (key, window). The host owns them, so
/// that it knows which positions still wait. Used by the task's thread.
class WindowLists {
 public:
  /// Returns the list's length afterwards.
  std::size_t append(weir_slice key, std::int64_t window, const weir_record* records, std::size_t count) {
    auto& list = lists_[Id{std::string(view(key)), window}];
    list.append(records, count);
    return list.size();
  }

  /// Removes the list and returns it; empty when there is none.
  OwnedRecords take(weir_slice key, std::int64_t window) {
    const auto found = lists_.find(Id{std::string(view(key)), window});
    if (found == lists_.end()) return {};
    OwnedRecords list = std::move(found->second);
    lists_.erase(found);
    return list;
  }

  /// The list itself; null when there is none.
  OwnedRecords* find(weir_slice key, std::int64_t window) {
    const auto found = lists_.find(Id{std::string(view(key)), window});
    return found == lists_.end() ? nullptr : &found->second;
  }

  /// Moves all of one list behind those of another; returns how long that is then.
  std::size_t move(weir_slice key, std::int64_t from, std::int64_t into) {
    OwnedRecords moved = take(key, from);
    auto& list = lists_[Id{std::string(view(key)), into}];
    list.append(std::move(moved));
    return list.size();
  }

  /// Forgets the first `count` records.
  void drop_front(weir_slice key, std::int64_t window, std::size_t count) {
    OwnedRecords* const list = find(key, window);
    if (list == nullptr) return;
    list->remove_if([&](const weir_record&) { return count > 0 && count-- > 0; });
    if (list->empty()) take(key, window);
  }

  bool empty() const { return lists_.empty(); }

  template <class F>
  void for_each(F&& f) const {
    for (const auto& [id, list] : lists_) f(list);
  }

  void save(SnapshotWriter& to) const {
    to.number(lists_.size());
    for (const auto& [id, list] : lists_) {
      to.text(id.first);
      to.time(id.second);
      to.number(list.size());
      for (const auto& record : list) save_record(to, record);
    }
  }
  /// Adds the lists that belong to `share`.
  void load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share = {}) {
    for (std::uint64_t left = from.number(); left > 0; --left) {
      std::string key(from.text());
      const std::int64_t window = from.time();
      OwnedRecords others;
      auto& list = share.has(key) ? lists_[Id{std::move(key), window}] : others;
      for (std::uint64_t records = from.number(); records > 0; --records) load_record(from, origins, list);
    }
  }

  /// Forgets records that another process reads again.
  template <class Predicate>
  void remove_if(Predicate&& gone) {
    for (auto at = lists_.begin(); at != lists_.end();) {
      at->second.remove_if(gone);
      at = at->second.empty() ? lists_.erase(at) : std::next(at);
    }
  }

 private:
  using Id = std::pair<std::string, std::int64_t>;
  struct Hash {
    std::size_t operator()(const Id& id) const {
      return std::hash<std::string_view>()(id.first) ^
             (static_cast<std::uint64_t>(id.second) * 0x9e3779b97f4a7c15u);
    }
  };
  std::unordered_map<Id, OwnedRecords, Hash> lists_;
};

}  // namespace weir
