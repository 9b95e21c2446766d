// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "graph/pipeline_graph.h"

namespace weir::test {

/// Reads a pipeline of these plugins and checks it, as etl-run does; nothing of it runs:
///
///     source  numbers    option `count` (1 to 9)
///     source  tally      the same with a second port, `checks`
///     source  tape       the same, and goes back to a checkpoint unless `worn`
///     window  pairs      records to groups
///     process keep       records to `out` and `rest`; option `rules`, a tree, whose leaves must not be 'bad'
///     process ask        takes groups alone; `concurrency` is allowed
///     process remember   keeps state, of records or groups
///     process pairing    works by key; inputs left and right
///     process tally_groups  works by key, takes groups
///     process silent     refuses its options without a reason
///     process same       a port for each text of `ports`, as it is
///     process typed      its port has the JSON Schema `schema`
///     process fussy      inputs left and right take what the JSON Schemas `left`, `right` say
///     sink    collect    takes records
///     sink    strict     takes records that the JSON Schema `takes` allows
///     sink    either     takes records and groups
///     sink    paper      works in transactions
///     sink    ledger     the same, and can keep checkpoints
///     sink    diary      can keep the checkpoint with what it writes, but not prepare; one instance at once
///     sink    annals     can keep checkpoints also by partition, for one instance at once
std::optional<PipelineGraph> check(const std::string& yaml, Diagnostics& diagnostics);

}  // namespace weir::test
