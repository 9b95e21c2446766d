// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Which units something is divided into. A unit is what belongs to one partition of the pipeline's source:
/// to its keys, and to its records.
struct UnitSplit {
  std::vector<std::int32_t> units;                            ///< the partitions' numbers, in any order
  std::function<std::int32_t(std::string_view key)> unit_of;  ///< also one that is not among them
  /// How far event time has come for a unit's keys, where the stage says `time`; may be empty.
  std::function<std::int64_t(std::int32_t unit, std::int64_t time)> time_of = {};
};

/// Sorts what a stage's snapshot holds: for each of the units, in their order, a snapshot of what belongs to
/// it. What has a key goes to the key's unit; records in lists and queues without a key, and event time of
/// origins, to that of their origin; what waits without key and origin to the first; what else has no key
/// (timers and entries of states that belong to none) to each. What belongs to no unit here is left out. A
/// unit's text is empty where no work waits for it. Throws std::runtime_error when the snapshot cannot be
/// understood.
std::vector<std::string> split_snapshot(std::string_view snapshot, const UnitSplit& split);

}  // namespace weir
