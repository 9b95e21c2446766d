// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/field_path.h>
#include <weir/record.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/times.h"
#include "runtime/watermarks.h"
#include "spec/pipeline_spec.h"
#include "state/record_snapshot.h"

namespace weir {

class JsonReader;

/// A stage's `event_time:`: gives records their time and tells how far event time has come, as the smallest
/// over the origins (partitions, files) that are not idle. An origin's watermark is its latest time less
/// max_out_of_orderness less 1 ms (Flink's rule). Used by the task's thread.
class EventTimes {
 public:
  /// How long a task that shares event time with others waits for its first origin, when the stage has no
  /// `idle_after`: members of a Kafka group get their partitions one after the other.
  static constexpr std::int64_t kFirstOrigin = 10'000;

  /// `shared`: other tasks take part in the event time of the stages behind. Then having no origin at all
  /// counts as being idle, after a while.
  explicit EventTimes(const EventTimeSpec& spec, bool shared = false);
  ~EventTimes();

  /// The record's time; nothing, with the reason in problem(), when it has none that can be read. `now` is
  /// processing time, for idleness.
  std::optional<std::int64_t> take(const Record& record, std::int64_t now);
  /// At the record that was taken last, as long as that stands there.
  JsonReader& reader() { return *reader_; }
  const std::string& problem() const { return problem_; }

  /// An origin from which records are to be expected: until they come it holds event time back.
  void expect(const weir_origin* origin, std::int64_t now);
  /// The same, if it was saved by another task: until then this one waits only for those that turn up here.
  void take_up(const weir_origin* origin, std::int64_t now);
  /// The origin's watermark is `watermark`, or it is idle (nothing), whatever its records say.
  void tell(const weir_origin* origin, std::optional<std::int64_t> watermark, std::int64_t now);
  /// No more of them, for now.
  void forget(const weir_origin* origin);
  /// Whether records are asked for. Silence counts only while they are: an origin is not idle because a queue
  /// was full for so long.
  void set_asked(bool asked, std::int64_t now);
  /// Finds origins that have been silent for too long. True when something has changed.
  bool find_idle(std::int64_t now);
  /// When find_idle may find something next; max() for never, and while records are not asked for.
  std::int64_t next_idle() const;

  /// How far event time has come; it never goes back.
  std::int64_t watermark();
  /// The same in that origin alone, and whether it is idle.
  std::int64_t watermark_of(const weir_origin* origin) const;
  bool is_idle(const weir_origin* origin) const;
  void save(SnapshotWriter& to) const;
  /// That origin alone, where event time has come to `time`.
  void save(SnapshotWriter& to, const weir_origin* origin, std::int64_t time) const;
  /// Once for each task that saved. Event time goes on where it was for all of them together; an origin of
  /// the task's own (`own`) holds it back at once, others when they turn up here. One is idle only after it
  /// has been silent for the whole time since `now`, not while nobody asked it for records.
  void load(SnapshotReader& from, const FindOrigin& origins, std::int64_t now, bool own);

  /// Whether all origins are idle.
  bool idle() const;

 private:
  struct Of {
    std::int64_t latest = Watermarks::kStart;
    std::int64_t seen = 0;  ///< processing time of the last record
    bool idle = false;
    bool awaited = false;  ///< restored, and not here yet
  };

  Of& of(const weir_origin* origin);
  std::int64_t watermark_of(const Of& o) const;
  std::optional<std::int64_t> read(const Record& record);

  /// How long an origin, awaited or not, and all of them where there is none, may be silent.
  std::int64_t patience() const { return idle_after_ != 0 ? idle_after_ : kFirstOrigin; }
  /// Whether it becomes idle by being silent.
  bool may_be_idle(const Of& o) const { return !o.idle && (idle_after_ != 0 || (shared_ && o.awaited)); }

  const std::int64_t bound_, idle_after_;
  const bool shared_;
  std::optional<FieldPath> field_;
  TimeFormat format_;
  std::unique_ptr<JsonReader> reader_;
  std::map<const weir_origin*, Of> origins_;
  std::map<const weir_origin*, Of> elsewhere_;  ///< restored, of other tasks
  std::optional<std::int64_t> alone_since_;     ///< no origin since
  std::optional<std::int64_t> not_asked_since_;
  bool forgotten_ = false;                    ///< an origin, since find_idle() looked
  bool none_ = false;                         ///< for too long
  std::optional<std::int64_t> active_floor_;  ///< of what was loaded: the least of those that were not idle
  const weir_origin* last_origin_ = nullptr;
  Of* last_ = nullptr;
  std::int64_t watermark_ = Watermarks::kStart;
  std::string problem_;
};

}  // namespace weir
