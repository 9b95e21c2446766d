// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/keyed_table.h"
#include "state/snapshot.h"
#include "state/state_options.h"

namespace weir {

/// One state of a stage: a value for each key and window. A window's keys stand together, so that closing it
/// costs what it holds and nothing more.
///
/// With a time to live, a value that has not been written (or read, as the options say) for so long is never
/// seen again; it goes when it is next met, or with expire(). Used by the task's thread.
class KeyedValues {
 public:
  class Frozen;

  explicit KeyedValues(const StateOptions& options) : options_(options) {}

  weir_slice get(std::string_view key, std::int64_t window, std::int64_t now);
  char* room(std::string_view key, std::int64_t window, std::size_t bytes, std::size_t& held,
             std::int64_t now);
  void erase(std::string_view key, std::int64_t window);
  /// Visits each key of a window, which counts as reading it.
  void each(std::int64_t window, std::int64_t now,
            const std::function<void(weir_slice key, weir_slice value)>& visit);
  void forget_window(std::int64_t window);

  /// Before calls with these keys, for the window that was used last; see KeyedTable::prefetch(). Does
  /// nothing where less than half of the keys were asked for the last time.
  void prefetch(const weir_slice* keys, std::size_t count) {
    const bool pays = 2 * asked_ >= foreseen_;
    asked_ = 0;
    foreseen_ = count;
    if (pays && last_ != nullptr) last_->prefetch(keys, count);
  }

  std::size_t size() const;
  /// Forgets what has run out by then.
  void expire(std::int64_t now);

  /// What it holds now, or with `changes` what of that has changed since the last call. Short: little is
  /// written at once, and much is shared with the state until thaw(), which goes on meanwhile.
  Frozen freeze(bool changes);
  /// What was frozen has been written, and is gone.
  void thaw();
  /// Takes up the keys for which `mine` holds: of all that was saved, into an empty state, and then what had
  /// changed each time.
  void load(SnapshotReader& from, const KeyFilter& mine = any_key);
  void load_changes(SnapshotReader& from, const KeyFilter& mine = any_key);
  /// Adds what another task has kept. Throws std::runtime_error where both have the same key.
  void merge(KeyedValues&& other);

 private:
  KeyedTable* table(std::int64_t window);
  void drop(std::unordered_map<std::int64_t, KeyedTable>::iterator window);
  /// Bytes in front of each value: when it expires.
  std::size_t prefix() const { return options_.time_to_live == 0 ? 0 : sizeof(std::int64_t); }
  bool expired(weir_slice stored, std::int64_t now) const;
  void renew(char* stored, std::int64_t now) const;

  const StateOptions options_;
  std::unordered_map<std::int64_t, KeyedTable> windows_;
  std::int64_t last_window_ = 0;
  KeyedTable* last_ = nullptr;            ///< of last_window_; null when not looked up
  std::size_t asked_ = 0, foreseen_ = 0;  ///< keys, since the last prefetch() and by it
  std::vector<std::int64_t> dropped_;     ///< windows that were saved and are forgotten since
};

/// What a state held at one moment, or what of it had changed. May be used on any thread.
class KeyedValues::Frozen {
 public:
  void save(SnapshotWriter& to) const;

 private:
  friend class KeyedValues;
  struct Window {
    std::int64_t window;
    KeyedTable::Frozen table;
    std::string written;  ///< instead of it
  };
  void save(const Window& window, SnapshotWriter& to) const;

  bool changes_ = false;
  std::vector<std::int64_t> dropped_;
  std::vector<Window> windows_;
};

}  // namespace weir
