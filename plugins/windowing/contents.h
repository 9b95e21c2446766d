// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "windowing/aggregate_fields.h"
#include "windowing/each_key.h"
#include "windowing/eviction.h"
#include "windowing/grown_states.h"
#include "windowing/panes.h"
#include "windowing/times.h"
#include "windowing/window_options.h"

namespace weir::windowing {

/// What windows hold for their keys: the records, or with `aggregate` accumulators. All of it stands in the
/// host's lists and states, under numbers that the caller gives; several numbers may make up one result.
///
/// `max_bytes` bounds what all windows of the stage hold together, with what their owner holds beside it
/// (timers, which windows are open); what would go beyond it fails. It is counted by sizes alone, about as
/// the host needs memory for it, so that the same input comes to the same limit everywhere, after a restart
/// too.
class Contents {
 public:
  static constexpr Port kOut{0};

  /// `overlapping`: a number belongs to several results, and is forgotten by forget_all() alone, in order;
  /// not with evictors that take away.
  explicit Contents(const Options& options, bool overlapping = false);

  void open(Context& c);
  /// After a restart, before anything else: what is held, of a key or of all, so that it is counted.
  void find(const Context& c, weir_slice key, std::int64_t number);
  void find_all(const Context& c, std::int64_t number);
  /// Whether the stage has a `key:`; before anything else of a batch.
  void set_keyed(Context& c, bool keyed);
  /// Whether records are kept, not accumulators.
  bool keeps_records() const { return aggregate_.empty(); }

  /// Reads what add() needs. False when the record cannot be taken; it has then left by the error port.
  bool read(const Record& record, Context& out);
  /// Whether there is room for it under that number, for what then grows, and for `beside` more bytes, which
  /// the caller then holds. If not, the record has left by the error port.
  bool has_room(weir_slice key, std::int64_t number, const Record& record, Context& out,
                std::int64_t beside = 0);
  /// The parts of that question: how many bytes more there are after add(), at most and exactly; whether so
  /// many fit. And the answer no: the record leaves by the error port; false.
  std::int64_t most(weir_slice key, const Record& record) const;
  std::int64_t growth(const Context& c, weir_slice key, std::int64_t number, const Record& record) const;
  bool fits(std::int64_t more) const { return more <= 0 || bytes_ <= max_bytes_ - more; }
  bool no_room(const Record& record, Context& out);
  /// The caller holds so many bytes more, or less, beside the contents.
  void count(std::int64_t bytes) { bytes_ += bytes; }
  /// Throws OptionError where `max_bytes` has no room for the smallest record, beside which `beside` bytes
  /// are held; it is held `times` times.
  void check_limit(std::int64_t beside, std::int64_t times = 1) const;
  /// Returns how many records the list holds then; 0 where not all of them are kept.
  std::size_t add(Context& c, weir_slice key, std::int64_t number, const Record& record);
  /// Puts what `from` holds, which is later, behind what `into` holds.
  void merge(Context& c, weir_slice key, std::int64_t from, std::int64_t into);

  /// Accumulators that stand beside what the caller itself keeps for a window, so that both are found at
  /// once: how many bytes it gives them, all zero at first; 0 where what is held must stand here.
  std::size_t beside() const { return grown_.none() ? aggregate_.size() : 0; }
  bool has_room_beside(weir_slice key, bool is_there, const Record& record, Context& out,
                       std::int64_t beside = 0);
  void add_beside(weir_slice key, bool is_new, char* cells);
  void merge_beside(char* into, const char* later) const { aggregate_.combine(into, later); }
  void emit_beside(Context& out, weir_slice key, const char* cells, Bounds bounds) {
    emit_row(out, key, bounds, cells, {});
  }
  /// They are found after a restart, or forgotten.
  void find_beside(weir_slice key) { bytes_ += entry_bytes(key); }
  void forget_beside(weir_slice key) { bytes_ -= entry_bytes(key); }

  /// Emits what the numbers, the smallest first, hold together, for one key or for all; nothing where they
  /// hold nothing. For all keys accumulators are of one number, or overlapping.
  void emit(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds);
  void emit_all(Context& out, std::span<const std::int64_t> numbers, Bounds bounds);

  /// A window of these numbers has come to its end and has left, for all keys; the next ones begin later.
  void left(std::span<const std::int64_t> numbers);

  void forget(Context& c, weir_slice key, std::int64_t number);
  /// Of all keys; the overlapping ones may stay a while, unless there is `nothing_else`.
  void forget_all(Context& c, std::int64_t number, bool nothing_else = true);
  /// The earliest and latest time of the records that emit() would emit, `now` for those without one.
  Bounds times(const Context& c, weir_slice key, std::int64_t number, std::int64_t now) const;
  /// Forgets the first records of a list, so that the last `keep` stay.
  void keep_last(Context& c, weir_slice key, std::int64_t number, std::size_t keep);

 private:
  bool is_there(const Context& c, weir_slice key, std::int64_t number) const;
  /// `grown`: of those accumulators that grow.
  void emit_row(Context& out, weir_slice key, Bounds bounds, const char* cells,
                std::span<const std::string_view> grown);
  void emit_list(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds);
  std::vector<std::string> keys(const Context& c, std::span<const std::int64_t> numbers) const;
  /// What the lists of these numbers hold, in the order of arrival.
  std::vector<Record> gathered(const Context& c, weir_slice key, std::span<const std::int64_t> numbers) const;
  /// What a record takes.
  std::int64_t bytes_of(const Record& record) const;
  /// Evicts for good: the list holds these of its records from now on.
  void replace(Context& c, weir_slice key, std::int64_t number, std::vector<Record>& records);
  /// What a new entry of a key takes, and one with what it holds.
  std::int64_t entry_bytes(weir_slice key) const;
  std::int64_t entry_bytes(const Context& c, weir_slice key, std::int64_t number, weir_slice held) const;

  AggregateFields aggregate_;
  GrownStates grown_;
  std::optional<Panes> panes_;  ///< accumulators that overlap
  const bool ordered_;          ///< lists that overlap: each entry of held_ ends with its records' arrivals
  const Eviction eviction_;
  const std::int64_t max_bytes_;
  Counter full_;
  weir_state* held_ = nullptr;   ///< accumulators; of lists, how many bytes their records take
  weir_state* stage_ = nullptr;  ///< whether it is keyed: 1 no, 2 yes
  bool keyed_ = false, keyed_known_ = false;
  std::int64_t bytes_ = 0;     ///< of all that is held, about
  std::int64_t arrivals_ = 0;  ///< records so far, of what overlaps; counted on after a restart
  std::string json_, cells_;
  Bounds written_;  ///< as bounds_json_ has them: many rows in a row have the same
  std::string bounds_json_;
};

}  // namespace weir::windowing
