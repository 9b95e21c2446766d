// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/receiver.h"
#include "runtime/work.h"
#include "state/owned_records.h"

namespace weir {

class Exchange;

/// What one task sends another for one of its stages: items in the order in which they were sent.
struct Parcel {
  /// Records, or a group, or the time: which one `kind` says.
  struct Item {
    Work::Kind kind = Work::Kind::kRecords;
    Inlet inlet;
    OwnedRecords records;
    std::string keys;               ///< of the records, one behind the other
    std::vector<std::size_t> ends;  ///< where each of them ends; empty where the stage has no `key:`
    std::optional<GroupBounds> bounds;
    std::size_t wire = 0;   ///< kWatermark, kIdle
    std::int64_t mark = 0;  ///< as in Work
  };

  Exchange* from = nullptr;
  std::size_t sender = 0;    ///< which task
  std::size_t exchange = 0;  ///< which of the receiver's exchanges it is for
  std::vector<Item> items;
  std::size_t bytes = 0;  ///< memory held
};

}  // namespace weir
