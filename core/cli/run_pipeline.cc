// SPDX-License-Identifier: Apache-2.0
#include "cli/run_pipeline.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/units.h"
#include "cli/account.h"
#include "cli/progress.h"
#include "cli/signal_watch.h"
#include "runtime/job.h"
#include "spec/pipeline_reader.h"

namespace weir {
namespace {

/// How long an aborted job may take before the process ends regardless; nothing is lost by that.
constexpr std::chrono::seconds kAbortTime{5};

}  // namespace

void print_errors(const Diagnostics& diagnostics) {
  std::fputs(diagnostics.text().c_str(), stderr);
  const std::size_t n = diagnostics.all().size();
  std::fprintf(stderr, "etl-run: %zu %s\n", n, n == 1 ? "error" : "errors");
}

std::optional<PipelineSpec> read_pipeline(const std::string& file, Diagnostics& diagnostics) {
  return load_pipeline(file, process_environment(), diagnostics);
}

std::optional<PipelineGraph> check_pipeline(std::optional<PipelineSpec> spec, PluginCatalog& plugins,
                                            Log& log, Diagnostics& diagnostics) {
  std::optional<PipelineGraph> graph;
  if (spec) graph = build_graph(*std::move(spec), plugins, log, diagnostics);
  if (!diagnostics.empty()) print_errors(diagnostics);
  return graph;
}

ExitCode run_pipeline(PipelineGraph graph, Log& log, const Clock& clock, bool quiet) {
  const std::string name = graph.spec.name;
  Job job(std::move(graph), log, clock);
  std::atomic<bool> aborted{false};
  const SignalWatch signals([&](int count) {
    log.write(LogLevel::kInfo, "etl-run",
              count == 1 ? "stopping: delivering what was read; another signal aborts" : "aborting");
    if (count == 1) return job.stop();
    if (job.wait(std::chrono::milliseconds(0))) return;  // it has ended meanwhile
    aborted = true;
    job.abort();
    if (!job.wait(kAbortTime)) std::_Exit(kFailed);
  });
  if (const auto problem = job.start(); !problem.empty()) {
    std::fprintf(stderr, "etl-run: %s\n", problem.c_str());
    return kFailed;
  }
  Progress progress(job, log, quiet);
  while (!job.wait(progress.interval())) progress.show();
  progress.clear();
  log.flush();
  const auto failure = job.failure();
  const bool ended_well = !failure && !aborted;
  if (!quiet) std::fputs(summary_text(job.graph(), job.totals(), ended_well).c_str(), stderr);
  if (ended_well) return kDone;
  if (!failure) {
    std::fprintf(stderr, "etl-run: pipeline '%s' was aborted; positions are kept\n", name.c_str());
    return kFailed;
  }
  const bool of_stage = job.graph().spec.find(failure->stage) != nullptr;
  const std::string who = of_stage ? "stage '" + failure->stage + "': " : "";
  std::fprintf(stderr, "etl-run: pipeline '%s' failed: %s%s (%s); positions are kept\n", name.c_str(),
               who.c_str(), failure->message.c_str(), failure->code.c_str());
  return kFailed;
}

}  // namespace weir
