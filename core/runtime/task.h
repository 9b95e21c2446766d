// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint_store.h"
#include "runtime/inbox.h"
#include "runtime/source_node.h"
#include "runtime/stage_node.h"

namespace weir {

/// One thread with its own copy of the whole graph: it polls the sources and pushes what they give through
/// the stages, fires timers, takes back what workers have done, and commits positions.
///
/// A checkpoint stops polling, waits until nothing is with the workers, flushes the sinks from front to back
/// (what a sink sends to its error port reaches the next sinks before those are flushed) and commits the
/// positions of everything that no window or worker still holds.
class Task final : public TaskControl {
 public:
  using Clock = std::chrono::steady_clock;

  /// `store` may be null. `restored` and `state` are what the last run saved. All arguments but these two
  /// outlive the task. Throws std::runtime_error, for people, when a stage cannot take up its state.
  Task(Services& services, const PipelineGraph& graph, int number, CheckpointStore* store,
       const std::vector<weir_position>& restored, std::string_view state = {});
  ~Task() override;

  /// Runs until the sources have ended, stop() was called, or something failed. Called once, on the task's
  /// thread.
  void run();

  // The parts of run(), for a test that drives the task from its own thread. Called in this order:
  void start();
  /// Takes back finished work, fires timers, commits when it is time, polls. True when there may be more to
  /// do at once.
  bool step();
  /// Whether nothing is with the workers.
  bool quiet() const;
  /// Whether all sources have ended.
  bool ended() const;
  /// The input has ended or the pipeline stops: tails out, everything delivered, positions committed.
  void finish();

  /// Stop polling, deliver and commit what was read, end. [any-thread]
  void stop();
  /// End without delivering: positions stay where they are. Raise the AbortSignal first. [any-thread]
  void abort();
  /// Why the task failed, once run() has returned.
  const std::optional<StopReason>& failure() const { return failure_; }
  /// How far the sources are, 0 to 1; negative when unknown. [any-thread]
  double progress() const;

  void stop_for(StopReason reason) override;
  bool failed() const override { return failure_.has_value() || aborted_; }
  void work_done(StageNode& node, Work& work) override { inbox_.put({&node, &work}); }
  void wake() override { inbox_.wake(); }
  void give_up(const weir_origin* const* origins, std::size_t count, bool lost) override;

 private:
  /// What one poll may bring; also the size of a batch.
  static constexpr std::size_t kPollBytes = 64 * 1024;
  /// A source that has nothing and no way to say when it has is looked at this often.
  static constexpr std::chrono::milliseconds kLookAgain{50};
  /// How often a source is polled with budget 0 while nothing may be read: Kafka wants to see its members.
  static constexpr std::chrono::milliseconds kKeepAlive{500};
  /// How long after a source refused its last positions it is asked again.
  static constexpr std::chrono::milliseconds kCommitAgain{500};
  /// How long a checkpoint waits for workers before it is put off.
  static constexpr std::chrono::seconds kDrainTime{10};

  void start_nodes();
  bool poll_sources();
  void deliver();
  void fire_timers();
  void wait();
  /// Waits until no work is outstanding; false when the deadline, or that of a stop, came first.
  bool drain(Clock::time_point deadline);
  /// When a stop that was asked for must be over; max() without one.
  Clock::time_point stop_deadline();
  void keep_alive();
  /// Delivers what was read and commits its positions; false when not all of that was done.
  bool checkpoint(Clock::time_point deadline);
  bool commit();
  /// What the stages hold; empty when no stage keeps state.
  std::string state() const;
  void restore(std::string_view state);
  /// Checkpoints again until the sources have taken their positions.
  void commit_last();
  std::uint64_t outstanding() const;

  Services& services_;
  const PipelineGraph& graph_;
  const int number_;
  CheckpointStore* const store_;

  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> aborted_{false};
  std::optional<Clock::time_point> stop_by_;  ///< set when the task first sees the request
  std::optional<StopReason> failure_;
  Inbox inbox_;
  mutable std::mutex progress_mutex_;  // guards progress_sources_
  std::vector<const SourceNode*> progress_sources_;
  bool started_ = false;
  bool in_poll_ = false;
  Clock::time_point next_checkpoint_;
  Clock::time_point next_keep_alive_;
  std::vector<std::unique_ptr<StageNode>>
      nodes_;  ///< in the graph's order; last: their threads use what is above
  std::vector<SourceNode*> sources_;
};

}  // namespace weir
