// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/services.h"
#include "runtime/sink_checkpoint.h"
#include "state/owned_records.h"

namespace weir {

/// A group that outlives the call: the bounds and key; its records stand beside it.
struct GroupBounds {
  std::optional<std::string> key;
  std::int64_t start = 0;
  std::int64_t end = 0;

  static GroupBounds of(const weir_group& group) {
    GroupBounds bounds{std::nullopt, group.start, group.end};
    if (group.key.data != nullptr) bounds.key = std::string(group.key.data, group.key.size);
    return bounds;
  }
  weir_group with(const OwnedRecords& records) const {
    const weir_slice key_slice = key ? weir_slice{key->data(), key->size()} : weir_slice{nullptr, 0};
    return {sizeof(weir_group), 0, key_slice, start, end, records.data(), records.size()};
  }
};

/// One thing for a worker to do, and what came of it. The task owns it; between being handed over and coming
/// back only the worker touches it.
struct Work {
  enum class Kind {
    kStart,
    kRecords,
    kGroup,
    kFinish,
    kFlush,
    kPrepare,
    kCommitPrepared,
    kSaveCheckpoint,
    kWatermark,
    kIdle
  };

  struct Output {
    std::uint32_t port = 0;
    OwnedRecords records;
    std::optional<GroupBounds> group;
  };

  Kind kind = Kind::kRecords;
  OwnedRecords records;
  GroupBounds bounds;       ///< kGroup; of kRecords the key, where one was found already
  std::uint32_t input = 0;  ///< kRecords, kGroup: which of the stage's inputs they came by
  bool broadcast = false;   ///< the same: all tasks see them
  std::int64_t mark = 0;    ///< kWatermark: the time; kIdle: 1 or 0. No worker sees these

  bool alone = false;            ///< kRecords: not to be merged with others
  int worker = 0;                ///< of what is for one worker: which
  std::uint64_t checkpoint = 0;  ///< kPrepare: its number
  SinkCheckpoint saved;          ///< kSaveCheckpoint
  std::string prepared;          ///< what came of kPrepare

  bool is_mark() const { return kind == Kind::kWatermark || kind == Kind::kIdle; }

  std::vector<Output> outputs;  ///< in the order of emission
  weir_status status = WEIR_OK;
  StopReason error;  ///< when status is negative
  bool done = false;
};

}  // namespace weir
