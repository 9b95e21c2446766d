// SPDX-License-Identifier: Apache-2.0
#include "spec/replay_spec.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace weir {
namespace {

constexpr const char* kSource = "replay";
constexpr const char* kWindow = "replay_batch";
constexpr const char* kExhausted = "replay_exhausted";
constexpr const char* kShown = "replay_shown";
constexpr int kBatch = 100;

Node scalar(std::string text, const Mark& mark) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.mark = mark;
  node.text = std::move(text);
  return node;
}

StageSpec stage(StageKind kind, std::string name, const char* plugin, std::vector<PortRef> from,
                const Mark& mark) {
  StageSpec made;
  made.kind = kind;
  made.name = std::move(name);
  made.mark = mark;
  made.plugin = plugin;
  made.plugin_mark = mark;
  made.from = std::move(from);
  made.options.kind = Node::Kind::kMap;
  made.options.mark = mark;
  return made;
}

void set(StageSpec& stage, const char* option, Node value) {
  stage.options.entries.push_back({option, stage.mark, std::move(value)});
}

/// `into` and every stage that its records can reach.
std::set<std::string> reachable(const PipelineSpec& spec, const std::string& into) {
  std::set<std::string> names{into};
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& stage : spec.stages) {
      const bool reads = std::any_of(stage.from.begin(), stage.from.end(),
                                     [&](const PortRef& ref) { return names.contains(ref.stage); });
      if (reads && names.insert(stage.name).second) grown = true;
    }
  }
  return names;
}

/// `name`, or with '_' behind it as often as the pipeline's own stages make it necessary.
std::string free_name(const PipelineSpec& spec, std::string name) {
  while (spec.find(name) != nullptr) name += '_';
  return name;
}

/// Where records go that were tried too often: beside the side file, under its name where there is one.
std::string exhausted_path(const PipelineSpec& spec, const ReplayRequest& request) {
  const std::string& first = request.files.front();
  const std::size_t wildcard = first.find_first_of("*?[");
  std::error_code ignored;
  if (wildcard == std::string::npos || std::filesystem::exists(first, ignored)) return first + ".exhausted";
  const std::size_t slash = first.rfind('/', wildcard);
  const std::string folder = slash == std::string::npos ? "" : first.substr(0, slash + 1);
  return folder + spec.name + "." + request.into + ".exhausted";
}

/// The path as the file sink reads it, which gives '%' a meaning.
std::string as_written(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? "%%" : std::string(1, c);
  return text;
}

StageSpec side_file_source(const ReplayRequest& request, std::string name, const Mark& mark) {
  StageSpec source = stage(StageKind::kSource, std::move(name), "side_file", {}, mark);
  Node paths;
  paths.kind = Node::Kind::kList;
  paths.mark = mark;
  for (const auto& file : request.files) paths.items.push_back(scalar(file, mark));
  set(source, "paths", std::move(paths));
  set(source, "max_attempts", scalar(std::to_string(request.max_attempts), mark));
  set(source, "dry_run", scalar(request.dry_run ? "true" : "false", mark));
  return source;
}

}  // namespace

std::optional<PipelineSpec> replay_spec(const PipelineSpec& spec, const ReplayRequest& request,
                                        Diagnostics& diagnostics) {
  const StageSpec* into = spec.find(request.into);
  if (into == nullptr || into->kind == StageKind::kSource) {
    std::vector<std::string> known;
    for (const auto& s : spec.stages) {
      if (s.kind != StageKind::kSource) known.push_back(s.name);
    }
    diagnostics.add({spec.file, 0, 0}, "--into: there is no stage '" + request.into + "' that takes records" +
                                           suggestion(request.into, known));
    return std::nullopt;
  }
  const Mark& mark = into->mark;
  PipelineSpec replay = spec;
  replay.name = spec.name + "-replay";
  replay.tasks = 1;
  replay.checkpoint_store.clear();  // the source keeps its place in the files' names
  replay.checkpoint_sink.clear();
  replay.state = {};
  replay.by_partition = false;
  replay.exactly_once = false;  // what fails in the middle is sent again
  replay.restart.reset();
  replay.stages.clear();
  replay.discard.clear();
  const std::string source = free_name(spec, kSource);
  replay.stages.push_back(side_file_source(request, source, mark));
  if (request.dry_run) {
    replay.stages.push_back(
        stage(StageKind::kSink, free_name(spec, kShown), "stdout",
              {{source, "out", mark}, {source, "exhausted", mark}, {source, "error", mark}}, mark));
    set(replay.stages.back(), "format", scalar("envelope", mark));
    return replay;
  }

  const auto fed_by_window = [&](const PortRef& ref) {
    const StageSpec* from = spec.find(ref.stage);
    return from != nullptr && from->kind == StageKind::kWindow;
  };
  PortRef feed{source, "out", mark};
  if (request.batch || std::any_of(into->from.begin(), into->from.end(), fed_by_window)) {
    StageSpec window = stage(StageKind::kWindow, free_name(spec, kWindow), "time_or_count", {feed}, mark);
    set(window, "count", scalar(std::to_string(request.batch.value_or(kBatch)), mark));
    feed.stage = window.name;
    replay.stages.push_back(std::move(window));
  }
  const std::set<std::string> kept = reachable(spec, request.into);
  for (const auto& original : spec.stages) {
    if (!kept.contains(original.name)) continue;
    StageSpec& copy = replay.stages.emplace_back(original);
    std::erase_if(copy.from, [&](const PortRef& ref) { return !kept.contains(ref.stage); });
    if (copy.name == request.into) copy.from.push_back(feed);
  }
  for (const auto& ref : spec.discard) {
    if (kept.contains(ref.stage)) replay.discard.push_back(ref);
  }
  StageSpec exhausted = stage(StageKind::kSink, free_name(spec, kExhausted), "file",
                              {{source, "exhausted", mark}, {source, "error", mark}}, mark);
  set(exhausted, "path", scalar(as_written(exhausted_path(spec, request)), mark));
  set(exhausted, "format", scalar("envelope", mark));
  replay.stages.push_back(std::move(exhausted));
  return replay;
}

}  // namespace weir
