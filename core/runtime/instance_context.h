// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/record.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "graph/pipeline_graph.h"
#include "plugin/host.h"
#include "runtime/services.h"

namespace weir {

/// The part of a context that does not depend on which thread the instance runs on.
class InstanceContext : public weir_context {
 public:
  struct Position {
    int task = 0, tasks = 1, worker = 0, workers = 1;
  };

  InstanceContext(Services& services, const PipelineGraph& graph, std::size_t stage, Position position);

  void log(weir_log_level level, weir_slice line) override;
  void set_error(weir_slice code, weir_slice message) override;
  const weir_place* place() override { return &place_; }
  std::int64_t now() override { return services_.clock.now(); }
  const weir_origin* origin(weir_slice name, std::int32_t partition) override;
  std::int64_t saved_position(const weir_origin* origin) override;
  weir_counter* counter(weir_slice name) override;
  void host_failed(const char* what) noexcept override;
  void out_of_memory() noexcept override;

  const std::string& stage_name() const { return stage_.spec.name; }
  const GraphStage& stage() const { return stage_; }
  /// The error that set_error left for the call that has just returned; forgotten by asking.
  StopReason take_error();
  /// Whether anything has failed inside a host function since then: what the plugin does on it, not knowing,
  /// may not be seen.
  bool host_has_failed() const { return host_has_failed_.load(std::memory_order_relaxed); }
  /// What failed inside a host function since it was last asked; the pipeline must stop.
  std::optional<StopReason> take_host_failure();
  /// The name of a port by its number. Throws std::out_of_range for a port that is not declared.
  const std::string& port_name(std::uint32_t port) const;

 protected:
  Services& services_;

 private:
  /// What to do where the stage has got no memory.
  StopReason no_memory() const;

  const GraphStage& stage_;
  const std::size_t index_;
  const std::string& pipeline_;
  weir_place place_{};
  std::string error_code_, error_text_;
  std::atomic<bool> host_has_failed_{false};  // host_failure_ is not empty: asked after every call
  std::mutex mutex_;  // guards host_failure_: wake() and origin() come from any thread
  std::string host_failure_;
  std::atomic<bool> out_of_memory_{false};
};

}  // namespace weir
