// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cli/arguments.h"
#include "cli/describe_plugins.h"
#include "cli/run_pipeline.h"
#include "cli/run_tests.h"
#include "cli/show_state.h"
#include "plugin/registry.h"

namespace weir {
namespace {

ExitCode show_plugins(const Arguments& arguments) {
  PluginRegistry registry(plugin_folders(arguments.plugin_dirs));
  std::vector<std::string> problems;
  const auto plugins = registry.all(problems);
  for (const auto& problem : problems) std::fprintf(stderr, "etl-run: %s\n", problem.c_str());
  if (arguments.plugin.empty()) {
    std::fputs(plugin_table(plugins).c_str(), stdout);
    return problems.empty() ? kDone : kBadInput;
  }
  const auto text = plugin_description(plugins, arguments.plugin);
  if (!text.ok()) {
    std::fprintf(stderr, "etl-run: %s\n", text.message().c_str());
    return kBadInput;
  }
  std::fputs(text.value().c_str(), stdout);
  return kDone;
}

ExitCode use_pipeline(const Arguments& arguments) {
  const SystemClock clock;
  Log log(clock, arguments.quiet ? LogLevel::kError : LogLevel::kInfo);
  PluginRegistry registry(plugin_folders(arguments.plugin_dirs));
  Diagnostics diagnostics;
  auto spec = read_pipeline(arguments.file, diagnostics);
  if (arguments.command == Command::kReplay && spec && diagnostics.empty()) {
    spec = replay_spec(*spec, arguments.replay, diagnostics);
  }
  auto graph = check_pipeline(std::move(spec), registry, log, diagnostics);
  if (!graph) return kBadInput;
  if (arguments.command == Command::kCheck) {
    if (!arguments.quiet) std::printf("%s: ok, %zu stages\n", arguments.file.c_str(), graph->stages.size());
    return kDone;
  }
  graph->verify_ports = arguments.verify_ports;
  graph->dropped_states = arguments.dropped_states;
  graph->begin_with = arguments.begin_with;
  if (arguments.command == Command::kState) return show_state(*graph, arguments.export_to);
  return run_pipeline(*std::move(graph), log, clock, arguments.quiet, arguments.listen);
}

ExitCode etl_run(const std::vector<std::string>& words) {
  const auto parsed = parse_arguments(words);
  if (!parsed.ok()) {
    std::fprintf(stderr, "etl-run: %s\n", parsed.message().c_str());
    return kBadInput;
  }
  const Arguments& arguments = parsed.value();
  if (arguments.help) return std::fputs(help_text(arguments.command).c_str(), stdout), kDone;
  if (arguments.version) return std::fputs(version_text().c_str(), stdout), kDone;
  if (arguments.command == Command::kTest) {
    PluginRegistry registry(plugin_folders(arguments.plugin_dirs));
    return run_tests(arguments.test, registry, arguments.quiet);
  }
  return arguments.command == Command::kPlugins ? show_plugins(arguments) : use_pipeline(arguments);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  // Records are made on one thread and freed on another. With an arena for each thread, glibc's default, what
  // is freed in one is not there for the others, and the process grows with the number of workers.
  mallopt(M_ARENA_MAX, 2);
  try {
    return weir::etl_run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "etl-run: %s\n", e.what());
    return weir::kFailed;
  }
}
