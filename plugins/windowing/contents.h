// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/options.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "windowing/aggregate_fields.h"
#include "windowing/times.h"
#include "windowing/window_options.h"

namespace weir::windowing {

/// Visits each key of a window of a state; unlike the host's function it lets exceptions through.
template <class F>
void each_key(const Context& c, weir_state* state, std::int64_t window, bool erase, F&& f) {
  struct Visit {
    F* f;
    std::exception_ptr problem;
  } visit{&f, nullptr};
  c.host()->state_each(c.handle(), state, window, erase ? 1 : 0, &visit,
                       [](void* visitor, weir_slice key, weir_slice value) {
                         auto& v = *static_cast<Visit*>(visitor);
                         if (v.problem) return;
                         try {
                           (*v.f)(key, value);
                         } catch (...) {
                           v.problem = std::current_exception();
                         }
                       });
  if (visit.problem) std::rethrow_exception(visit.problem);
}

/// What windows hold for their keys: the records, or with `aggregate` accumulators. All of it stands in the
/// host's lists and states, under numbers that the caller gives; several numbers may make up one result.
class Contents {
 public:
  static constexpr Port kOut{0};

  explicit Contents(const Options& options);

  void open(Context& c);
  /// Whether the stage has a `key:`; before anything else of a batch.
  void set_keyed(Context& c, bool keyed);

  /// Reads what add() needs. False when the record cannot be taken; it has then left by the error port.
  bool read(const Record& record, Context& out);
  void add(Context& c, weir_slice key, std::int64_t number, const Record& record);
  /// Puts what `from` holds, which is later, behind what `into` holds.
  void merge(Context& c, weir_slice key, std::int64_t from, std::int64_t into);

  /// Emits what the numbers hold together, for one key or for all; nothing where they hold nothing.
  void emit(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds);
  void emit_all(Context& out, std::span<const std::int64_t> numbers, Bounds bounds);

  void forget(Context& c, weir_slice key, std::int64_t number);
  void forget_all(Context& c, std::int64_t number);
  /// Keeps no more records than will be needed.
  void evict(Context& c, weir_slice key, std::int64_t number);

 private:
  void emit_row(Context& out, weir_slice key, Bounds bounds, const char* cells, std::string_view text);
  void emit_list(Context& out, weir_slice key, std::span<const std::int64_t> numbers, Bounds bounds);
  std::string_view text(const Context& c, weir_slice key, std::int64_t number) const;
  void put_text(const Context& c, weir_slice key, std::int64_t number, std::string_view text) const;
  std::vector<std::string> keys(const Context& c, std::span<const std::int64_t> numbers) const;
  void leave_out(std::vector<Record>& records) const;

  AggregateFields aggregate_;
  const EvictOptions evict_;
  const bool has_evict_;
  weir_state* held_ = nullptr;   ///< accumulators; of lists, only that there is one
  weir_state* texts_ = nullptr;  ///< first and last values
  weir_state* stage_ = nullptr;  ///< whether it is keyed
  bool keyed_ = false, keyed_known_ = false;
  std::string json_;
};

}  // namespace weir::windowing
