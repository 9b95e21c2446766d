// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/window.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "windowing/calendar.h"
#include "windowing/change.h"
#include "windowing/contents.h"
#include "windowing/window_options.h"

namespace weir::windowing {

/// Windows of one size, one every `slide`: what `tumbling` and `sliding` have in common. Windows that overlap
/// share their contents by units of the calendar, unless results purge one window and not the others.
///
/// All that is held stands in the host; what stands here besides is found again.
class TimeWindows : public Window {
 public:
  static constexpr Port kLate{1}, kBetween{2};

  void start(Context& context) override;
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
  void finish(Context& out) override;

 protected:
  /// Throws OptionError. Milliseconds.
  TimeWindows(const Options& options, std::int64_t size, std::int64_t slide);

 private:
  struct Mark {
    std::int64_t since = 0;  ///< records since the last result
    std::int64_t next = 0;   ///< when `every` comes next
    double from = Change::kNone;
  };
  /// A unit with the windows that it belongs to.
  struct Place {
    std::int64_t unit = 0, start = 0;
    std::int64_t first = 0, last = 0;  ///< windows
    Bounds first_bounds;
  };

  void add(weir_slice key, const Record& record, Context& out);
  /// Whether all windows from `from` have room for it.
  bool has_room(weir_slice key, const Place& place, std::int64_t from, const Record& record, Context& out);
  const Place& place_of(std::int64_t unit);
  void too_late(const Record& record, const Place& place, Context& out);
  void partly_late(const Record& record, const Place& place, std::int64_t from, Context& out);
  /// Opens the unit's windows that may be new.
  void arm(const Place& place, std::int64_t from, Context& out);
  /// Sets a window's timers, and notes that it is open.
  void open(std::int64_t window, Context& out);
  /// Whether that was done, so that all of the unit's windows are open.
  bool is_armed(const Place& place) const {
    return armed_[static_cast<std::uint64_t>(place.unit) % armed_.size()] == place.unit;
  }
  /// A record of that time has come into a window: a result may be due.
  void added(weir_slice key, std::int64_t window, std::int64_t time, Context& out);
  /// Counts it; whether the trigger wants a result before the window's end.
  bool count(weir_slice key, Bounds bounds, std::int64_t time, bool fires, Context& out);
  /// Results of keys for which a multiple of `every` has come.
  void fire_between(std::int64_t time, Context& out);
  /// Results of keys that have records since their last one, of windows that are not over.
  void fire_by_clock(Context& out);
  /// A result before the window's end, after which `every` comes next at that time.
  void fire(weir_slice key, std::int64_t window, Bounds bounds, std::int64_t next, Context& out);
  void set_clock_timer(Context& out);
  /// The keys of a window whose mark is such a one.
  template <class F>
  std::vector<std::string> marked(std::int64_t window, F&& which, const Context& out) const;
  void set_timer(std::int64_t at, Context& out);
  /// In the order of time.
  std::vector<std::int64_t> open_windows(const Context& out) const;
  bool is_open(std::int64_t window, Context& out) const;
  void close(std::int64_t window, Context& out);
  /// What an open window takes beside its contents, and what a trigger knows of a key in it.
  std::int64_t open_bytes() const;
  std::int64_t mark_bytes(weir_slice key) const;
  bool is_marked(weir_slice key, std::int64_t window, const Context& out) const;
  std::span<const std::int64_t> parts(std::int64_t window);
  std::int64_t cleanup(Bounds bounds) const { return add_saturated(bounds.last(), time_.lateness); }

  Calendar calendar_;
  const TimeOptions time_;
  const TriggerOptions trigger_;
  const bool shared_;
  Change change_;
  Contents contents_;
  weir_state* open_ = nullptr;   ///< a map: the open windows
  std::size_t open_count_ = 0;   ///< of those
  weir_state* marks_ = nullptr;  ///< what an early trigger knows of a key's window: a Mark
  Counter late_, partly_late_;
  std::int64_t watermark_ = 0, now_ = 0;
  std::chrono::milliseconds by_clock_{0};  ///< when `every_by_clock` comes, where a timer is known to be set
  Place place_;
  bool has_place_ = false;
  std::array<std::int64_t, 64> armed_;  ///< units whose windows are open
  /// Of windows that are open, one after the other: neighbouring units share nearly all of theirs.
  std::int64_t armed_first_ = 0, armed_end_ = 0;
  std::vector<std::int64_t> parts_;
};

}  // namespace weir::windowing
