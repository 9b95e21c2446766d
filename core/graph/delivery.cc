// SPDX-License-Identifier: Apache-2.0
#include "graph/delivery.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graph/quoted.h"

namespace weir {
namespace {

constexpr std::uint32_t kInTransactions = WEIR_IN_TRANSACTIONS;
constexpr std::uint32_t kBoth = WEIR_IN_TRANSACTIONS | WEIR_KEEPS_CHECKPOINTS;

class Delivery {
 public:
  Delivery(PipelineGraph& graph, Diagnostics& diagnostics) : graph_(graph), diagnostics_(diagnostics) {}

  void settle() {
    if (graph_.spec.by_partition) return settle_by_partition();
    if (!graph_.spec.checkpoint_sink.empty()) use_named_keeper();
    if (!graph_.spec.exactly_once) return;
    for (const auto& stage : graph_.stages) check_rewinds(stage);
    for (const auto& stage : graph_.stages) check_transactional(stage);
    if (!diagnostics_.empty()) return;
    if (graph_.spec.checkpoint_store.empty() && !graph_.keeper) choose_keeper();
    for (std::size_t i = 0; i < graph_.stages.size(); ++i) {
      if (graph_.stages[i].spec.kind == StageKind::kSink) join(i);
    }
  }

 private:
  static bool has(const GraphStage& stage, std::uint32_t capability) {
    return stage.plugin != nullptr && (stage.plugin->capabilities & capability) != 0;
  }
  static bool may_keep(const GraphStage& stage) {
    return stage.spec.kind == StageKind::kSink && stage.plugin != nullptr &&
           stage.plugin->save_checkpoint != nullptr;
  }
  /// Of the stage, in the tasks that make a checkpoint together.
  std::uint32_t instances(const GraphStage& stage) const {
    const int tasks = graph_.has_exchange() ? graph_.spec.tasks : 1;
    return static_cast<std::uint32_t>(tasks * stage.spec.concurrency);
  }
  std::string refusal(const GraphStage& stage, std::uint32_t how) const {
    return stage.open->refuses(how, instances(stage));
  }
  void refuse(const GraphStage& stage, const std::string& why) {
    diagnostics_.add(stage.spec.mark,
                     "stage " + in_quotes(stage.spec.name) + " cannot keep `delivery: exactly_once`: " + why);
  }

  void use_named_keeper(std::uint32_t how = 0) {
    const std::string& name = graph_.spec.checkpoint_sink;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < graph_.stages.size(); ++i) {
      const auto& stage = graph_.stages[i];
      if (may_keep(stage)) known.push_back(stage.spec.name);
      if (may_keep(stage) && stage.spec.name == name) graph_.keeper = i;
    }
    if (!graph_.keeper) {
      diagnostics_.add(
          graph_.spec.checkpoint_sink_mark,
          "there is no sink " + in_quotes(name) + " that can keep checkpoints" + suggestion(name, known));
      return;
    }
    auto& keeper = graph_.stages[*graph_.keeper];
    keeper.transactions = WEIR_KEEPS_CHECKPOINTS;
    if (graph_.spec.exactly_once || how != 0) return;  // asked with more
    if (const auto why = refusal(keeper, WEIR_KEEPS_CHECKPOINTS); !why.empty())
      diagnostics_.add(graph_.spec.checkpoint_sink_mark,
                       "stage " + in_quotes(name) + " cannot keep the checkpoints: " + why);
  }

  /// Several processes of one consumer group: each has what belongs to the keys of its partitions, and
  /// nothing else.
  void settle_by_partition() {
    const auto& spec = graph_.spec;
    if (!spec.checkpoint_sink.empty()) {
      use_keeper_by_partition();
    } else if (spec.exactly_once) {
      diagnostics_.add(
          spec.delivery_mark,
          "`delivery: exactly_once` with checkpoint `by: partition` needs the sink to keep the "
          "checkpoints, so that one transaction decides; expected checkpoint: {store: {sink: NAME}, "
          "by: partition} with a sink such as sql");
    } else if (spec.checkpoint_store.empty()) {
      diagnostics_.add(spec.by_mark,
                       "`by: partition` needs a place that all processes reach; expected checkpoint: {store: "
                       "FOLDER, by: partition}, or store: {sink: NAME}");
    }
    std::size_t sources = 0;
    for (auto& stage : graph_.stages) {
      if (stage.plugin == nullptr) continue;
      if (stage.spec.kind == StageKind::kSource) {
        check_shares(stage, ++sources);
        stage.transactions = WEIR_BY_PARTITION;
      }
      check_divided(stage);
      if (spec.exactly_once) check_rewinds(stage);
      if (spec.exactly_once) check_decides(stage);
    }
  }

  void use_keeper_by_partition() {
    use_named_keeper(WEIR_BY_PARTITION);
    if (!graph_.keeper) return;
    auto& keeper = graph_.stages[*graph_.keeper];
    keeper.transactions |= WEIR_BY_PARTITION;
    if (graph_.spec.exactly_once) keeper.transactions |= kInTransactions;
    if (keeper.plugin->stage_claim == nullptr) {
      refuse_by_partition(keeper, "the sink plugin " + in_quotes(keeper.spec.plugin) +
                                      " keeps checkpoints of one process only");
    } else if (const auto why = refusal(keeper, keeper.transactions); !why.empty()) {
      refuse_by_partition(keeper, why);
    }
  }

  /// What another sink had prepared when its process died would have to be found by whichever processes get
  /// that one's partitions, each of which knows a part of the decision.
  void check_decides(const GraphStage& stage) {
    if (stage.spec.kind != StageKind::kSink || graph_.spec.checkpoint_sink.empty()) return;
    if (stage.spec.name == graph_.spec.checkpoint_sink) return;
    refuse(stage,
           "with checkpoint `by: partition` only the sink that keeps the checkpoints, " +
               in_quotes(graph_.spec.checkpoint_sink) +
               ", can be decided with them; expected it to be the only sink, with other ports led to it "
               "or named under `discard:`");
  }

  void refuse_by_partition(const GraphStage& stage, const std::string& why) {
    diagnostics_.add(stage.spec.mark, "stage " + in_quotes(stage.spec.name) +
                                          " cannot keep its checkpoint `by: partition`: " + why);
  }

  void check_shares(const GraphStage& stage, std::size_t number) {
    if (number > 1) {
      return refuse_by_partition(
          stage,
          "it is a second source, and nothing makes partitions of the same number go to "
          "the same process; expected one source");
    }
    if (!has(stage, WEIR_SHARES_PARTITIONS)) {
      return refuse_by_partition(stage, "the source plugin " + in_quotes(stage.spec.plugin) +
                                            " does not share partitions with other processes");
    }
    if (const auto why = refusal(stage, WEIR_BY_PARTITION); !why.empty()) refuse_by_partition(stage, why);
  }

  void check_divided(const GraphStage& stage) {
    for (const auto& port : stage.ports) check_consumers(stage, port);
    check_consumers(stage, stage.error);
    if (has(stage, WEIR_STATEFUL) && stage.split != Split::kByKey) {
      refuse_by_partition(
          stage,
          "it keeps state without a `key:`, which cannot be divided among processes; expected "
          "`key:` with the key of the topic's records");
    }
    if (stage.spec.kind != StageKind::kSource && stage.spec.event_time &&
        stage.spec.event_time->idle_after.count() > 0) {
      refuse_by_partition(
          stage,
          "each partition has an event time of its own, and here none sees how far the others are: "
          "`idle_after` has no effect; expected it at the source's `event_time:`");
    }
  }

  void check_consumers(const GraphStage& from, const GraphPort& port) {
    for (const auto& to : port.consumers) {
      const GraphStage& stage = graph_.stages[to.stage];
      if (stage.plugin == nullptr) continue;
      if (to.broadcast) {
        refuse_by_partition(stage, "each process would see a part only of what stage " +
                                       in_quotes(from.spec.name) + " broadcasts to it");
      } else if (from.spec.kind == StageKind::kSink && stage.spec.kind != StageKind::kSink) {
        refuse_by_partition(stage, "it reads what the sink " + in_quotes(from.spec.name) +
                                       " could not take, of all partitions together; expected a sink there");
      }
    }
  }

  void check_rewinds(const GraphStage& stage) {
    if (stage.spec.kind != StageKind::kSource || stage.plugin == nullptr) return;
    if (!has(stage, WEIR_REWINDS)) {
      return refuse(stage, "the source plugin " + in_quotes(stage.spec.plugin) +
                               " cannot go back to where a checkpoint was made");
    }
    if (const auto why = refusal(stage, kInTransactions); !why.empty()) refuse(stage, why);
  }

  void check_transactional(const GraphStage& stage) {
    if (stage.spec.kind != StageKind::kSink || stage.plugin == nullptr || has(stage, WEIR_TRANSACTIONAL))
      return;
    refuse(stage,
           "the sink plugin " + in_quotes(stage.spec.plugin) + " cannot take back what it has written");
  }

  /// The sink that can commit the checkpoint with what it wrote; first of all one that can do nothing else.
  void choose_keeper() {
    for (std::size_t i = 0; i < graph_.stages.size(); ++i) {
      const auto& stage = graph_.stages[i];
      if (!may_keep(stage) || !refusal(stage, kBoth).empty()) continue;
      const bool only_that = !refusal(stage, kInTransactions).empty();
      if (!graph_.keeper || only_that) graph_.keeper = i;
      if (only_that) return;
    }
    if (graph_.keeper) return;
    diagnostics_.add(graph_.spec.delivery_mark,
                     "exactly_once needs a place for checkpoints that is decided with the sinks; expected "
                     "checkpoint: {store: FOLDER}, or a sink that can keep them, such as sql or kafka");
  }

  void join(std::size_t index) {
    auto& stage = graph_.stages[index];
    stage.transactions = graph_.keeper == index ? kBoth : kInTransactions;
    auto why = refusal(stage, stage.transactions);
    if (!why.empty() && graph_.keeper && graph_.keeper != index && may_keep(stage)) {
      why += "; and the checkpoints are decided by " + in_quotes(graph_.stages[*graph_.keeper].spec.name);
    }
    if (!why.empty()) refuse(stage, why);
  }

  PipelineGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void settle_delivery(PipelineGraph& graph, Diagnostics& diagnostics) {
  Delivery(graph, diagnostics).settle();
}

}  // namespace weir
