// SPDX-License-Identifier: Apache-2.0
#include "spec/replay_spec.h"

#include <algorithm>
#include <set>
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

StageSpec stage(StageKind kind, const char* name, const char* plugin, std::vector<PortRef> from,
                const Mark& mark) {
  StageSpec made;
  made.kind = kind;
  made.name = name;
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

StageSpec side_file_source(const ReplayRequest& request, const Mark& mark) {
  StageSpec source = stage(StageKind::kSource, kSource, "side_file", {}, mark);
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
  replay.stages.clear();
  replay.discard.clear();
  replay.stages.push_back(side_file_source(request, mark));
  if (request.dry_run) {
    replay.stages.push_back(
        stage(StageKind::kSink, kShown, "stdout",
              {{kSource, "out", mark}, {kSource, "exhausted", mark}, {kSource, "error", mark}}, mark));
    set(replay.stages.back(), "format", scalar("envelope", mark));
    return replay;
  }

  const auto fed_by_window = [&](const PortRef& ref) {
    const StageSpec* from = spec.find(ref.stage);
    return from != nullptr && from->kind == StageKind::kWindow;
  };
  PortRef feed{kSource, "out", mark};
  if (request.batch || std::any_of(into->from.begin(), into->from.end(), fed_by_window)) {
    StageSpec window = stage(StageKind::kWindow, kWindow, "time_or_count", {feed}, mark);
    set(window, "count", scalar(std::to_string(request.batch.value_or(kBatch)), mark));
    replay.stages.push_back(std::move(window));
    feed.stage = kWindow;
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
  StageSpec exhausted = stage(StageKind::kSink, kExhausted, "file",
                              {{kSource, "exhausted", mark}, {kSource, "error", mark}}, mark);
  std::string path;
  for (const char c : request.files.front()) path += c == '%' ? "%%" : std::string(1, c);
  set(exhausted, "path", scalar(path + ".exhausted", mark));
  set(exhausted, "format", scalar("envelope", mark));
  replay.stages.push_back(std::move(exhausted));
  return replay;
}

}  // namespace weir
