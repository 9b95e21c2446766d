// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot.h"
#include "state/state_options.h"

namespace weir {

/// As KeyedValues, with a map of values for each key and window. Used by the task's thread.
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
  void forget_window(std::int64_t window);

  std::size_t size() const;
  /// Forgets fields that have run out by then, and maps without fields.
  void expire(std::int64_t now);

  /// Writes what it holds, or with `changes` what of that has changed since the last call.
  void save(SnapshotWriter& to, bool changes);
  /// As KeyedValues.
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);
  void load_changes(SnapshotReader& from, const KeyFilter& mine = any_key);
  void merge(KeyedMaps&& other);

 private:
  struct Value {
    std::string bytes;
    std::int64_t expires = 0;
    std::uint32_t noted = 0;  ///< the save before which its change is known already
  };
  using Map = std::map<std::string, Value, std::less<>>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return hash_key(key); }
  };
  template <class T>
  using ByKey = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  struct Change {
    bool whole = false;  ///< the map was forgotten; it may have come back
    std::set<std::string, std::less<>> fields;
  };
  struct Window {
    ByKey<Map> keys;
    bool saved = false;
    bool all_changed = true;
    ByKey<Change> changed;  ///< unless all has
  };

  static constexpr std::uint64_t kGone = 0, kWhole = 1, kFields = 2;  ///< what is saved of a key

  Window* find(std::int64_t window);
  /// Null where the key has no map.
  static Map* find(Window& in, std::string_view key);
  bool expired(const Value& value, std::int64_t now) const {
    return options_.time_to_live != 0 && value.expires <= now;
  }
  void note(Window& in, std::string_view key, Map::value_type& field);
  static Change* change_of(Window& in, std::string_view key);
  void erase_field(Window& in, std::string_view key, Map& map, Map::iterator field);
  void erase_map(Window& in, ByKey<Map>::iterator map);
  void drop(std::unordered_map<std::int64_t, Window>::iterator window);
  static void save_field(SnapshotWriter& to, const Map::value_type& field);
  static void save_map(SnapshotWriter& to, const Map& map);
  static void save_change(SnapshotWriter& to, Window& in, const std::string& key, const Change& change);
  static void load_fields(SnapshotReader& from, Map& map);

  const StateOptions options_;
  std::unordered_map<std::int64_t, Window> windows_;
  std::uint32_t saves_ = 1;
  std::vector<std::int64_t> dropped_;  ///< windows that were saved and are forgotten since
};

}  // namespace weir
