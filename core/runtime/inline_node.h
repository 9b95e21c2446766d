// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/event_times.h"
#include "runtime/gathered_output.h"
#include "runtime/key_reader.h"
#include "runtime/key_rule.h"
#include "runtime/stage_node.h"
#include "runtime/standstill.h"
#include "state/stage_contents.h"
#include "state/store/stage_store.h"

namespace weir {

class OnHand;

/// A stage that runs on the task's own thread, by plain calls: everything that does not wait for I/O. Sources
/// are one too (SourceNode).
class InlineNode : public StageNode {
 public:
  InlineNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
             int task_number);
  ~InlineNode() override;

  /// From now on a key that `rule`, which outlives this, does not let come stops the pipeline.
  void keep_to(const KeyRule& rule) { key_rule_ = &rule; }

  void start() override;
  void take(const weir_record* records, std::size_t count, Inlet inlet) override;
  void take(const weir_group& group, Inlet inlet) override;
  KeyReader* key_reader() override { return key_reader_.none() ? nullptr : &key_reader_; }
  void take_keyed(const weir_record* records, const weir_slice* keys, std::size_t count,
                  Inlet inlet) override;
  void finish(bool ended) override;
  void flush() override;
  void prepare(std::uint64_t checkpoint, bool saver) override;
  void save_checkpoint(SinkCheckpoint&& checkpoint) override;
  void commit_prepared() override;
  void append_prepared(std::vector<Checkpoint::Prepared>& prepared) const override;
  void interrupt() override;
  std::int64_t next_timer() override;
  void fire_timers(std::int64_t now) override;
  void set_asked(bool asked, std::int64_t now) override {
    if (event_times_) event_times_->set_asked(asked, now);
  }
  void hold(HeldPositions& held, bool saved) const override;
  std::uint64_t held(bool saved) const override;
  void forget(const std::function<bool(const weir_record&)>& gone) override;
  void take_watermark(std::size_t wire, std::int64_t time) override {
    // After the next start it is told again.
    if (!standstill_.on()) StageNode::take_watermark(wire, time);
  }
  void take_idle(std::size_t wire, bool idle) override {
    if (!standstill_.on()) StageNode::take_idle(wire, idle);
  }
  void take_origin(const weir_origin* origin, bool here) override;
  void expire(std::int64_t now) override { kept_.states.expire(now); }
  void write_out(const std::string& folder) override;
  void save(Checkpoint::StageState& to, bool changes) override;
  void saved() override { kept_.states.thaw(); }
  void load(const std::vector<std::string_view>& layers, const FindOrigin& origins, SavedBy by) override;

 protected:
  /// The stage has emitted; SourceNode notes positions here.
  virtual void emitted(const weir_record* /*records*/, std::size_t /*count*/) {}
  /// Where reading goes on, by what the stage keeps to itself; by default nothing, and the job's checkpoint
  /// tells.
  virtual std::optional<std::int64_t> goes_on_at(const weir_origin* /*origin*/) const { return std::nullopt; }
  /// Turns a call's status into what follows from it; `records` are what the call was given.
  /// `on_hand`: of a call with records, which may be to blame when it stops the pipeline.
  void settle(weir_status status, const weir_record* records, std::size_t count,
              const OnHand* on_hand = nullptr);
  void stop_for(StopReason reason, const OnHand* on_hand);

  /// Makes the instance; false, and told, when the plugin cannot.
  bool create();
  weir_context* context();
  StopReason take_error();

  /// Tells the next stages how far event time has come by what has left so far.
  virtual void tell_time();

  weir_instance* instance_ = nullptr;
  std::optional<EventTimes> event_times_;  ///< where the stage has `event_time:`

 private:
  class Context;

  bool is_stateful() const;
  /// What f(lists) gives, of the lists in memory or in the store.
  template <class F>
  decltype(auto) with_lists(F&& f) {
    if (store_ != nullptr) return f(store_->lists());
    return f(kept_.lists);
  }
  template <class F>
  void each_list(F&& f) const;
  /// Takes up what stands in files: all, or the lists; returns where the entries of states are to be taken
  /// from then.
  StoredEntries take_stored(const StoredPart& stored, const FindOrigin& origins, SavedBy by,
                            const KeyShare& share);
  void on_watermark(std::int64_t time) override;
  void on_idle(bool idle) override;
  /// Fires what is due, in order; false where a stop has come before all of it was fired.
  bool fire(Timers& timers, weir_time_domain domain, std::int64_t now);
  bool fire_due(Timers& timers, weir_time_domain domain, std::int64_t now);
  /// At a start: fires what a stop has left, then does what has waited behind it.
  void end_standstill();
  /// Tells the next stages how far event time had come in the last run.
  void tell_restored();
  /// While timers fire what they emit is gathered; before anything else may leave, it does.
  void emit(std::uint32_t port, const weir_record* records, std::size_t count);
  void emit_at_once(std::uint32_t port, const weir_record* records, std::size_t count);
  void emit_gathered();
  /// Forgets windows of states whose time has come, in the time that the stage works in.
  void forget_windows(weir_time_domain domain, std::int64_t now);
  void forget_over();
  void process(const weir_group& group, Inlet inlet);
  void hand_in(const weir_record* records, std::size_t count, const weir_slice* keys, Inlet inlet);
  /// The same while there are suspects.
  void hand_in_carefully(const weir_record* records, std::size_t count, const weir_slice* keys, Inlet inlet);
  void process(const weir_record* records, std::size_t count, const weir_slice* keys, Inlet inlet);
  /// Gives records their time before they leave by the main port; those without one fail. What reads their
  /// keys next lets them be found in the same go.
  void emit_timed(const weir_record* records, std::size_t count);
  void emit_timed(Records records, std::int64_t now);
  void emit_timed_and_keyed(Records records, std::int64_t now, KeyReader& keys);
  void fail_without_time(const Record& record, const std::string& problem);

  std::atomic<weir_instance*> interruptible_{nullptr};  ///< instance_, for interrupt()
  std::unique_ptr<Context> context_;
  const KeyShare share_;
  std::unique_ptr<StageStore> store_;  ///< where the stage is stateful and its state stands on disk
  StageContents kept_;                 ///< then but for the lists, which stand there
  Standstill standstill_;
  KeyReader key_reader_;
  const KeyRule* key_rule_ = nullptr;
  std::vector<weir_record> timed_;
  GatheredOutput gathered_;
  bool firing_ = false;
  std::optional<std::int64_t> restored_;    ///< watermark of the last run
  std::int64_t told_ = Watermarks::kStart;  ///< of event_times_, to the stages behind
  bool told_idle_ = false;
  std::string prepared_;  ///< a transaction to be committed; empty: none
};

}  // namespace weir
