// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "checkpoint/checkpoint_store.h"
#include "graph/pipeline_graph.h"
#include "metrics/job_metrics.h"
#include "runtime/job.h"
#include "testing/conductor.h"

namespace weir {

/// A job that moves only when told, and between two calls is at rest: nothing is outstanding, no timer is
/// due, the sources have nothing. What goes on inside is a Job like any other.
class SteppedJob {
 public:
  /// `graph` has a conducted source with this conductor; the job goes on where `store` is. All arguments
  /// outlive the job. A job that is destroyed before its end delivers and commits nothing more.
  SteppedJob(const PipelineGraph& graph, Conductor& conductor, Log& log, const Clock& clock,
             CheckpointStore& store);

  /// Returns why it does not come to rest: the checkpoint does not fit the pipeline, or kNoRest.
  std::string start();

  // Each returns false when the pipeline does not come to rest in kPatience; then the job can only be
  // destroyed.

  /// Once around: what arrived from other tasks, timers that are due, one poll of each source.
  bool go_around();
  /// All that follows from what the sources have given, once they have no more.
  bool settle();
  /// Delivers and commits.
  bool checkpoint();
  /// Lets the pipeline end, once all other sources have: tails leave, positions are committed.
  bool end();

  /// By end() or by a failure.
  bool ended() const { return ended_; }
  std::optional<StopReason> failure() const { return ended_ ? job_.failure() : std::nullopt; }
  std::vector<StageTotals> totals() const { return job_.totals(); }

  static constexpr char kNoRest[] = "the pipeline does not come to rest";

 private:
  /// Real time; only a stage that waits for ever comes near it.
  static constexpr std::chrono::seconds kPatience{60};

  bool order(Conductor::Order order);
  bool wait();

  Conductor& conductor_;
  const int tasks_;
  Job job_;
  std::size_t rounds_ = 0;  ///< after which all is at rest
  bool ended_ = false;
};

}  // namespace weir
