// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "checkpoint/origins.h"
#include "checkpoint/saved_positions.h"
#include "checkpoint/unit_store.h"
#include "metrics/job_metrics.h"
#include "runtime/abort_signal.h"
#include "runtime/suspects.h"
#include "state/store/state_home.h"

namespace weir {

/// What all tasks of a job use. Every part is thread-safe and outlives the tasks.
struct Services {
  Log& log;
  const Clock& clock;
  JobMetrics& metrics;
  Origins& origins;
  AbortSignal& abort;
  SavedPositions& saved;
  const Suspects& suspects;
  StateHome* stores = nullptr;       ///< null: state stands in memory
  const UnitStore* units = nullptr;  ///< with state by partition: where it is kept
};

/// What a stage, or the runtime itself, says when the pipeline must stop.
struct StopReason {
  std::string stage;
  std::string code;
  std::string message;
};

}  // namespace weir
