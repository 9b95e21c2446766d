// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/descriptor.h>
#include <weir/field_path.h>
#include <weir/options.h>
#include <weir/process.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "time_zone/time_zone.h"
#include "windowing/calendar.h"

namespace weir::windowing {

/// How far a field may move.
struct DeltaOptions {
  FieldPath field;
  double bound = 0;
};

/// When a window's contents leave before its end, and what stays.
struct TriggerOptions {
  std::int64_t count = 0;           ///< 0: not by count
  std::int64_t every = 0;           ///< milliseconds of the window's time; 0: not in between
  std::int64_t every_by_clock = 0;  ///< the same of the clock, where the window's time is another
  std::optional<DeltaOptions> delta;
  bool at_end = true;
  bool purging = false;

  bool early() const { return count != 0 || every != 0 || every_by_clock != 0 || delta; }
  /// When `every` comes next behind that time, as the last millisecond that is over then: event time has come
  /// to a multiple with that millisecond, the clock when it begins.
  std::int64_t next(std::int64_t time, bool event_time) const {
    return event_time ? next_multiple(every, time) : next_multiple(every, time) - 1;
  }
  /// When the clock comes to a multiple of `every_by_clock` next.
  std::chrono::milliseconds next_by_clock(std::chrono::milliseconds now) const {
    return std::chrono::milliseconds(next_multiple(every_by_clock, now.count()));
  }
};

/// Which records are left out when a window is emitted.
struct EvictOptions {
  std::int64_t keep_last = 0;    ///< 0: all
  std::int64_t keep_newest = 0;  ///< milliseconds; 0: all
  std::optional<DeltaOptions> delta;
  bool behind = false;  ///< after a result, not before

  bool any() const { return keep_last != 0 || keep_newest != 0 || delta; }
  bool takes_away() const { return behind || delta; }
};

/// What windows in time have in common.
struct TimeOptions {
  bool event_time = true;
  std::int64_t lateness = 0;
  bool report_partly_late = false;
};

/// Declares and reads the options of that name. Readers throw OptionError.
void declare_time(Descriptor& d);
void declare_lateness(Descriptor& d);
void declare_zone(Descriptor& d);
/// A window that never ends has no `time` and no `by`, and windows that merge cannot tell where a `delta`
/// began.
void declare_trigger(Descriptor& d, bool with_end, bool with_delta);
/// `overlapping`: windows that keep their records otherwise where an evictor takes some away.
void declare_evict(Descriptor& d, bool overlapping = false);
void declare_aggregate(Descriptor& d);
/// `what`: whose bytes are bounded.
void declare_limit(Descriptor& d,
                   std::string_view what = "What all open windows of the stage may hold together");
TimeOptions read_time(const Options& options);
/// For Surroundings: why a window that goes by event time has no place where there is none.
std::string misfits_in_time(const Options& options, Surroundings around);
std::optional<TimeZone> read_zone(const Options& options);
/// Windows of that size and slide, in milliseconds, with the options of declare_zone().
Calendar read_calendar(const Options& options, std::int64_t size, std::int64_t slide);
TriggerOptions read_trigger(const Options& options);
EvictOptions read_evict(const Options& options);
/// At most kMostLimit.
std::int64_t read_limit(const Options& options);
constexpr std::int64_t kMostLimit = std::int64_t{1} << 44;

/// Whether windows can place a record of this time, WEIR_NO_TIME or further than `furthest` from 1970 not. If
/// not, it has left by the error port.
bool usable(std::int64_t time, std::int64_t furthest, const Record& record, Context& out);

/// `out`, of groups or, with `aggregate`, of records; `late` where records can be.
PortList window_ports(const Options& options, bool late);

}  // namespace weir::windowing
