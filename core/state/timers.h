// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/key_share.h"
#include "state/snapshot.h"
#include "state/timer_queue.h"

namespace weir {

/// A stage's timers of one time domain: at most one for a key and time (Flink's rule), called in the order of
/// time, and at the same time in the order in which they were set. Used by the task's thread.
///
/// A queue tells which is next, a hash table whether there is one already. A timer that is taken back stays
/// in the queue, marked, until it comes up or until there are more of those than of others.
class Timers {
 public:
  struct Timer {
    std::int64_t time = 0;
    std::string key;
    bool has_key = false;
  };

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  void set(weir_slice key, std::int64_t time);
  /// A timer that is not set is no error.
  void erase(weir_slice key, std::int64_t time);

  /// Milliseconds since 1970 of the first timer, or kNever.
  std::int64_t next();
  std::size_t size() const { return size_; }
  /// How many are due. Looks at all of them.
  std::size_t count_due(std::int64_t now) const;

  /// Removes and returns the first timer that is due.
  std::optional<Timer> pop_due(std::int64_t now);
  /// The keys of some timers that are probably those which pop_due() gives next; returns how many. Valid
  /// until the timers are changed.
  std::size_t peek_keys(std::span<weir_slice> keys) const;

  /// Event time has come to its end: from now on no timer can be set beyond the latest that is set now (those
  /// at kNever apart), so that timers which set others anew come to an end too.
  void close();
  /// How many have been refused for that reason.
  std::size_t refused() const { return refused_; }

  /// Writes all that are set, or with `changes` what was set and taken away since the last call.
  void save(SnapshotWriter& to, bool changes);
  /// Takes up the timers that belong to `share`: of all that were saved, and then what had changed each time.
  void load(SnapshotReader& from, const KeyShare& share = {});
  void load_changes(SnapshotReader& from, const KeyShare& share = {});
  /// Adds another task's.
  void merge(Timers&& other);

 private:
  struct Entry {
    std::string key;
    std::int64_t time = 0;
    bool has_key = false;
    bool is_set = false;
    bool is_new = false;  ///< it has been set since the last save
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;  ///< its number + 1; 0: empty
  };

  static constexpr std::size_t kFewestSlots = 16;

  static std::uint32_t hash_of(weir_slice key, std::int64_t time);
  /// Where the timer stands in slots_, or the empty slot where it would.
  std::size_t slot_of(weir_slice key, std::int64_t time, std::uint32_t hash) const;
  void grow();
  void empty_slot(std::size_t at);
  void recycle(std::uint32_t entry);
  void set_in_order(weir_slice key, std::int64_t time, std::uint64_t order);
  /// Brings what pop_due() will look at nearer to the processor.
  void prefetch() const;
  void drop_erased();
  void note_set(std::uint32_t entry, std::uint64_t order);
  void note_gone(Entry& entry);
  void begin_changes();
  void load_one(SnapshotReader& from, const KeyShare& share);
  void save_timer(SnapshotWriter& to, std::uint64_t order, const Entry& entry) const;

  TimerQueue queue_;
  std::deque<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
  std::uint64_t next_order_ = 0;
  std::optional<std::int64_t> latest_;  ///< set by close()
  std::size_t refused_ = 0;

  // What has changed since the last save, unless that is most of it.
  struct Added {
    std::uint64_t order;
    std::uint32_t entry;
  };
  bool all_changed_ = true;
  std::vector<Added> added_;
  SnapshotWriter gone_;
  std::size_t gone_count_ = 0;
};

}  // namespace weir
