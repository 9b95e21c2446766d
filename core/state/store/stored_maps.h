// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "state/snapshot.h"
#include "state/state_options.h"
#include "state/store/key_value_store.h"
#include "state/store/store_key.h"

namespace weir {

/// KeyedMaps whose fields stand in a store, each behind the time of its end. Used by the task's thread.
class StoredMaps {
 public:
  /// `store` outlives it. `name` tells its keys from others; what the store holds of them it goes on with.
  StoredMaps(const StateOptions& options, KeyValueStore& store, std::string_view name)
      : options_(options), store_(store), prefix_(store_key::of_state(store_key::kMap, name)) {}

  // As KeyedMaps has them; what get() gives is valid until relieve().
  weir_slice get(std::string_view key, std::int64_t window, std::string_view field, std::int64_t now);
  void put(std::string_view key, std::int64_t window, std::string_view field, std::string_view value,
           std::int64_t now);
  void erase(std::string_view key, std::int64_t window, std::string_view field);
  void erase(std::string_view key, std::int64_t window);
  void each(std::string_view key, std::int64_t window, std::int64_t now,
            const std::function<void(weir_slice field, weir_slice value)>& visit);
  void each_key(std::int64_t window, std::int64_t now, const std::function<void(weir_slice key)>& visit);
  void forget_window(std::int64_t window);
  /// How many keys and windows have a map. Goes through all of the store.
  std::size_t size();
  /// Forgets some of what has run out by then: goes on where it was the last time.
  void expire(std::int64_t now);
  /// What it holds is in the store: nothing else is to be saved.
  void save(SnapshotWriter& to) const { to.number(0); }
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);

  void write_out() {}
  /// Between two calls of a plugin.
  void relieve() { given_.clear(); }

 private:
  /// As of StoredValues.
  static constexpr std::size_t kExpiredAtOnce = 10'000;

  /// Calls f(key, cursor) at the first field of each map from `prefix` on; f moves the cursor behind the map.
  template <class F>
  void each_map(const std::string& prefix, F&& f);
  std::string window_prefix(std::int64_t window) const {
    std::string prefix = prefix_;
    store_key::append_window(prefix, window);
    return prefix;
  }
  std::string map_prefix(std::int64_t window, std::string_view key) const {
    std::string prefix = window_prefix(window);
    store_key::append_key(prefix, key);
    return prefix;
  }
  bool expired(std::string_view stored, std::int64_t now) const;
  void put_until(std::string_view store_key, std::string_view value, std::int64_t end);

  const StateOptions options_;
  KeyValueStore& store_;
  const std::string prefix_;
  std::size_t puts_ = 0;           ///< into the store, since the last expire()
  std::string expire_from_;        ///< empty: from the beginning
  std::deque<std::string> given_;  ///< values that get() has given out
  std::string written_;
};

}  // namespace weir
