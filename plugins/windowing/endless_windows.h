// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/window.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "windowing/change.h"
#include "windowing/contents.h"
#include "windowing/times.h"
#include "windowing/window_options.h"

namespace weir::windowing {

/// One window a key that time does not end: what `count` and `global` have in common. Results leave by count,
/// every so often, and at the end of the input, each for keys that have records since their last one.
///
/// Where the last so many records are kept as accumulators, these are of `pane` records each, in a ring.
///
/// All that is held stands in the host.
class EndlessWindows : public Window {
 public:
  void start(Context& context) override;
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
  void finish(Context& out) override;

 protected:
  struct Rules {
    TriggerOptions trigger;
    bool event_time = true;       ///< of `trigger.every`
    std::size_t keep = SIZE_MAX;  ///< how many records stay after a result that does not purge
    std::int64_t pane = std::numeric_limits<std::int64_t>::max();  ///< records of an accumulator
    std::size_t panes = 1;                                         ///< how many are kept
  };
  EndlessWindows(const Options& options, const Rules& rules);

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// What stands in the state for a key: this, then the times of each pane.
  struct Head {
    std::int64_t since = 0;       ///< records since the last result
    std::int64_t timer = kNever;  ///< of `every`
    std::int64_t in_pane = 0;     ///< records in the pane that is being filled
    std::int64_t pane = 0;        ///< which that is
    double from = Change::kNone;
  };
  /// The times of no records.
  static constexpr Bounds kNothing{std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()};

  void add(weir_slice key, const Record& record, Context& out);
  /// Fills head_ and spans_ for a key; false when nothing is known of it.
  bool load(weir_slice key, const Context& out);
  void store(weir_slice key, const Context& out);
  void erase(weir_slice key, const Context& out);
  void read(weir_slice bytes);
  void arm(weir_slice key, std::int64_t time, Context& out);
  /// Emits what the key at hand holds, and lets go what does not stay.
  void emit(weir_slice key, Context& out);
  Bounds bounds(weir_slice key, const Context& out) const;
  /// What a key takes beside its contents.
  std::int64_t key_bytes(weir_slice key) const;
  std::size_t state_bytes() const { return sizeof(Head) + rules_.panes * sizeof(Bounds); }

  const Rules rules_;
  Change change_;
  Contents contents_;
  weir_state* windows_ = nullptr;
  std::int64_t now_ = 0;
  bool known_ = false;         ///< something stands in the state for the key at hand
  Head head_;                  ///< of that key
  std::vector<Bounds> spans_;  ///< the times of its panes' records, where these are not kept
  std::vector<std::int64_t> numbers_;
};

}  // namespace weir::windowing
