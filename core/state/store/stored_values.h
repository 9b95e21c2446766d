// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot.h"
#include "state/state_options.h"
#include "state/store/cache_budget.h"
#include "state/store/key_value_store.h"
#include "state/store/store_key.h"

namespace weir {

/// KeyedValues whose values stand in a store; what is in use is in memory, and goes back to the store when
/// that is more than the cache's share, between two calls (relieve). A window of which nothing is in the
/// store costs no look into it. Used by the task's thread.
class StoredValues {
 public:
  /// `store` and `budget` outlive it. `kind` and `name` tell its keys from others; what the store holds of
  /// them it goes on with.
  StoredValues(const StateOptions& options, KeyValueStore& store, CacheBudget& budget, std::string_view name,
               char kind = store_key::kValue);
  StoredValues(const StoredValues&) = delete;
  StoredValues& operator=(const StoredValues&) = delete;
  ~StoredValues() { budget_.leave(); }

  // As KeyedValues has them; what get() and room() give is valid until relieve() at the latest.
  weir_slice get(std::string_view key, std::int64_t window, std::int64_t now);
  char* room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
             std::int64_t now);
  void erase(std::string_view key, std::int64_t window);
  void each(std::int64_t window, std::int64_t now,
            const std::function<void(weir_slice key, weir_slice value)>& visit);
  void forget_window(std::int64_t window);
  void prefetch(const weir_slice* keys, std::size_t count);
  /// Goes through all of the store.
  std::size_t size();
  /// Forgets some of what has run out by then: goes on where it was the last time.
  void expire(std::int64_t now);
  /// What it holds is in the store, see write_out(): nothing else is to be saved.
  void save(SnapshotWriter& to) const { to.number(0); }
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);

  /// From now on the store holds all.
  void write_out();
  /// Between two calls of a plugin: lets go what is more than its share of memory.
  void relieve() {
    if (!emptied_.empty()) drop_emptied();
    if (bytes_ > budget_.share()) let_go();
  }

 private:
  /// How an entry of the cache, whose first byte this is, stands to the store.
  enum Mark : char {
    kFresh = 0,    ///< it has just been made
    kNowhere = 1,  ///< there is none, neither here nor in the store
    kSame = 2,
    kChanged = 3,
    kErased = 4  ///< there may be one there still
  };
  /// In front of what is stored, so that that stands as in memory of its own.
  static constexpr std::size_t kHead = 8;
  /// With more windows in the store it is no longer noted which they are.
  static constexpr std::size_t kMostWindows = 4096;
  /// Entries that expire() looks at, or twice as many as have come since: so it keeps pace with them.
  static constexpr std::size_t kExpiredAtOnce = 10'000;

  struct Window {
    KeyedTable cache;
    bool in_store = false;  ///< something of it may be
  };

  Window* window_if(std::int64_t window);
  Window& window_of(std::int64_t window);
  bool may_be_in_store(std::int64_t window) const { return !windows_noted_ || noted_.contains(window); }
  void note_in_store(std::int64_t window);
  /// What is stored for the key, brought into the cache; data == NULL when there is none.
  weir_slice find(Window& in, std::int64_t window, std::string_view key);
  /// An entry of the cache made `bytes` long behind its head.
  char* entry(Window& in, std::string_view key, std::size_t bytes, std::size_t& held);
  void put_in_cache(Window& in, std::string_view key, std::string_view stored, Mark mark);
  void write_out(std::int64_t window, Window& in);
  void drop(std::int64_t window);
  void drop_emptied();
  /// Whether an entry of the cache has a value.
  static bool has_value(weir_slice cached) { return *cached.data == kSame || *cached.data == kChanged; }
  void put_in_store(std::string_view store_key, std::string_view stored);
  void let_go();

  std::string key_of(std::int64_t window, std::string_view key) const {
    return prefix_of(window).append(key);
  }
  std::string prefix_of(std::int64_t window) const {
    std::string prefix = prefix_;
    store_key::append_window(prefix, window);
    return prefix;
  }
  std::size_t expiry() const { return options_.time_to_live == 0 ? 0 : sizeof(std::int64_t); }
  bool expired(std::string_view stored, std::int64_t now) const;
  void renew(char* stored, std::int64_t now) const;

  const StateOptions options_;
  KeyValueStore& store_;
  CacheBudget& budget_;
  const std::string prefix_;
  std::unordered_map<std::int64_t, Window> windows_;
  std::size_t bytes_ = 0;  ///< of all caches
  std::int64_t last_window_ = 0;
  Window* last_ = nullptr;                  ///< of last_window_; null when not looked up
  std::unordered_set<std::int64_t> noted_;  ///< windows in the store
  bool windows_noted_ = true;               ///< those are all
  std::vector<std::int64_t> emptied_;       ///< windows that may hold nothing any more
  std::size_t puts_ = 0;                    ///< into the store, since the last expire()
  std::string expire_from_;                 ///< empty: from the beginning
  std::string stored_;                      ///< read last
};

}  // namespace weir
