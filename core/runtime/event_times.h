// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/times.h"
#include "runtime/watermarks.h"
#include "spec/pipeline_spec.h"
#include "state/record_snapshot.h"

namespace weir {

/// A stage's `event_time:`: gives records their time and tells how far event time has come, as the smallest
/// over the origins (partitions, files) that are not idle. An origin's watermark is its latest time less
/// max_out_of_orderness less 1 ms (Flink's rule). Used by the task's thread.
class EventTimes {
 public:
  explicit EventTimes(const EventTimeSpec& spec);

  /// The record's time; nothing, with the reason in problem(), when it has none that can be read. `now` is
  /// processing time, for idleness.
  std::optional<std::int64_t> take(const weir_record& record, std::int64_t now);
  const std::string& problem() const { return problem_; }

  /// An origin from which records are to be expected: until they come it holds event time back.
  void expect(const weir_origin* origin, std::int64_t now);
  /// The origin's watermark is `watermark`, or it is idle (nothing), whatever its records say.
  void tell(const weir_origin* origin, std::optional<std::int64_t> watermark, std::int64_t now);
  /// No more of them, for now.
  void forget(const weir_origin* origin);
  /// Finds origins that have been silent for too long. True when something has changed.
  bool find_idle(std::int64_t now);
  /// When find_idle may find something next; max() for never.
  std::int64_t next_idle() const;

  /// How far event time has come; it never goes back.
  std::int64_t watermark();
  void save(SnapshotWriter& to) const;
  /// An origin is idle only after it has been silent for the whole time since `now`, not while nobody asked
  /// it for records.
  void load(SnapshotReader& from, const FindOrigin& origins, std::int64_t now);

  /// Whether all origins are idle.
  bool idle() const;

 private:
  struct Of {
    std::int64_t latest = Watermarks::kStart;
    std::int64_t seen = 0;  ///< processing time of the last record
    bool idle = false;
  };

  Of& of(const weir_origin* origin);
  std::optional<std::int64_t> read(const weir_record& record);

  const std::int64_t bound_, idle_after_;
  std::optional<FieldPath> field_;
  TimeFormat format_;
  JsonReader reader_;
  std::map<const weir_origin*, Of> origins_;
  const weir_origin* last_origin_ = nullptr;
  Of* last_ = nullptr;
  std::int64_t watermark_ = Watermarks::kStart;
  std::string problem_;
};

}  // namespace weir
