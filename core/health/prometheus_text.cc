// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "health/health_page.h"

namespace weir {
namespace {

/// One line of a metric: labels, and the value as text.
using Sample = std::function<void(const std::string& labels, const std::string& value)>;

/// As Prometheus' text format escapes the value of a label.
std::string label(const char* name, std::string_view value) {
  std::string text = std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text + "\"";
}

class Metrics {
 public:
  explicit Metrics(const std::string& pipeline) : pipeline_(label("pipeline", pipeline)) {}

  void metric(const char* name, const char* type, const char* help,
              const std::function<void(const Sample&)>& samples) {
    text_ += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
    samples([&](const std::string& labels, const std::string& value) {
      text_ +=
          std::string(name) + "{" + pipeline_ + (labels.empty() ? "" : "," + labels) + "} " + value + "\n";
    });
  }
  void value(const char* name, const char* type, const char* help, const std::string& value) {
    metric(name, type, help, [&](const Sample& sample) { sample("", value); });
  }
  std::string take() { return std::move(text_); }

 private:
  std::string pipeline_, text_;
};

/// Milliseconds as seconds, which Prometheus wants.
std::string seconds(std::int64_t milliseconds) {
  std::string fraction = std::to_string(1000 + milliseconds % 1000);
  fraction[0] = '.';
  return std::to_string(milliseconds / 1000) + fraction;
}

std::string precise_seconds(std::int64_t microseconds) {
  std::string fraction = std::to_string(1'000'000 + microseconds % 1'000'000);
  fraction[0] = '.';
  return std::to_string(microseconds / 1'000'000) + fraction;
}

}  // namespace

std::string prometheus_text(const PipelineGraph& graph, const RunState& state) {
  Metrics out(graph.spec.name);
  out.value("weir_running", "gauge", "1 while records may flow.",
            state.phase == RunState::Phase::kRunning ? "1" : "0");
  out.value("weir_restarts_total", "counter", "How often the pipeline has begun again after a failure.",
            std::to_string(state.restarts));
  out.value("weir_checkpoints_total", "counter", "Checkpoints that were saved.",
            std::to_string(state.checkpoints));
  if (state.last_checkpoint) {
    out.value("weir_last_checkpoint_timestamp_seconds", "gauge", "When the last checkpoint was saved.",
              seconds(*state.last_checkpoint));
  }
  const auto& costs = state.costs;
  out.value("weir_checkpoint_bytes_total", "counter", "Bytes of checkpoints that were written.",
            std::to_string(costs.bytes));
  out.value("weir_checkpoint_last_bytes", "gauge", "Bytes of the last checkpoint.",
            std::to_string(costs.last_bytes));
  out.value("weir_checkpoint_last_duration_seconds", "gauge",
            "From what the tasks told until the last checkpoint was durable.",
            precise_seconds(costs.last_duration));
  out.value("weir_checkpoint_last_pause_seconds", "gauge", "How long a task stood still for the last one.",
            precise_seconds(costs.last_pause));
  out.value("weir_checkpoint_longest_pause_seconds", "gauge", "How long a task stood still at most.",
            precise_seconds(costs.longest_pause));
  const auto each_stage = [&](const auto& f) {
    for (std::size_t i = 0; i < state.totals.size(); ++i) {
      const GraphStage& stage = graph.stages[i];
      f(stage, state.totals[i], label("stage", stage.spec.name));
    }
  };
  out.metric("weir_records_in_total", "counter", "Records that a stage has taken.",
             [&](const Sample& sample) {
               each_stage([&](const GraphStage& stage, const StageTotals& totals, const std::string& labels) {
                 if (stage.spec.kind != StageKind::kSource) sample(labels, std::to_string(totals.in));
               });
             });
  out.metric("weir_records_out_total", "counter", "Records that have left by a port.",
             [&](const Sample& sample) {
               each_stage([&](const GraphStage& stage, const StageTotals& totals, const std::string& labels) {
                 for (std::size_t p = 0; p < stage.ports.size(); ++p)
                   sample(labels + "," + label("port", stage.ports[p].name), std::to_string(totals.ports[p]));
                 sample(labels + "," + label("port", stage.error.name), std::to_string(totals.error));
               });
             });
  out.metric("weir_held_back_seconds_total", "counter",
             "How long nothing was read because the stage's queue was full, summed over tasks.",
             [&](const Sample& sample) {
               each_stage([&](const GraphStage&, const StageTotals& totals, const std::string& labels) {
                 sample(labels, seconds(static_cast<std::int64_t>(totals.held_back)));
               });
             });
  out.metric("weir_plugin_counter_total", "counter", "A counter of the stage's plugin.",
             [&](const Sample& sample) {
               each_stage([&](const GraphStage&, const StageTotals& totals, const std::string& labels) {
                 for (const auto& [name, n] : totals.named)
                   sample(labels + "," + label("name", name), std::to_string(n));
               });
             });
  return out.take();
}

}  // namespace weir
