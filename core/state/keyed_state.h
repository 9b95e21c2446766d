// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot.h"

namespace weir {

/// How one state is kept; see weir_state_options.
struct StateOptions {
  weir_state_kind kind = WEIR_VALUE_STATE;
  std::int64_t time_to_live = 0;
  bool ttl_on_read = false;
  bool operator==(const StateOptions&) const = default;
};

using KeyFilter = std::function<bool(std::string_view key)>;
inline bool any_key(std::string_view /*key*/) {
  return true;
}

/// One state of a stage: a value for each key and window. A window's keys stand together, so that closing it
/// costs what it holds and nothing more.
///
/// With a time to live, a value that has not been written (or read, as the options say) for so long is never
/// seen again; it goes when it is next met, or with expire(). Used by the task's thread.
class KeyedValues {
 public:
  explicit KeyedValues(const StateOptions& options) : options_(options) {}

  weir_slice get(std::string_view key, std::int64_t window, std::int64_t now);
  char* room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
             std::int64_t now);
  void erase(std::string_view key, std::int64_t window);
  /// Visits each key of a window, which counts as reading it.
  void each(std::int64_t window, std::int64_t now,
            const std::function<void(weir_slice key, weir_slice value)>& visit);
  void forget_window(std::int64_t window);

  /// Before calls with these keys, for the window that was used last; see KeyedTable::prefetch().
  void prefetch(const weir_slice* keys, std::size_t count) const {
    if (last_ != nullptr) last_->prefetch(keys, count);
  }

  std::size_t size() const;
  /// Forgets what has run out by then.
  void expire(std::int64_t now);
  void save(SnapshotWriter& to) const;
  /// Adds what was saved of the keys for which `mine` holds.
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);

 private:
  KeyedTable* table(std::int64_t window);
  /// Bytes in front of each value: when it expires.
  std::size_t prefix() const { return options_.time_to_live == 0 ? 0 : sizeof(std::int64_t); }
  bool expired(weir_slice stored, std::int64_t now) const;
  void renew(char* stored, std::int64_t now) const;

  const StateOptions options_;
  std::unordered_map<std::int64_t, KeyedTable> windows_;
  std::int64_t last_window_ = 0;
  KeyedTable* last_ = nullptr;  ///< of last_window_; null when not looked up
};

/// The same with a map of values for each key and window.
class KeyedMaps {
 public:
  explicit KeyedMaps(const StateOptions& options) : options_(options) {}

  weir_slice get(std::string_view key, std::int64_t window, std::string_view field, std::int64_t now);
  void put(std::string_view key, std::int64_t window, std::string_view field, std::string_view value,
           std::int64_t now);
  void erase(std::string_view key, std::int64_t window, std::string_view field);
  /// Forgets the key's map.
  void erase(std::string_view key, std::int64_t window);
  /// In the order of the fields' bytes; counts as reading them. The visitor must not change the state.
  void each(std::string_view key, std::int64_t window, std::int64_t now,
            const std::function<void(weir_slice field, weir_slice value)>& visit);
  /// Visits each key of a window that has a field. The visitor must not change the state.
  void each_key(std::int64_t window, std::int64_t now,
                const std::function<void(weir_slice key)>& visit) const;
  void forget_window(std::int64_t window) { windows_.erase(window); }

  std::size_t size() const;
  /// Forgets fields that have run out by then, and maps without fields.
  void expire(std::int64_t now);
  void save(SnapshotWriter& to) const;
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);

 private:
  struct Value {
    std::string bytes;
    std::int64_t expires = 0;
  };
  using Map = std::map<std::string, Value, std::less<>>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return hash_key(key); }
  };
  using Keys = std::unordered_map<std::string, Map, Hash, std::equal_to<>>;

  /// Null where the key has no map.
  Map* find(std::string_view key, std::int64_t window);
  bool expired(const Value& value, std::int64_t now) const {
    return options_.time_to_live != 0 && value.expires <= now;
  }

  const StateOptions options_;
  std::unordered_map<std::int64_t, Keys> windows_;
};

}  // namespace weir
