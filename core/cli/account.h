// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/pipeline_graph.h"
#include "metrics/job_metrics.h"

namespace weir {

/// Where every record of a run went. What came in equals what went out:
///     read + made + copied = written + discarded + given_up + dropped
/// for a run that ended well. Of a run that did not, nobody knows what a sink has made durable of what it
/// took, so its text says `taken by sinks` and, for what stages still held, `undelivered`.
struct Account {
  using Parts = std::vector<std::pair<std::string, std::uint64_t>>;

  std::uint64_t read = 0;
  Parts written;    ///< by sink: taken and not sent to its error port
  Parts discarded;  ///< by port
  Parts given_up;  ///< by stage: were held when their partition was given up; its next owner reads them again
  Parts made;      ///< by stage: more records left than came (a stage that splits)
  Parts dropped;   ///< by stage: fewer left (a stage that joins or drops)
  Parts copied;    ///< by port that several stages read: the copies beyond the first

  static std::uint64_t sum(const Parts& parts);
};

Account make_account(const PipelineGraph& graph, const std::vector<StageTotals>& totals);

/// The closing table: a line for each stage with what came in and what left by each port, where to, the
/// plugins' own counters, and the account. `ended_well` chooses its words.
std::string summary_text(const PipelineGraph& graph, const std::vector<StageTotals>& totals, bool ended_well);

}  // namespace weir
