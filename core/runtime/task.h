// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "runtime/exchange.h"
#include "runtime/hold_up.h"
#include "runtime/inbox.h"
#include "runtime/lanes.h"
#include "runtime/source_node.h"
#include "runtime/stage_node.h"
#include "runtime/task_group.h"

namespace weir {

/// One thread with its own copy of the whole graph: it polls the sources and pushes what they give through
/// the stages, fires timers, takes back what workers have done and what other tasks send, and with its group
/// commits positions.
///
/// A checkpoint is a meeting of the group (TaskGroup): polling stops, what is outstanding is done, the stages
/// are flushed from front to back (what a sink sends to its error port reaches the next sinks before those
/// are flushed), and the positions of everything that no window or worker still holds are committed.
class Task final : public TaskControl {
 public:
  using Clock = std::chrono::steady_clock;

  /// What the last run saved, for all tasks.
  struct Restored {
    std::vector<weir_position> positions;
    std::vector<Checkpoint::TaskState> states;  ///< one for each task that kept any
  };

  /// All arguments but `restored` outlive the task. Throws std::runtime_error, for people, when a stage
  /// cannot take up its state.
  Task(Services& services, const PipelineGraph& graph, int number, TaskGroup& group,
       const Restored& restored);
  ~Task() override;

  /// Runs until the sources of the group have ended, stop() was called, or something failed. Called once, on
  /// the task's thread.
  void run();

  /// Stop polling, deliver and commit what was read, end. [any-thread]
  void stop();
  /// End without delivering: positions stay where they are. Raise the AbortSignal first. [any-thread]
  void abort();
  /// Another task of the group has failed: the same, but nothing that runs is interrupted. [any-thread]
  void release();
  /// Why the task failed, once run() has returned.
  const std::optional<StopReason>& failure() const { return failure_; }
  /// How far the sources are, 0 to 1; negative when unknown. [any-thread]
  double progress() const;

  void stop_for(StopReason reason) override;
  bool failed() const override { return failure_.has_value() || aborted_; }
  bool stopping() const override { return stop_requested_.load(std::memory_order_relaxed); }
  bool leave_timers(const StageNode& stage, bool kept, const std::function<std::size_t()>& due) override;
  void work_done(StageNode& node, Work& work) override { inbox_.put({&node, &work}); }
  void wake() override { inbox_.wake(); }
  void give_up(const weir_origin* const* origins, std::size_t count, bool lost) override;
  bool take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions) override;

 private:
  /// What one poll may bring; also the size of a batch.
  static constexpr std::size_t kPollBytes = 64 * 1024;
  /// A source that has nothing and no way to say when it has is looked at this often.
  static constexpr std::chrono::milliseconds kLookAgain{50};
  /// How often a source is polled with budget 0 while nothing may be read: Kafka wants to see its members.
  static constexpr std::chrono::milliseconds kKeepAlive{500};
  /// How long after a source refused its last positions it is asked again.
  static constexpr std::chrono::milliseconds kCommitAgain{500};
  /// How long after a stop was asked for timers that are due go on firing where they could as well be saved.
  static constexpr std::chrono::milliseconds kFireOn{100};
  /// How long partitions that are given up wait for the end of the job.
  static constexpr std::chrono::seconds kGiveUpTime{10};

  void start();
  void start_nodes();
  /// Takes what there is, fires timers, polls. True when there may be more to do at once.
  bool step();
  bool poll_sources();
  /// The stage furthest down whose queue is full; null when none is.
  StageNode* full_stage() const;
  void deliver();
  void fire_timers();
  void wait();
  /// Whether the sources are polled from now on: a partition may be silent because nobody asks it.
  void set_asked(bool asked);
  void keep_alive();
  bool ended() const;
  /// How many stages wait for their workers.
  std::uint64_t outstanding() const;
  /// Whether nothing is with the workers, or on its way between tasks and still here.
  bool quiet() const;
  /// When a stop that was asked for must be over; max() without one.
  Clock::time_point stop_deadline();

  void pause_workers(bool paused);
  /// Does the steps of a meeting until it is over, or `until`.
  void take_part(Clock::time_point until);
  void perform(const TaskGroup::Step& step);
  /// Ends a meeting that takes longer than it may.
  void check_time(const TaskGroup::Step& step);
  void share(const TaskGroup::Step& step);
  void write_out(const TaskGroup::Step& step);
  void save(const TaskGroup::Step& step);
  /// What may be committed when the checkpoint that is made is durable: of each source.
  using ToCommit = std::vector<std::vector<weir_position>>;
  ToCommit note_checkpoint();
  void commit(const ToCommit& positions);
  /// Whether a checkpoint beside the stream has become durable, which is committed then, or has failed.
  void look_at_save();
  void forget(const TaskGroup::GivenUp& given_up);

  // -- with state by partition (task_lanes.cc) --
  void give_up_lanes(const std::vector<const weir_origin*>& gone, bool lost);
  void save_lanes(bool last);
  /// In this meeting some lanes are saved, and not all.
  bool saves_some() const { return !leaving_.empty() && !graph_.spec.exactly_once; }

  bool all_saved(const std::vector<const weir_origin*>& origins) const;
  /// What the stages hold, or with `changes` what of that has changed since the last call.
  Checkpoint::TaskState state(bool changes);
  void restore(const Checkpoint::TaskState& state, SavedBy by);

  Services& services_;
  const PipelineGraph& graph_;
  const int number_;
  const bool saves_;  ///< what stages hold is kept with the checkpoints

  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> aborted_{false};
  std::optional<Clock::time_point> stop_by_;  ///< set when the task first sees the request
  std::optional<StopReason> failure_;
  Inbox inbox_;
  HoldUp hold_up_;
  TaskGroup& group_;
  const std::size_t member_;
  std::uint64_t performed_ = 0;  ///< the last step of a meeting that was done here
  bool resting_ = false;         ///< in that step
  Clock::time_point rest_from_ = Clock::time_point::min();
  bool over_ = false;
  struct Saving {
    std::uint64_t checkpoint;
    ToCommit positions;
  };
  Clock::time_point shared_at_;        ///< when the last checkpoint began to be saved
  bool paused_ = false;                ///< for a checkpoint, in this meeting
  std::optional<Saving> saving_;       ///< beside the stream, and not committed yet
  mutable std::mutex progress_mutex_;  // guards progress_sources_
  std::vector<const SourceNode*> progress_sources_;
  bool started_ = false;
  bool told_ended_ = false;
  bool in_poll_ = false;
  bool asked_ = true;
  Clock::time_point next_checkpoint_;
  Clock::time_point next_keep_alive_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;  ///< in the graph's order
  std::vector<std::unique_ptr<StageNode>>
      nodes_;  ///< in the graph's order; last: their threads use what is above
  std::vector<SourceNode*> sources_;
  std::unique_ptr<Lanes> lanes_;             ///< null: state does not go by partition
  std::vector<const weir_origin*> leaving_;  ///< a meeting is on that saves these partitions alone
  bool lanes_go_ = false;  ///< some are given up: until they are closed nothing of them is begun
};

}  // namespace weir
