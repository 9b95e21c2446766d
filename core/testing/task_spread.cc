// SPDX-License-Identifier: Apache-2.0
#include "testing/task_spread.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <variant>

#include "testing/name_check.h"

namespace weir {
namespace {

std::size_t index_of(const PipelineGraph& graph, const std::string& stage) {
  return static_cast<std::size_t>(find_stage(graph, stage) - graph.stages.data());
}

/// The stages that steps answer for: their calls must come in one order.
std::set<std::size_t> answered_in(const TestCase& test, const PipelineGraph& graph) {
  std::set<std::size_t> answered;
  for (const auto& step : test.steps) {
    if (const auto* answer = std::get_if<AnswerStep>(&step.what))
      answered.insert(index_of(graph, answer->stage.stage));
  }
  return answered;
}

bool is_in_first_partition(const FeedStep& step) {
  const auto of_first = [&](const WrittenRecord& record) {
    return record.partition.value_or(step.partition) <= 0;
  };
  return std::all_of(step.items.records.begin(), step.items.records.end(), of_first);
}

}  // namespace

TaskSpread::TaskSpread(const PipelineGraph& graph, const TestCase& test)
    : in_order_(graph.stages.size()), behind_broadcast_(graph.stages.size()) {
  find_reach(graph);
  find_feeds(graph, test);
  const std::set<std::size_t> answered = answered_in(test, graph);
  std::set<std::size_t> careful = answered;
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const StageSpec& spec = graph.stages[i].spec;
    if (!spec.event_time || spec.kind == StageKind::kSource) continue;
    careful.insert(i);
    for (std::size_t before = 0; before <= i; ++before) {
      if (reach_[before].contains(i) && graph.has_exchange_before(before)) may_rescale_ = false;
    }
  }
  for (const Feed& feed : feeds_) {
    const auto& reach = reach_[feed.stage];
    const bool leads_there =
        std::any_of(careful.begin(), careful.end(), [&](std::size_t stage) { return reach.contains(stage); });
    if (leads_there) first_.insert(feed.name);
    const bool all_see =
        std::any_of(reach.begin(), reach.end(), [&](std::size_t stage) { return tells_all_[stage]; });
    if (feed.broadcast || all_see) broadcast_sources_.insert(feed.source);
  }
  find_order(graph);
  for (const std::size_t stage : answered) {
    if (!in_order_[stage] && only_one_.empty())
      only_one_ =
          "the calls of '" + graph.stages[stage].spec.name + "' are answered, and come from several tasks";
  }
}

void TaskSpread::find_reach(const PipelineGraph& graph) {
  const std::size_t count = graph.stages.size();
  reach_.resize(count);
  producers_.resize(count);
  has_broadcast_.resize(count);
  tells_all_.resize(count);
  for (std::size_t i = count; i-- > 0;) {
    reach_[i] = reach_of(graph, i);
    for (const auto& to : consumers_of(graph.stages[i])) {
      producers_[to.stage].insert(i);
      if (to.broadcast) tells_all_[i] = has_broadcast_[to.stage] = true;
    }
  }
}

void TaskSpread::find_feeds(const PipelineGraph& graph, const TestCase& test) {
  std::map<std::string, Feed> feeds;
  const auto feed_of = [&](const PortRef& into) -> Feed& {
    const std::string name = feed_name(into, graph);
    const std::size_t stage = index_of(graph, into.stage);
    const bool is_source = graph.stages[stage].spec.kind == StageKind::kSource;
    const Feed fresh{name, is_source ? name : "into " + name, stage, true, is_broadcast(into, graph)};
    return feeds.try_emplace(name, fresh).first->second;
  };
  for (const auto& stage : graph.stages) {
    if (stage.spec.kind == StageKind::kSource) feed_of({stage.spec.name, "out", {}});
  }
  for (const auto& step : test.steps) {
    if (const auto* fed = std::get_if<FeedStep>(&step.what)) {
      Feed& feed = feed_of(fed->into);
      feed.one_partition = feed.one_partition && is_in_first_partition(*fed);
    } else if (const auto* time = std::get_if<EventTimeStep>(&step.what)) {
      Feed& feed = feed_of(time->into);
      feed.one_partition = feed.one_partition && time->partition.value_or(0) == 0;
    }
  }
  for (auto& [name, feed] : feeds) feeds_.push_back(feed);
}

/// Stages stand behind those that they read from.
void TaskSpread::find_order(const PipelineGraph& graph) {
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const GraphStage& stage = graph.stages[i];
    const auto& from = producers_[i];
    behind_broadcast_[i] = has_broadcast_[i] || std::any_of(from.begin(), from.end(), [&](std::size_t p) {
                             return behind_broadcast_[p];
                           });
    in_order_[i] = stage.split != Split::kByKey && !has_broadcast_[i] &&
                   std::all_of(from.begin(), from.end(), [&](std::size_t p) { return in_order_[p]; }) &&
                   std::all_of(feeds_.begin(), feeds_.end(), [&](const Feed& feed) {
                     return feed.stage != i || feed.one_partition || first_.contains(feed.name);
                   });
  }
}

}  // namespace weir
