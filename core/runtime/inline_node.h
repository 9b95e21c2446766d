// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/stage_node.h"
#include "state/timers.h"
#include "state/window_lists.h"

namespace weir {

/// A stage that runs on the task's own thread, by plain calls: everything that does not wait for I/O. Sources
/// are one too (SourceNode).
class InlineNode : public StageNode {
 public:
  InlineNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
             int task_number);
  ~InlineNode() override;

  void start() override;
  void take(const weir_record* records, std::size_t count) override;
  void take(const weir_group& group) override;
  void finish() override;
  void flush() override;
  void interrupt() override;
  std::int64_t next_timer() const override { return timers_.next(); }
  void fire_timers(std::int64_t now) override;
  void hold(HeldPositions& held) const override;
  void forget(const std::function<bool(const weir_record&)>& gone) override;

 protected:
  /// The stage has emitted; SourceNode notes positions here.
  virtual void emitted(const weir_record* /*records*/, std::size_t /*count*/) {}
  /// Turns a call's status into what follows from it; `records` are what the call was given.
  void settle(weir_status status, const weir_record* records, std::size_t count);

  /// Makes the instance; false, and told, when the plugin cannot.
  bool create();
  weir_context* context();
  StopReason take_error();

  weir_instance* instance_ = nullptr;

 private:
  class Context;

  void take_keyed(const weir_record* records, std::size_t count);
  void hand_in(const weir_record* records, std::size_t count, const weir_slice* keys);

  std::atomic<weir_instance*> interruptible_{nullptr};  ///< instance_, for interrupt()
  std::unique_ptr<Context> context_;
  Timers timers_;
  WindowLists lists_;
  std::optional<FieldPath> key_path_;
  JsonReader key_reader_;
};

}  // namespace weir
