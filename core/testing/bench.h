// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "testing/sample.h"

// What the steps of a test and the stages that stand in for others share. The test's thread uses it only
// while the pipeline is at rest: see Conductor.

namespace weir {

/// What a source under test gives. It remembers what it has given, since after a restart it gives again what
/// the last checkpoint does not cover.
struct SourceFeed {
  using Origin = std::pair<std::string, std::int32_t>;  ///< name, partition

  /// Event time of an origin has come so far; without a time: it is idle.
  struct TimeMark {
    Origin origin;
    std::optional<std::int64_t> watermark;
  };

  struct Item {
    std::uint32_t port = 0;
    std::variant<SampleRecord, SampleGroup, TimeMark> what;  ///< records with origin and position
  };

  bool is_source = false;      ///< stands for a source, and not for what comes before another stage
  bool in_first_task = false;  ///< whatever the partition
  bool silent = true;          ///< no step has given it anything yet
  std::set<Origin> origins;    ///< those that are there from the start

  /// How far one task has come. Each gives the partitions that are its own.
  struct Reader {
    std::size_t next = 0;  ///< the first item that has not been looked at
    bool ended = false;
  };

  std::vector<Item> items;
  std::size_t at_once = 0;                       ///< no more records in a poll; 0: as many as there are
  std::vector<Reader> readers{1};                ///< by task
  std::size_t covered = 0;                       ///< items that had been given at the last checkpoint
  std::map<Origin, std::int64_t> next_position;  ///< of what the next step feeds
  std::mutex mutex;                              ///< guards committed
  std::map<Origin, std::int64_t> committed;
  bool ends = false;  ///< when all is given it ends

  /// The task that gives what is of that origin.
  std::size_t task_of(const Origin& origin) const {
    return in_first_task ? 0 : static_cast<std::size_t>(std::max(origin.second, 0)) % readers.size();
  }
  std::size_t task_of(const Item& item) const;
  bool ended() const;
  /// Whether there is nothing left to give.
  bool all_given() const;

  /// What has been given is in the checkpoint that has just been made, as far as it is committed.
  void checkpoint() { covered = items.size(); }
  /// Whether all that has been given is committed.
  bool all_committed() const;
  /// As a source that starts again where its positions are, in so many tasks.
  void start_again(std::size_t tasks);

 private:
  /// Items without a position count as committed.
  bool is_committed(const Item& item) const;
};

/// What has come by a port, or into a sink; from several tasks in any order.
struct Seen {
  void add(Sample item) {
    const std::lock_guard lock(mutex);
    items.push_back(std::move(item));
  }

  std::mutex mutex;  ///< while the pipeline is not at rest
  std::vector<Sample> items;
  std::size_t expected = 0;   ///< so many have been compared by a step
  std::size_t accounted = 0;  ///< so many are accounted for by a step that looked further down
};

/// How a stage answers that is not the real one.
struct Script {
  struct Failure {
    std::string code, message;
    bool stop = false;
  };
  struct Output {
    std::uint32_t port = 0;
    SampleRecord record;
    bool own_value = false;  ///< made from an input record, but with the value of `record`
    std::size_t input = 0;   ///< from this record of the call, counted from 1; 0: `record` itself
  };
  using Call = std::variant<Failure, std::vector<Output>>;

  std::deque<Call> calls;
  Seen* taken = nullptr;  ///< sinks: where what they take is kept when no answer is prepared; otherwise null
};

}  // namespace weir
