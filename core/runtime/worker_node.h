// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>

#include "runtime/stage_node.h"
#include "runtime/worker_pool.h"

namespace weir {

/// A stage that waits for I/O: its work is queued, done by its own threads, and its results come back to the
/// task's thread, in the order of the input unless the file says `order: any`.
///
/// The queue belongs to the task's thread. It hands out only as much as keeps the workers busy, and nothing
/// while a queue further down is full: so each queue stays near its limit, and the source is the one that
/// waits.
class WorkerNode final : public StageNode {
 public:
  WorkerNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
             int task_number);

  void start() override { submit_to_each(Work::Kind::kStart); }
  void take(const weir_record* records, std::size_t count, Inlet inlet) override;
  void take(const weir_group& group, Inlet inlet) override;
  void finish(bool /*ended*/) override { submit_to_each(Work::Kind::kFinish); }
  void flush() override;
  void prepare(std::uint64_t checkpoint, bool saver) override;
  void save_checkpoint(SinkCheckpoint&& checkpoint) override;
  void commit_prepared() override;
  void append_prepared(std::vector<Checkpoint::Prepared>& prepared) const override;
  void interrupt() override { pool_->interrupt(); }
  bool full() const override { return bytes_ >= stage_.spec.queue_bytes; }
  void hand_over() override;
  void deliver(Work& work) override;
  void pause(bool paused) override;
  bool has_outstanding() const override { return paused_ ? running_ > 0 : !works_.empty(); }
  void hold(HeldPositions& held, bool saved) const override;
  std::uint64_t held(bool saved) const override;
  /// What waits for the workers, while they are paused.
  void save(Checkpoint::StageState& to, bool changes) override;
  void load(const std::vector<std::string_view>& layers, const FindOrigin& origins, SavedBy by) override;

 private:
  /// A merged batch for a sink, or the share of a worker, is no larger than this.
  static constexpr std::size_t kMergedRecords = 4096;
  static constexpr std::size_t kMergedBytes = 1 << 20;
  /// The most records that one worker of several gets at once.
  static constexpr std::size_t kShare = 100;

  /// They stand in the queue among the work, so that no result overtakes them (Flink's rule, for `order: any`
  /// too).
  void on_watermark(std::int64_t time) override;
  void on_idle(bool idle) override;
  void enqueue_mark(Work::Kind kind, std::int64_t value);
  /// Whether a mark stands before this work.
  bool behind_mark(const Work& work) const;
  void send_finished();
  void send_one(const Work& work);

  void enqueue(std::unique_ptr<Work> work);
  void enqueue_records(const weir_record* records, std::size_t count, std::uint32_t input, bool alone);
  void submit_to_each(Work::Kind kind);
  /// Before all that waits; the workers are paused, or nothing does.
  void submit_to(int worker, std::unique_ptr<Work> work);
  /// Sinks: puts waiting batches behind the one at `index` into it, since one write of many is cheaper.
  void merge_into(std::size_t index);
  void send(Work& work);

  std::deque<std::unique_ptr<Work>> works_;  ///< in the order of the input: [handed out ... waiting]
  std::size_t handed_out_ = 0;               ///< how many at the front of works_ are with the workers or done
  std::size_t running_ = 0;                  ///< how many of those are not done
  bool paused_ = false;
  std::size_t bytes_ = 0;
  std::vector<std::string> prepared_;  ///< by worker; empty: nothing is to be committed
  std::unique_ptr<WorkerPool> pool_;   ///< last: its threads end before the work they refer to goes
};

}  // namespace weir
