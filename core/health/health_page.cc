// SPDX-License-Identifier: Apache-2.0
#include "health/health_page.h"

#include <nlohmann/json.hpp>

#include "base/units.h"

namespace weir {
namespace {

using nlohmann::ordered_json;
using Phase = RunState::Phase;

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::kStarting:
      return "starting";
    case Phase::kRunning:
      return "running";
    case Phase::kRestarting:
      return "restarting";
    case Phase::kStopping:
      return "stopping";
  }
  return "";
}

ordered_json time_or_null(const std::optional<std::int64_t>& time) {
  return time ? ordered_json(format_time(*time)) : ordered_json();
}

ordered_json stage_status(const GraphStage& stage, const StageTotals& totals) {
  ordered_json out{
      {"name", stage.spec.name}, {"kind", to_string(stage.spec.kind)}, {"plugin", stage.spec.plugin}};
  if (stage.spec.kind != StageKind::kSource) out["in"] = totals.in;
  auto& ports = out["ports"] = ordered_json::object();
  for (std::size_t p = 0; p < stage.ports.size(); ++p) ports[stage.ports[p].name] = totals.ports[p];
  ports[stage.error.name] = totals.error;
  if (totals.given_up > 0) out["given_up"] = totals.given_up;
  out["held_back_ms"] = totals.held_back;
  if (!totals.named.empty()) out["counters"] = totals.named;
  return out;
}

HttpReply ready(const RunState& state) {
  if (state.phase == Phase::kRunning) return {200, "text/plain", "running\n"};
  std::string text = name_of(state.phase);
  if (state.phase == Phase::kRestarting && state.next_start) {
    text += ", next start at " + format_time(*state.next_start);
  }
  if (state.last_failure) text += "; last failure: " + state.last_failure->message;
  return {503, "text/plain", text + "\n"};
}

}  // namespace

std::string status_text(const PipelineGraph& graph, const RunState& state) {
  ordered_json out{{"pipeline", graph.spec.name},
                   {"phase", name_of(state.phase)},
                   {"since", format_time(state.since)},
                   {"restarts", state.restarts},
                   {"next_start", time_or_null(state.next_start)}};
  out["last_failure"] = nullptr;
  if (const auto& failure = state.last_failure) {
    out["last_failure"] = {{"stage", failure->stage},
                           {"code", failure->code},
                           {"message", failure->message},
                           {"at", format_time(failure->at)}};
  }
  const auto& costs = state.costs;
  out["checkpoints"] = {{"saved", state.checkpoints},
                        {"last", time_or_null(state.last_checkpoint)},
                        {"bytes", costs.bytes},
                        {"last_bytes", costs.last_bytes},
                        {"last_duration_us", costs.last_duration},
                        {"last_pause_us", costs.last_pause},
                        {"longest_pause_us", costs.longest_pause}};
  auto& stages = out["stages"] = ordered_json::array();
  for (std::size_t i = 0; i < state.totals.size(); ++i)
    stages.push_back(stage_status(graph.stages[i], state.totals[i]));
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

HttpReply health_page(std::string_view path, const PipelineGraph& graph, const RunState& state) {
  if (path == "/live") return {200, "text/plain", "alive\n"};
  if (path == "/ready") return ready(state);
  if (path == "/status") return {200, "application/json", status_text(graph, state)};
  if (path == "/metrics") return {200, "text/plain; version=0.0.4", prometheus_text(graph, state)};
  return {404, "text/plain", "nothing is here; there are /live, /ready, /status and /metrics\n"};
}

}  // namespace weir
