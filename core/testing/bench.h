// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "testing/sample.h"

// What the steps of a test and the stages that stand in for others share. Used by one thread at a time: see
// Conductor.

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

  bool is_source = false;    ///< stands for a source, and not for what comes before another stage
  std::set<Origin> origins;  ///< those that are there from the start

  std::vector<Item> items;
  std::size_t at_once = 0;                       ///< no more records at once; 0: as many as there are
  std::size_t next = 0;                          ///< the first item that has not been given
  std::size_t covered = 0;                       ///< those that had been given at the last checkpoint
  std::map<Origin, std::int64_t> next_position;  ///< of what the next step feeds
  std::map<Origin, std::int64_t> committed;
  bool ends = false;   ///< when all is given it ends
  bool ended = false;  ///< it has

  /// What has been given is in the checkpoint that has just been made, as far as it is committed.
  void checkpoint() { covered = next; }
  /// Whether all that has been given is committed.
  bool all_committed() const;
  /// As a source that starts again where its positions are.
  void start_again();

 private:
  /// Items without a position count as committed.
  bool is_committed(const Item& item) const;
};

/// What has come by a port, or into a sink.
struct Seen {
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
