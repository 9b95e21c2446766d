// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/job_metrics.h"

namespace weir {

/// What a run of a pipeline is about at one moment. Times are milliseconds since 1970.
struct RunState {
  enum class Phase {
    kStarting,    ///< checkpoints are loaded, transactions of the last run ended
    kRunning,     ///< records may flow
    kRestarting,  ///< it has failed, and waits to begin again
    kStopping     ///< what was read is delivered
  };
  struct Failure {
    std::string stage, code, message;
    std::int64_t at = 0;
  };

  Phase phase = Phase::kStarting;
  std::int64_t since = 0;  ///< the phase
  int restarts = 0;
  std::optional<Failure> last_failure;
  std::optional<std::int64_t> next_start;  ///< kRestarting
  std::uint64_t checkpoints = 0;           ///< of all jobs
  std::optional<std::int64_t> last_checkpoint;
  CheckpointCosts costs;            ///< of all jobs
  std::vector<StageTotals> totals;  ///< of all jobs, see Run; empty where there is none yet
};

}  // namespace weir
