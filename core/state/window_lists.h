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
#include <vector>

#include "state/key_share.h"
#include "state/owned_records.h"
#include "state/record_snapshot.h"
#include "state/snapshot.h"

namespace weir {

/// The contents of a stage's open windows: a list of records for each (key, window). The host owns them, so
/// that it knows which positions still wait. Used by the task's thread.
class WindowLists {
 public:
  /// Returns the list's length afterwards.
  std::size_t append(weir_slice key, std::int64_t window, const weir_record* records, std::size_t count) {
    return change(key, window, [&](List& list) { list.records.append(records, count); });
  }

  /// Removes the list and returns it; empty when there is none.
  OwnedRecords take(weir_slice key, std::int64_t window);

  void clear(weir_slice key, std::int64_t window) { take(key, window); }

  /// The list itself; null when there is none.
  const OwnedRecords* find(weir_slice key, std::int64_t window) const {
    const auto found = lists_.find(Id{std::string(view(key)), window});
    return found == lists_.end() ? nullptr : &found->second.records;
  }

  /// Moves all of one list behind those of another; returns how long that is then.
  std::size_t move(weir_slice key, std::int64_t from, std::int64_t into) {
    OwnedRecords moved = take(key, from);
    return change(key, into, [&](List& list) { list.records.append(std::move(moved)); });
  }

  /// Forgets the first `count` records.
  void drop_front(weir_slice key, std::int64_t window, std::size_t count);

  bool empty() const { return lists_.empty(); }

  template <class F>
  void for_each(F&& f) const {
    for (const auto& [id, list] : lists_) f(list.records);
  }

  /// Writes all lists, or with `changes` what of them has changed since the last call.
  void save(SnapshotWriter& to, bool changes);
  /// Takes up the lists that belong to `share`: of all that were saved, and then what had changed each time.
  void load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share = {});
  void load_changes(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share = {});
  /// Adds another task's; of a list that both have, their records come last.
  void merge(WindowLists&& other);

  /// Forgets records that another process reads again.
  template <class Predicate>
  void remove_if(Predicate&& gone) {
    for (auto at = lists_.begin(); at != lists_.end();) {
      const auto next = std::next(at);
      List& list = at->second;
      const std::size_t before = list.records.size();
      list.records.remove_if(gone);
      if (list.records.empty()) {
        erase(at);
      } else if (list.records.size() != before) {
        list.rewritten = true;
        note(at->first, list);
      }
      at = next;
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
  struct List {
    OwnedRecords records;
    // Since the last save:
    std::size_t saved = 0;    ///< so many of the first records have been saved
    std::size_t dropped = 0;  ///< so many before them are gone
    bool known = false;       ///< it has been saved
    bool rewritten = true;    ///< it has changed otherwise
    bool noted = false;

    void saved_all() {
      saved = records.size();
      dropped = 0;
      known = true;
      rewritten = noted = false;
    }
  };
  using Lists = std::unordered_map<Id, List, Hash>;

  static constexpr std::uint64_t kGone = 0, kWhole = 1, kMoved = 2;  ///< what is saved of a list

  template <class F>
  std::size_t change(weir_slice key, std::int64_t window, F&& f) {
    const auto at = lists_.try_emplace(Id{std::string(view(key)), window}).first;
    f(at->second);
    note(at->first, at->second);
    return at->second.records.size();
  }
  void note(const Id& id, List& list) {
    if (!all_changed_ && !std::exchange(list.noted, true)) note(id);
  }
  void note(const Id& id);
  void erase(Lists::iterator list);
  void save_change(SnapshotWriter& to, const Id& id);

  Lists lists_;
  // What has changed since the last save, unless that is most of it; one may stand here twice.
  bool all_changed_ = true;
  std::vector<Id> changed_;
};

}  // namespace weir
