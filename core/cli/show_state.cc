// SPDX-License-Identifier: Apache-2.0
#include "cli/show_state.h"

#include <weir/record.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/units.h"
#include "base/utf8.h"
#include "checkpoint/chain.h"
#include "checkpoint/checkpoint_folder.h"
#include "checkpoint/checkpoint_lines.h"
#include "checkpoint/snapshot_lines.h"
#include "runtime/load_checkpoints.h"
#include "runtime/sink_units.h"
#include "state/store/key_value_store.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

/// "3 entries in 'count', 2 timers": what the lines of a snapshot are, counted.
std::string contents_of(const Checkpoint::StageState& state, const OpenStored& open) {
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  const auto count = [&](const std::string& what) {
    for (auto& [name, n] : counts) {
      if (name == what) return void(++n);
    }
    counts.emplace_back(what, 1);
  };
  std::string in;
  snapshot_to_lines(0, state, open, [&](const char* line, const nlohmann::json& what) {
    const std::string kind = line;
    if (kind == "state") in = what.at("name").get<std::string>();
    if (kind == "entry") count("entries in '" + in + "'");
    if (kind == "timer") count("timers");
    if (kind == "record") count("records in lists");
    if (kind == "work") count("batches that wait for workers");
  });
  std::string text;
  for (const auto& [name, n] : counts) text += (text.empty() ? "" : ", ") + format_count(n) + " " + name;
  return text.empty() ? "nothing" : text;
}

/// In the checkpoint, and in files beside it.
std::uint64_t bytes_of(const Checkpoint::StageState& state) {
  const DividedSnapshot divided = divide_snapshot(state.snapshot);
  std::uint64_t bytes = state.snapshot.size();
  if (!divided.stored) return bytes;
  for (const auto& [name, file] : divided.stored->files) bytes += file.size;
  return bytes;
}

/// `of`: behind the checkpoint's number.
void print(const Checkpoint& checkpoint, const std::string& of, const OpenStored& open) {
  std::printf("checkpoint %llu%s, %s\n", static_cast<unsigned long long>(checkpoint.number), of.c_str(),
              format_size(encode(checkpoint).size()).c_str());
  for (const auto& p : checkpoint.positions) {
    std::string name = printable(view(p.origin->name));
    if (p.origin->partition >= 0) name += "/" + std::to_string(p.origin->partition);
    std::printf("  %s: %s goes on at %lld\n", printable(view(p.origin->source)).c_str(), name.c_str(),
                static_cast<long long>(p.next));
  }
  for (std::size_t task = 0; task < checkpoint.states.size(); ++task) {
    for (const auto& state : checkpoint.states[task]) {
      std::printf("  stage '%s'%s: %s, %s\n", state.stage.c_str(),
                  checkpoint.states.size() == 1 ? "" : (", task " + std::to_string(task)).c_str(),
                  contents_of(state, open).c_str(), format_size(bytes_of(state)).c_str());
    }
  }
  for (const auto& p : checkpoint.prepared)
    std::printf("  stage '%s': a prepared transaction\n", p.stage.c_str());
}

bool export_lines(const std::vector<Checkpoint>& checkpoints, const OpenStored& open, std::ostream& to) {
  std::size_t lines = 0;
  for (const auto& checkpoint : checkpoints) {
    write_lines(checkpoint, open, [&](const std::string& line) {
      to << line << '\n';
      ++lines;
    });
  }
  to << end_line(lines) << '\n';
  return static_cast<bool>(to.flush());
}

}  // namespace

ExitCode show_state(const PipelineGraph& graph, const std::string& export_to) {
  if (!graph.keeper && graph.spec.checkpoint_store.empty()) {
    std::fprintf(stderr, "etl-run: pipeline '%s' keeps no checkpoints of its own; see checkpoint.store\n",
                 graph.spec.name.c_str());
    return kBadInput;
  }
  Origins origins;
  const CheckpointFolder folder(graph.spec.checkpoint_store, graph.spec.name);
  const bool by_partition = graph.spec.by_partition;
  auto loaded =
      by_partition ? open_unit_store(graph)->load_all(origins) : load_checkpoints(graph, &folder, origins);
  if (const auto* problem = std::get_if<std::string>(&loaded)) {
    std::fprintf(stderr, "etl-run: %s\n", problem->c_str());
    return kFailed;
  }
  auto& [checkpoints, damaged, last] = std::get<0>(loaded);
  for (const auto& what : damaged) std::fprintf(stderr, "etl-run: %s\n", what.c_str());
  try {
    for (auto& checkpoint : checkpoints) make_whole(checkpoint, origins);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "etl-run: the checkpoint cannot be understood: %s\n", e.what());
    return kFailed;
  }
  std::unique_ptr<StoreEngine> engine;
  const OpenStored open = [&](const std::string& stored) {
    if (engine == nullptr) engine = make_rocksdb_engine(graph.spec.state.memory_bytes);
    return engine->read(graph.spec.checkpoint_store + "/" + stored);
  };
  if (export_to.empty()) {
    if (checkpoints.empty()) std::printf("there is no checkpoint yet\n");
    for (const auto& checkpoint : checkpoints) {
      print(checkpoint,
            by_partition ? " of partition " + std::to_string(checkpoint.group) + " of " +
                               std::to_string(checkpoint.groups)
                         : "",
            open);
    }
    return kDone;
  }
  if (checkpoints.empty()) {
    std::fprintf(stderr, "etl-run: there is no checkpoint yet\n");
    return kFailed;
  }
  bool written = false;
  if (export_to == "-") {
    written = export_lines(checkpoints, open, std::cout);
  } else {
    std::ofstream file(export_to);
    written = file && export_lines(checkpoints, open, file);
  }
  if (!written) std::fprintf(stderr, "etl-run: cannot write %s\n", export_to.c_str());
  return written ? kDone : kFailed;
}

}  // namespace weir
