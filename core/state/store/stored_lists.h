// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>
#include <weir/record.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "state/key_share.h"
#include "state/owned_records.h"
#include "state/record_snapshot.h"
#include "state/store/key_value_store.h"
#include "state/store/store_key.h"
#include "state/store/stored_values.h"

namespace weir {

/// WindowLists whose records stand in a store, each under the list's next number; how long a list is, that
/// number, and before which there is none, is a value of the key and window. Used by the task's thread.
class StoredLists {
 public:
  /// `store` and `budget` outlive it; what the store holds of lists it goes on with. `origins` finds those of
  /// records that it brings back.
  StoredLists(KeyValueStore& store, CacheBudget& budget, FindOrigin origins);

  // As WindowLists has them.
  std::size_t append(weir_slice key, std::int64_t window, const weir_record* records, std::size_t count);
  OwnedRecords take(weir_slice key, std::int64_t window);
  /// Valid until the list is changed, or relieve(); until then the same again.
  const OwnedRecords* find(weir_slice key, std::int64_t window);
  std::size_t move(weir_slice key, std::int64_t from, std::int64_t into);
  void drop_front(weir_slice key, std::int64_t window, std::size_t count);
  void clear(weir_slice key, std::int64_t window);
  /// Goes through all of the store, as remove_if() does.
  void for_each(const std::function<void(const OwnedRecords& list)>& f);
  void remove_if(const std::function<bool(const weir_record&)>& gone);
  /// What it holds is in the store, see write_out(): nothing else is to be saved.
  void save(SnapshotWriter& to) const { to.number(0); }
  void load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share = {});

  /// Puts a record as it stands in another store behind the others of its list.
  void append_stored(std::string_view key, std::int64_t window, std::string_view record);
  /// From now on the store holds all.
  void write_out() { heads_.write_out(); }
  /// Between two calls of a plugin.
  void relieve() {
    shown_.clear();
    heads_.relieve();
  }

 private:
  struct Head {
    std::uint64_t next = 0;  ///< number of the next record
    std::uint64_t count = 0;
    std::uint64_t first = 0;  ///< none has a lower number
  };

  Head head_of(std::string_view key, std::int64_t window);
  /// Also forgets what find() has given out of it.
  void set_head(std::string_view key, std::int64_t window, const Head& head);
  static std::string prefix_of(std::string_view key, std::int64_t window);
  /// Calls f(cursor) for each record of the list, from that number on, until it says false.
  template <class F>
  void each_record(std::string_view key, std::int64_t window, std::uint64_t first, F&& f);
  void read(std::string_view stored, OwnedRecords& into) const;
  OwnedRecords read_list(std::string_view key, std::int64_t window);

  KeyValueStore& store_;
  const FindOrigin origins_;
  StoredValues heads_;
  std::unordered_map<std::string, OwnedRecords> shown_;  ///< what find() has given out, by prefix_of()
};

}  // namespace weir
