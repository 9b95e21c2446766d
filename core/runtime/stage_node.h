// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/positions.h"
#include "metrics/job_metrics.h"
#include "runtime/instance_context.h"
#include "runtime/port_check.h"
#include "runtime/receiver.h"
#include "runtime/watermarks.h"
#include "runtime/work.h"
#include "state/key_share.h"
#include "state/record_snapshot.h"
#include "state/timers.h"

namespace weir {

class Exchange;
class StageNode;

/// What the nodes of a task ask of it.
class TaskControl {
 public:
  virtual ~TaskControl() = default;
  /// The pipeline must stop, positions kept. The first reason counts.
  virtual void stop_for(StopReason reason) = 0;
  /// From now on nothing more is delivered, because the pipeline stops. [task's thread]
  virtual bool failed() const = 0;
  /// A stop was asked for. Cheap. [task's thread]
  virtual bool stopping() const = 0;
  /// Asked between two timers while stopping(): whether the stage leaves those that are due, `due` of them,
  /// so that the stop need not wait for all. `kept`: its state is saved with them where there is a place, and
  /// they fire after the next start; otherwise the stop has waited for its time, and has failed now.
  virtual bool leave_timers(const StageNode& stage, bool kept, const std::function<std::size_t()>& due) = 0;
  /// A worker has finished. [any-thread]
  virtual void work_done(StageNode& node, Work& work) = 0;
  /// A source has something to poll. [any-thread]
  virtual void wake() = 0;
  virtual void give_up(const weir_origin* const* origins, std::size_t count, bool lost) = 0;
  /// False where it cannot be, and the pipeline stops.
  virtual bool take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions) = 0;
};

/// A port of a stage within a task: counts what leaves and hands it to the port's consumers.
class Outlet {
 public:
  struct Consumer {
    StageNode* node;
    Receiver* receiver;  ///< the node itself, or the exchange in front of it
    Inlet inlet;
    std::size_t wire;  ///< the number of this connection at the consumer, for watermarks; or kNoWire
  };
  /// The consumer is not told the time.
  static constexpr std::size_t kNoWire = static_cast<std::size_t>(-1);

  Outlet(OwnedCount& count, bool discarded) : count_(&count), discarded_(discarded) {}

  void connect(const Consumer& consumer) { consumers_.push_back(consumer); }
  /// From now on only what passes `check`, which outlives this, leaves.
  void verify_by(PortCheck& check) { check_ = &check; }
  /// Whether it leads somewhere, or on purpose nowhere.
  bool wired() const { return discarded_ || !consumers_.empty(); }
  void emit(const weir_record* records, std::size_t count) const;
  void emit(const weir_group& group) const;
  /// By which the keys of what leaves are found, where that is for a single receiver; else null. Such records
  /// may leave by emit_keyed(); `refused`: how many more its refuse() has sent there.
  KeyReader* key_reader() const;
  void refuse(const weir_record& record, std::string_view why) const;
  void emit_keyed(const KeyReader& keyed, std::size_t refused) const;
  /// Event time has come so far: everything that it brings about has left before.
  void tell_watermark(std::int64_t time) const;
  /// Whether event time is to be expected from here at all, for now.
  void tell_idle(bool idle) const;
  /// See StageNode::take_origin().
  void pass_origin(const weir_origin* origin, bool here) const;
  const std::vector<Consumer>& consumers() const { return consumers_; }

 private:
  OwnedCount* count_;
  PortCheck* check_ = nullptr;
  bool discarded_;
  std::vector<Consumer> consumers_;
};

/// The first number of a snapshot: 0 and 1 are a stage's own, without and with state; 2 is work that waits
/// for a stage's workers.
constexpr std::uint64_t kKeepsState = 1, kWaitingWork = 2;

/// One stage within one task. Used by the task's thread, except interrupt().
class StageNode : public Receiver {
 public:
  StageNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
            int task_number);
  StageNode(const StageNode&) = delete;
  StageNode& operator=(const StageNode&) = delete;

  /// The task's nodes, and where one stands the exchange in front of each, by stage. A connection through an
  /// exchange has a wire for each task.
  void connect(const std::vector<StageNode*>& nodes, const std::vector<Exchange*>& exchanges);
  /// Begins with wires like those of another node of the stage, which have been told nothing yet.
  void take_wires_of(const StageNode& other) { watermarks_ = other.watermarks_; }

  /// Makes and starts the instances. Workers start on threads of their own: see has_outstanding().
  virtual void start() = 0;
  /// A record that has no key fails here.
  void refuse_keyless(const weir_record& record, std::string_view why) override;
  /// The input has ended, or (`ended` false) the pipeline stops.
  virtual void finish(bool ended) = 0;
  /// Makes durable what was taken. With workers it is done when nothing is outstanding.
  virtual void flush() = 0;
  /// Sinks in transactions, see abi.h; with workers they are done when nothing is outstanding. `saver`: this
  /// node's first instance saves the checkpoint, and so does not prepare.
  virtual void prepare(std::uint64_t /*checkpoint*/, bool /*saver*/) {}
  virtual void save_checkpoint(SinkCheckpoint&& /*checkpoint*/) {}
  virtual void commit_prepared() {}
  /// Adds what prepare() gave.
  virtual void append_prepared(std::vector<Checkpoint::Prepared>&) const {}
  /// [any-thread]
  virtual void interrupt() = 0;

  virtual std::int64_t next_timer() { return Timers::kNever; }
  virtual void fire_timers(std::int64_t /*now*/) {}
  /// A source of this task, with no exchange in between, has this origin from now on, or (`here` false) has
  /// no more of it and has handed on what it had; that is passed on where nothing of it may be held.
  virtual void take_origin(const weir_origin* origin, bool here) {
    if (here) pass_origin(origin, here);
  }
  /// Whether the sources are polled, so that silence says something.
  virtual void set_asked(bool /*asked*/, std::int64_t /*now*/) {}
  bool full() const override { return false; }
  /// Hands waiting work to free workers.
  virtual void hand_over() {}
  /// From now on, or no longer: what waits for the workers goes on waiting, and is not outstanding.
  virtual void pause(bool /*paused*/) {}
  /// Work of this node came back from a worker.
  virtual void deliver(Work& /*work*/) {}
  virtual bool has_outstanding() const { return false; }
  /// Tells the positions of records that this node holds, those apart that save() has just written.
  virtual void hold(HeldPositions&, bool /*saved*/) const {}
  /// How many records those are.
  virtual std::uint64_t held(bool /*saved*/) const { return 0; }
  /// Forgets held records that another owner reads again.
  virtual void forget(const std::function<bool(const weir_record&)>& /*gone*/) {}

  void take_watermark(std::size_t wire, std::int64_t time) override {
    if (watermarks_.advance(wire, time)) on_watermark(watermarks_.now());
  }
  void take_idle(std::size_t wire, bool idle) override;

  /// Forgets values of states whose time to live has run out, also those that are never asked for again.
  virtual void expire(std::int64_t /*now*/) {}
  /// Before save(): what stands in a store goes, durably, into that folder, a path below that of the
  /// checkpoints.
  virtual void write_out(const std::string& /*folder*/) {}
  /// Gives the snapshot of what the stage holds between calls, with nothing outstanding: none where it is
  /// nothing. With `changes` it may be of what has changed since the last call, whose snapshot has been
  /// saved.
  virtual void save(Checkpoint::StageState& /*to*/, bool /*changes*/) {}
  /// That snapshot has been written, and its `rest` is gone.
  virtual void saved() {}
  /// Before start(), once for each task of the run that saved: takes this task's share of what snapshots say
  /// together, see Checkpoint::StageState::layers(). Throws std::runtime_error, for people, when it cannot.
  virtual void load(const std::vector<std::string_view>& /*layers*/, const FindOrigin& /*origins*/,
                    SavedBy /*by*/) {}

  const GraphStage& stage() const { return stage_; }
  const std::string& name() const { return stage_.spec.name; }
  StageCounts& counts() { return counts_; }
  /// Whether a queue is full that records from here reach without another one in between: of workers, or of
  /// records on their way to other tasks.
  bool full_behind() const;

 protected:
  /// Divides records where some are suspects: calls `take(first, count)` for those that may be together and
  /// for each that must be alone, and sends those that are poison to the error port.
  template <class Take>
  void for_each_part(const weir_record* records, std::size_t count, Take&& take) {
    std::size_t begin = 0;
    const auto up_to = [&](std::size_t end) {
      if (begin < end) take(begin, end - begin);
      begin = end;
    };
    for (std::size_t i = 0; i < count; ++i) {
      const auto verdict = services_.suspects.verdict(name(), records[i]);
      if (verdict == Suspects::Verdict::kNone) continue;
      up_to(i);
      if (verdict == Suspects::Verdict::kAlone) {
        up_to(i + 1);
      } else {
        send_poison(records + i, 1);
        begin = i + 1;
      }
    }
    up_to(count);
  }
  /// Whether a group had to be sent to the error port, since something in it is poison.
  bool set_aside(const weir_group& group);

  /// Event time has moved on at this stage, or whether it is expected has changed: called in this order with
  /// the records around it, and passed on when what it brings about has left.
  virtual void on_watermark(std::int64_t time) { tell_watermark(time); }
  virtual void on_idle(bool idle) { tell_idle(idle); }
  void tell_watermark(std::int64_t time) const;
  void tell_idle(bool idle) const;
  void pass_origin(const weir_origin* origin, bool here) const;
  const Watermarks& watermarks() const { return watermarks_; }
  void restore_watermark(std::int64_t time) { watermarks_.restore(time); }

  Outlet& outlet(std::uint32_t port) { return port == WEIR_ERROR_PORT ? error_ : outlets_[port]; }
  /// Sends records out with a reason. By an unwired error port nothing leaves: it stops the pipeline instead.
  void send_failed(std::uint32_t port, const std::string& port_name, const weir_record* records,
                   std::size_t count, std::string_view code, std::string_view message);
  /// Sends records that carry their failure already.
  void send_out(std::uint32_t port, const weir_record* records, std::size_t count);

  Services& services_;
  TaskControl& task_;
  const PipelineGraph& graph_;
  const std::size_t index_;
  const GraphStage& stage_;
  const int task_number_;
  StageCounts& counts_;

 private:
  void send_poison(const weir_record* records, std::size_t count);
  void collect_queues(const StageNode& from);
  void add_queue(const Receiver& queue);

  std::vector<Outlet> outlets_;
  std::vector<std::unique_ptr<PortCheck>> checks_;  // one a port, where the graph asks for it
  Outlet error_;
  Watermarks watermarks_;
  bool idle_ = false;
  std::vector<const Receiver*> queues_behind_;
};

/// Whether a stop in a call with records is laid upon them: not where the stage waits for something outside,
/// whose outage is no record's fault.
bool blames_records(const GraphStage& stage);

/// "ids[wechat-ids/3@1042]": where a record comes from, for messages.
std::string describe_origin(const weir_record& record);

}  // namespace weir
