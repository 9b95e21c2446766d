// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "graph/pipeline_graph.h"
#include "testing/test_case.h"

namespace weir {

/// How the steps of a test are spread over several tasks so that their results are the same: what every stage
/// may do there follows from the graph.
///
///  - A source is read by the tasks that its partitions belong to; but all of it by the first task where it
///    leads to a stage whose calls are answered, since answers are meant for calls in one order, or to a
///    stage in the middle that gives records their time, since each task waits there for records of its own.
///  - What leaves comes in any order where it was in more than one task, and in that of the steps elsewhere.
///  - A record that all tasks see, by a broadcast input, may leave once from each of them.
class TaskSpread {
 public:
  /// The names in the test have been checked against the graph.
  TaskSpread(const PipelineGraph& graph, const TestCase& test);

  /// Why the steps can run in one task alone; empty when they can in several.
  const std::string& only_one() const { return only_one_; }
  /// Whether a restart may be with another number of tasks. Not where a stage behind an exchange gives
  /// records their time: it knows a partition by its records alone, so in another task it waits for none that
  /// is silent.
  bool may_rescale() const { return may_rescale_; }

  /// Whether the first task gives all of what goes into this source or stage (Bench::feeds).
  bool in_first_task(const std::string& feed) const { return first_.contains(feed); }
  /// Whether what leaves the stage, or what it takes as a sink, comes in the order of the steps.
  bool in_order(std::size_t stage) const { return in_order_[stage]; }
  /// Whether the stage is one that all tasks tell something, or stands behind one.
  bool behind_broadcast(std::size_t stage) const { return behind_broadcast_[stage]; }
  /// The sources whose records all tasks see, as records name them.
  const std::set<std::string>& broadcast_sources() const { return broadcast_sources_; }

 private:
  /// Something that steps put records into.
  struct Feed {
    std::string name, source;  ///< in Bench::feeds; in the records' origins
    std::size_t stage = 0;     ///< the source, or the stage into which it goes
    bool one_partition = true, broadcast = false;
  };

  void find_feeds(const PipelineGraph& graph, const TestCase& test);
  void find_reach(const PipelineGraph& graph);
  void find_order(const PipelineGraph& graph);

  std::vector<Feed> feeds_;
  std::vector<std::set<std::size_t>> reach_;      ///< by stage: what may come there, itself too
  std::vector<std::set<std::size_t>> producers_;  ///< by stage
  std::vector<bool> has_broadcast_;  ///< by stage: all tasks are told the same by one of its inputs
  std::vector<bool> tells_all_;      ///< by stage: where that comes from
  std::set<std::string> first_, broadcast_sources_;
  std::vector<bool> in_order_, behind_broadcast_;
  std::string only_one_;
  bool may_rescale_ = true;
};

}  // namespace weir
