// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "checkpoint/checkpoint_folder.h"
#include "checkpoint/origins.h"
#include "checkpoint/unit_store.h"
#include "graph/pipeline_graph.h"
#include "metrics/job_metrics.h"
#include "runtime/abort_signal.h"
#include "runtime/crash_notes.h"
#include "runtime/services.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "state/store/state_home.h"

namespace weir {

/// A running pipeline: its tasks, each on a thread of its own. All methods may be called from any thread.
class Job {
 public:
  /// Checkpoints go to `store`, or without one to the folder that the graph names, if it does. The other
  /// arguments outlive the job.
  Job(PipelineGraph graph, Log& log, const Clock& clock, CheckpointStore* store = nullptr);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  /// Aborts what still runs.
  ~Job();

  /// Starts the tasks. Returns why it cannot (a damaged checkpoint), or an empty string.
  std::string start();
  /// Stop reading, deliver and commit what was read, end.
  void stop();
  /// End at once; positions stay where they are.
  void abort();
  /// True when all tasks have ended.
  bool wait(std::chrono::milliseconds time);
  /// How many tasks have not ended. Waits for nothing.
  std::size_t running() const { return running_; }
  /// The stage that start() is asking for what the last run has left; empty when none. Waits for nothing.
  std::string asked() const;
  /// Whether it has taken up, or could as far as the file goes, what an earlier run has saved: then what
  /// fails is mostly outside.
  bool went_on() const { return went_on_; }
  /// The first failure; once wait() has returned true.
  std::optional<StopReason> failure() const;

  const PipelineGraph& graph() const { return graph_; }
  std::vector<StageTotals> totals() const { return metrics_.totals(); }
  /// Of what has been delivered for good: each task's when its last checkpoint was saved.
  std::vector<StageTotals> totals_at_checkpoints() const { return metrics_.totals_at_checkpoints(); }
  std::uint64_t checkpoints() const { return metrics_.checkpoints(); }
  CheckpointCosts checkpoint_costs() const { return metrics_.checkpoint_costs(); }
  std::optional<std::int64_t> last_checkpoint() const { return metrics_.last_checkpoint(); }
  /// How far the sources are, 0 to 1; negative when unknown.
  double progress() const;

 private:
  void run(Task& task);

  /// Where state stands on disk, or stood there in the last run, makes what opens stores.
  std::string open_stores(const std::vector<Checkpoint>& checkpoints);
  /// What the last run has saved, but with state by partition; `last`: the number of its checkpoint.
  std::string load(Task::Restored& restored, std::uint64_t& last);
  /// With state by partition, which is loaded as partitions come.
  std::string open_units();
  /// Where it is noted what crashed; empty: nowhere. Makes a folder of its own.
  std::string notes_file() const;
  std::string load_suspects();
  /// What has been delivered meanwhile is out of suspicion, which matters where no checkpoint says so later.
  void clear_notes();
  /// Up to where it has been saved by whatever process; nothing where it has not.
  std::optional<std::int64_t> saved_of(const weir_origin& partition);
  /// Transactions that an earlier run has left are committed or taken back.
  std::string recover(const std::vector<Checkpoint>& checkpoints) const;

  const PipelineGraph graph_;
  Origins origins_;
  SavedPositions saved_;
  Suspects suspects_;
  JobMetrics metrics_;
  AbortSignal abort_;
  Services services_;
  CheckpointStore* store_;  // null: none
  std::unique_ptr<CheckpointFolder> folder_;
  std::unique_ptr<UnitStore> units_;  // null: state does not go by partition
  std::unique_ptr<CrashNotes> crash_notes_;
  std::unique_ptr<StateHome> stores_;
  mutable std::atomic<const GraphStage*> asked_{nullptr};
  bool went_on_ = false;                            ///< not changed once start() has returned
  std::vector<std::unique_ptr<TaskGroup>> groups_;  ///< one, or one for each task

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<std::thread> threads_;
  bool stop_requested_ = false;
  std::atomic<std::size_t> running_{0};  ///< changes with mutex_
  std::optional<StopReason> failure_;
};

}  // namespace weir
