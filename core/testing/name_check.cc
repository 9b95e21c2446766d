// SPDX-License-Identifier: Apache-2.0
#include "testing/name_check.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir {
namespace {

class Checker {
 public:
  Checker(const PipelineGraph& graph, Diagnostics& diagnostics) : graph_(graph), diagnostics_(diagnostics) {}

  void operator()(const FeedStep& step) {
    const auto* stage = find(
        step.into, [](const GraphStage&) { return true; }, "stage");
    if (stage == nullptr) return;
    if (stage->spec.kind == StageKind::kSource) {
      const auto* to = port(*stage, step.into);
      if (to == nullptr) return;
      if (to == &stage->error)
        return add(step.into, "records cannot be put into the port 'error' of a source");
      if (to->item != item(step.items)) add(step.into, gives(step.into, *to));
      return;
    }
    if (step.into.port != "out")
      add(step.into,
          "records go into a stage, not into a port of it; expected 'into: " + step.into.stage + "'");
    if ((stage->plugin->accepts & item(step.items)) == 0) {
      add(step.into, "stage '" + step.into.stage + "' takes " +
                         (item(step.items) == WEIR_GROUPS ? "records, expected 'values' or 'records'"
                                                          : "groups, expected 'groups'"));
    }
  }

  void operator()(const EventTimeStep& step) { find(step.into, is_source, "source"); }
  void operator()(const ClockStep&) {}
  void operator()(const RestartStep&) {}
  void operator()(const NothingElseStep&) {}
  void operator()(const StopsStep&) {}

  void operator()(const AnswerStep& step) {
    const auto* stage = find(
        step.stage, [](const GraphStage& s) { return !is_source(s); }, "stage");
    if (stage == nullptr) return;
    for (const auto& call : step.calls) {
      for (const auto& output : call.outputs) {
        const auto* to = port(*stage, {step.stage.stage, output.port.port, output.port.mark});
        if (to != nullptr && to->item != WEIR_RECORDS)
          add(output.port, gives(output.port, *to) + "; only records can be answered");
      }
    }
  }

  void operator()(const EndStep& step) {
    for (const auto& source : step.sources) find(source, is_source, "source");
  }

  void operator()(const ExpectStep& step) {
    const auto* stage = find(
        step.at, [](const GraphStage&) { return true; }, "stage");
    if (stage == nullptr || (stage->spec.kind == StageKind::kSink && step.at.port == "out")) return;
    const auto* from = port(*stage, step.at);
    if (from == nullptr) return;
    if (from == &stage->error && !from->discarded && from->consumers.empty()) {
      add(step.at, "the port '" + step.at.stage +
                       ".error' is not wired, so such a record stops the pipeline; expect "
                       "that by a step 'stops'");
    } else if (from->item != item(step.items)) {
      add(step.at, gives(step.at, *from));
    }
  }

  void operator()(const CountersStep& step) {
    for (const auto& counter : step.counters) {
      find(
          counter.name, [](const GraphStage&) { return true; }, "stage");
    }
  }

 private:
  using Filter = std::function<bool(const GraphStage&)>;

  static bool is_source(const GraphStage& stage) { return stage.spec.kind == StageKind::kSource; }
  static weir_item item(const WrittenItems& items) { return items.grouped ? WEIR_GROUPS : WEIR_RECORDS; }

  static std::string gives(const PortRef& ref, const GraphPort& port) {
    return "port '" + ref.stage + "." + port.name + "' gives " +
           (port.item == WEIR_GROUPS ? "groups, expected 'groups'"
                                     : "records, expected 'values' or 'records'");
  }

  void add(const PortRef& ref, const std::string& message) { diagnostics_.add(ref.mark, message); }

  /// Null, and told, when there is no such stage; a name that could not be read has been told.
  const GraphStage* find(const PortRef& ref, const Filter& filter, const std::string& what) {
    if (ref.stage.empty()) return nullptr;
    std::vector<std::string> known;
    for (const auto& stage : graph_.stages) {
      if (!filter(stage)) continue;
      if (stage.spec.name == ref.stage) return &stage;
      known.push_back(stage.spec.name);
    }
    add(ref, "there is no " + what + " '" + ref.stage + "'" + suggestion(ref.stage, known));
    return nullptr;
  }

  const GraphPort* port(const GraphStage& stage, const PortRef& ref) {
    if (ref.port == "error") return &stage.error;
    std::vector<std::string> known;
    for (const auto& port : stage.ports) {
      if (port.name == ref.port) return &port;
      known.push_back(port.name);
    }
    known.emplace_back("error");
    add(ref, "stage '" + stage.spec.name + "' has no port '" + ref.port + "'" + suggestion(ref.port, known));
    return nullptr;
  }

  const PipelineGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_names(const TestCase& test, const PipelineGraph& graph, Diagnostics& diagnostics) {
  Checker checker(graph, diagnostics);
  for (const auto& step : test.steps) std::visit(checker, step.what);
}

Wanted wanted_of(const TestCase& test, const PipelineGraph& graph) {
  Wanted wanted;
  for (const auto& step : test.steps) {
    if (const auto* answer = std::get_if<AnswerStep>(&step.what)) wanted.answered.insert(answer->stage.stage);
    if (const auto* feed = std::get_if<FeedStep>(&step.what)) {
      const auto* stage = find_stage(graph, feed->into.stage);
      if (stage != nullptr && stage->spec.kind != StageKind::kSource) wanted.fed.insert(feed->into.stage);
    }
  }
  return wanted;
}

const GraphStage* find_stage(const PipelineGraph& graph, const std::string& name) {
  const auto found = std::find_if(graph.stages.begin(), graph.stages.end(),
                                  [&](const GraphStage& stage) { return stage.spec.name == name; });
  return found == graph.stages.end() ? nullptr : &*found;
}

std::uint32_t port_number(const GraphStage& stage, const std::string& port) {
  if (port == "error") return WEIR_ERROR_PORT;
  for (std::size_t p = 0; p < stage.ports.size(); ++p) {
    if (stage.ports[p].name == port) return static_cast<std::uint32_t>(p);
  }
  throw std::out_of_range("stage '" + stage.spec.name + "' has no port '" + port + "'");
}

}  // namespace weir
