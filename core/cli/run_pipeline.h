// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/log.h"
#include "graph/pipeline_graph.h"
#include "plugin/registry.h"

namespace weir {

/// Exit codes of etl-run.
enum ExitCode : int { kDone = 0, kFailed = 1, kBadInput = 2 };

/// Prints all of them to stderr, and how many there are.
void print_errors(const Diagnostics& diagnostics);

/// Reads a file; what is wrong goes to `diagnostics`, and what could be read comes back all the same.
std::optional<PipelineSpec> read_pipeline(const std::string& file, Diagnostics& diagnostics);

/// Checks a spec against the plugins. Prints all of `diagnostics` to stderr; then there is no graph.
std::optional<PipelineGraph> check_pipeline(std::optional<PipelineSpec> spec, PluginCatalog& plugins,
                                            Log& log, Diagnostics& diagnostics);

/// Runs until the sources end, a signal comes or something fails; prints progress and the closing table. The
/// first SIGINT or SIGTERM stops in order, the second aborts. Where `listen` is not empty it answers there
/// over HTTP meanwhile.
ExitCode run_pipeline(PipelineGraph graph, Log& log, const Clock& clock, bool quiet,
                      const std::string& listen);

}  // namespace weir
