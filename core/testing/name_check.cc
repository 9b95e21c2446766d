// SPDX-License-Identifier: Apache-2.0
#include "testing/name_check.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
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
    reached_.merge(reach_of(graph_, index_of(*stage)));
    if (stage->spec.kind == StageKind::kSource) {
      const auto* to = port(*stage, step.into);
      if (to == nullptr) return;
      if (to == &stage->error)
        return add(step.into, "records cannot be put into the port 'error' of a source");
      if (to->item != item(step.items)) add(step.into, gives(step.into, *to));
      return;
    }
    const auto accepts = accepted(*stage, step.into);
    if (!accepts || (*accepts & item(step.items)) != 0) return;
    add(step.into, "stage '" + step.into.stage + "' takes " +
                       (item(step.items) == WEIR_GROUPS ? "records, expected 'values' or 'records'"
                                                        : "groups, expected 'groups'") +
                       (step.into.port == "out" ? "" : " at its input '" + step.into.port + "'"));
  }

  void operator()(const EventTimeStep& step) {
    const auto* stage = find(
        step.into, [](const GraphStage&) { return true; }, "stage");
    if (stage == nullptr) return;
    if (is_source(*stage) && !stage->spec.event_time) {
      add(step.into, "source '" + step.into.stage + "' has no 'event_time', so it tells no event time");
    } else if (!is_source(*stage)) {
      accepted(*stage, step.into);
      if (!stage->has_event_time) {
        add(step.into, "stage '" + step.into.stage +
                           "' knows no event time: neither it nor a stage before it has 'event_time'");
      } else if (stage->spec.event_time && !is_told_the_time(*stage)) {
        add(step.into,
            "stage '" + step.into.stage +
                "' gives records their time by its own 'event_time', and nothing before it tells one: "
                "put records with such a time into it, or tell a stage behind it the watermark");
      } else if (const auto* giver = waited_for(*stage)) {
        add(step.into, "event time does not move at '" + step.into.stage +
                           "': it comes from the records of '" + giver->spec.name +
                           "', which has 'event_time', and no step before has put any there");
      }
    }
  }
  void operator()(const ClockStep&) {}
  void operator()(const RestartStep&) {}
  void operator()(const NothingElseStep&) {}
  void operator()(const StopsStep& step) {
    if (step.stage) {
      find(
          *step.stage, [](const GraphStage&) { return true; }, "stage");
    }
  }

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

  std::size_t index_of(const GraphStage& stage) const {
    return static_cast<std::size_t>(&stage - graph_.stages.data());
  }

  bool is_told_the_time(const GraphStage& stage) const {
    return std::any_of(graph_.stages.begin(), graph_.stages.end(), [&](const GraphStage& from) {
      const auto to = consumers_of(from);
      return from.has_event_time && std::any_of(to.begin(), to.end(), [&](const auto& reader) {
               return reader.stage == index_of(stage);
             });
    });
  }
  /// A stage before it that gives records their time, where no step has put any yet: it holds event time
  /// back.
  const GraphStage* waited_for(const GraphStage& stage) const {
    const auto found = std::find_if(graph_.stages.begin(), graph_.stages.end(), [&](const GraphStage& giver) {
      return !is_source(giver) && giver.spec.event_time && &giver != &stage &&
             !reached_.contains(index_of(giver)) &&
             reach_of(graph_, index_of(giver)).contains(index_of(stage));
    });
    return found == graph_.stages.end() ? nullptr : &*found;
  }

  static bool is_source(const GraphStage& stage) { return stage.spec.kind == StageKind::kSource; }
  static weir_item item(const WrittenItems& items) { return items.grouped ? WEIR_GROUPS : WEIR_RECORDS; }

  /// What the input takes that `into` means; nothing, and told, when there is no such input.
  std::optional<std::uint32_t> accepted(const GraphStage& stage, const PortRef& into) {
    std::vector<std::string> known;
    for (const auto* const* input = stage.plugin->inputs; input != nullptr && *input != nullptr; ++input) {
      if (into.port == (*input)->name) return (*input)->accepts;
      known.emplace_back((*input)->name);
    }
    if (known.empty() && into.port == "out") return stage.plugin->accepts;
    add(into, known.empty()
                  ? "records go into a stage, not into a port of it; expected 'into: " + into.stage + "'"
                  : "expected 'into: " + into.stage + ".INPUT'" + suggestion(into.port, known));
    return std::nullopt;
  }

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
  std::set<std::size_t> reached_;  ///< stages that records of the steps so far may have come to
};

}  // namespace

void check_names(const TestCase& test, const PipelineGraph& graph, Diagnostics& diagnostics) {
  Checker checker(graph, diagnostics);
  for (const auto& step : test.steps) std::visit(checker, step.what);
}

std::vector<GraphPort::Consumer> consumers_of(const GraphStage& stage) {
  std::vector<GraphPort::Consumer> all = stage.error.consumers;
  for (const auto& port : stage.ports) all.insert(all.end(), port.consumers.begin(), port.consumers.end());
  return all;
}

std::set<std::size_t> reach_of(const PipelineGraph& graph, std::size_t stage) {
  std::set<std::size_t> reached{stage};
  for (std::vector<std::size_t> left{stage}; !left.empty();) {
    const std::size_t at = left.back();
    left.pop_back();
    for (const auto& to : consumers_of(graph.stages[at])) {
      if (reached.insert(to.stage).second) left.push_back(to.stage);
    }
  }
  return reached;
}

Wanted wanted_of(const TestCase& test, const PipelineGraph& graph) {
  Wanted wanted;
  for (const auto& step : test.steps) {
    if (const auto* answer = std::get_if<AnswerStep>(&step.what)) {
      const bool only_fails = std::all_of(answer->calls.begin(), answer->calls.end(),
                                          [](const ScriptedCall& call) { return call.failure.has_value(); });
      (only_fails ? wanted.failing : wanted.answered).insert(answer->stage.stage);
    }
    const auto* feed = std::get_if<FeedStep>(&step.what);
    const auto* time = std::get_if<EventTimeStep>(&step.what);
    if (feed == nullptr && time == nullptr) continue;
    const std::string name = feed_name(feed != nullptr ? feed->into : time->into, graph);
    wanted.fed.insert(name);
    if (time != nullptr) wanted.timed.insert(name);
  }
  return wanted;
}

std::string feed_name(const PortRef& into, const PipelineGraph& graph) {
  const bool source = find_stage(graph, into.stage)->spec.kind == StageKind::kSource;
  return source || into.port == "out" ? into.stage : into.stage + "." + into.port;
}

bool is_broadcast(const PortRef& into, const PipelineGraph& graph) {
  const GraphStage& stage = *find_stage(graph, into.stage);
  if (stage.plugin == nullptr || stage.plugin->inputs == nullptr) return false;
  const auto leads_there = [&](const GraphPort::Consumer& to) {
    return to.broadcast && &graph.stages[to.stage] == &stage &&
           into.port == stage.plugin->inputs[to.input]->name;
  };
  return std::any_of(graph.stages.begin(), graph.stages.end(), [&](const GraphStage& from) {
    return std::any_of(from.ports.begin(), from.ports.end(), [&](const GraphPort& port) {
      return std::any_of(port.consumers.begin(), port.consumers.end(), leads_there);
    });
  });
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
