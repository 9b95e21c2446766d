// SPDX-License-Identifier: Apache-2.0
#include "runtime/instance_context.h"

#include <stdexcept>
#include <string_view>
#include <utility>

namespace weir {

InstanceContext::InstanceContext(Services& services, const PipelineGraph& graph, std::size_t stage,
                                 Position position)
    : services_(services), stage_(graph.stages[stage]), index_(stage), pipeline_(graph.spec.name) {
  place_ = {sizeof(weir_place),
            static_cast<std::uint32_t>(position.task),
            static_cast<std::uint32_t>(position.tasks),
            static_cast<std::uint32_t>(position.worker),
            static_cast<std::uint32_t>(position.workers),
            slice(pipeline_),
            slice(stage_.spec.name),
            stage_.transactions,
            0};
}

void InstanceContext::log(weir_log_level level, weir_slice line) {
  services_.log.write(log_level(level), stage_name(), view(line));
}

void InstanceContext::set_error(weir_slice code, weir_slice message) {
  error_code_ = view(code);
  error_text_ = view(message);
}

const weir_origin* InstanceContext::origin(weir_slice name, std::int32_t partition) {
  return services_.origins.get(stage_name(), view(name), partition);
}

std::int64_t InstanceContext::saved_position(const weir_origin* origin) {
  return services_.saved.next(origin).value_or(INT64_MIN);
}

weir_counter* InstanceContext::counter(weir_slice name) {
  return reinterpret_cast<weir_counter*>(&services_.metrics.named(index_, view(name)));
}

void InstanceContext::host_failed(const char* what) noexcept {
  const std::lock_guard lock(mutex_);
  if (host_failure_.empty()) host_failure_ = what;
  host_has_failed_.store(true, std::memory_order_release);
}

void InstanceContext::out_of_memory() noexcept {
  out_of_memory_ = true;
  host_has_failed_.store(true, std::memory_order_release);
}

StopReason InstanceContext::no_memory() const {
  const auto* const* option = stage_.plugin->options;
  while (option != nullptr && *option != nullptr && std::string_view((*option)->name) != "max_bytes")
    ++option;
  const bool limited = option != nullptr && *option != nullptr;
  return {stage_name(), "memory",
          limited
              ? "there is no memory left for what the stage holds: lower its `max_bytes`, so that what goes "
                "beyond it leaves by `error`, or give the process more memory"
              : "there is no memory left for what the stage does: give the process more memory, or let the "
                "pipeline hold less (`queue` of stages, `max_bytes` of windows)"};
}

StopReason InstanceContext::take_error() {
  StopReason reason{stage_name(), std::exchange(error_code_, {}), std::exchange(error_text_, {})};
  if (reason.code == "memory") return no_memory();
  if (reason.code.empty()) reason.code = "failed";
  if (reason.message.empty()) reason.message = "the plugin gave no reason";
  return reason;
}

std::optional<StopReason> InstanceContext::take_host_failure() {
  if (!host_has_failed_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  host_has_failed_.store(false, std::memory_order_relaxed);
  if (out_of_memory_.exchange(false)) return no_memory();
  return StopReason{stage_name(), "host", std::exchange(host_failure_, {})};
}

const std::string& InstanceContext::port_name(std::uint32_t port) const {
  if (port == WEIR_ERROR_PORT) return stage_.error.name;
  if (port >= stage_.ports.size()) {
    throw std::out_of_range("the plugin emits by port number " + std::to_string(port) +
                            ", but declares only " + std::to_string(stage_.ports.size()) + " ports");
  }
  return stage_.ports[port].name;
}

}  // namespace weir
