// SPDX-License-Identifier: Apache-2.0
#include "spec/pipeline_reader.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "base/units.h"
#include "spec/inputs_reader.h"
#include "spec/scalar.h"
#include "spec/stage_reader.h"
#include "spec/text_file.h"
#include "spec/yaml_reader.h"

namespace weir {
namespace {

const std::vector<std::string> kSections{"pipeline", "tasks",        "sources",    "windows",  "processes",
                                         "sinks",    "discard",      "checkpoint", "delivery", "poison_after",
                                         "restart",  "stop_timeout", "state",      "tests"};
const std::vector<std::string> kCheckpointKeys{"every", "store", "drain_timeout", "by", "partitioner"};
const std::vector<std::string> kStateKeys{"kind", "path", "memory"};
const std::vector<std::string> kStateKinds{"memory", "rocksdb"};
/// With less a store's own buffers alone take more.
constexpr std::uint64_t kLeastStateMemory = 8u << 20;
const std::vector<std::string> kPoisonKeys{"times", "notes"};
const std::vector<std::string> kRestartKeys{"first", "most", "attempts", "reset_after"};
constexpr int kMostTasks = 1024;
constexpr int kMostAttempts = 1'000'000;

std::optional<StageKind> kind_of_section(const std::string& section) {
  if (section == "sources") return StageKind::kSource;
  if (section == "windows") return StageKind::kWindow;
  if (section == "processes") return StageKind::kProcess;
  if (section == "sinks") return StageKind::kSink;
  return std::nullopt;
}

bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

// A pipeline that has no name is called like its file.
std::string name_from_file(const std::string& file) {
  std::string name = std::filesystem::path(file).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_name_part(c); }, '-');
  return name.empty() ? "pipeline" : name;
}

// How stages are wired and keyed stands in the file itself: these names appear in messages, where nothing may
// appear that was put in from outside. Marks what has a ${...} as broken, so that it is not replaced.
void refuse_references(Node& node, const std::string& key, Diagnostics& diagnostics) {
  for (auto& item : node.items) refuse_references(item, key, diagnostics);
  for (auto& entry : node.entries) refuse_references(entry.value, key, diagnostics);
  if (node.kind != Node::Kind::kScalar || node.text.find("${") == std::string::npos) return;
  node.written = node.text;
  node.broken = true;
  diagnostics.add(node.mark, "'" + key + "' " + describe(node) +
                                 ", expected names themselves: ${...} is not replaced here");
}

void refuse_references_in_wiring(Node& root, Diagnostics& diagnostics) {
  for (auto& section : root.entries) {
    if (section.key == "discard") refuse_references(section.value, section.key, diagnostics);
    const auto kind = kind_of_section(section.key);
    if (!kind) continue;
    for (auto& stage : section.value.entries) {
      for (auto& entry : stage.value.entries) {
        const bool key = entry.key == "key" && (kind == StageKind::kWindow || kind == StageKind::kProcess);
        if (entry.key == "plugin" || entry.key == "from" || key) {
          refuse_references(entry.value, entry.key, diagnostics);
        }
      }
    }
  }
}

class PipelineReader {
 public:
  PipelineReader(const std::string& file, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    spec_.file = file;
    spec_.name = name_from_file(file);
  }

  PipelineSpec read(const Node& root) {
    for (const auto& section : root.entries) read_section(section);
    const bool has_source = std::any_of(spec_.stages.begin(), spec_.stages.end(),
                                        [](const StageSpec& s) { return s.kind == StageKind::kSource; });
    if (!has_source && !sources_reported_) {
      diagnostics_.add({spec_.file, 0, 0},
                       "the pipeline has no source, expected at least one under 'sources'");
    }
    return std::move(spec_);
  }

 private:
  void report(const Node::Entry& entry, const std::string& expected) {
    diagnostics_.add(entry.value_mark(),
                     "'" + entry.key + "' " + describe(entry.value) + ", expected " + expected);
  }

  void read_section(const Node::Entry& section) {
    if (const auto kind = kind_of_section(section.key)) {
      read_stages(*kind, section);
    } else if (section.key == "pipeline") {
      read_name(section);
    } else if (section.key == "tasks") {
      read_tasks(section);
    } else if (section.key == "discard") {
      spec_.discard = read_port_refs(section, diagnostics_);
    } else if (section.key == "checkpoint") {
      read_checkpoint(section);
    } else if (section.key == "delivery") {
      read_delivery(section);
    } else if (section.key == "poison_after") {
      read_poison(section);
    } else if (section.key == "restart") {
      read_restart(section);
    } else if (section.key == "state") {
      read_state(section);
    } else if (section.key == "stop_timeout") {
      if (const auto time = read_duration(section, "stop_timeout")) spec_.stop_timeout = *time;
    } else {
      diagnostics_.add(section.mark,
                       "unknown section '" + section.key + "'" + suggestion(section.key, kSections));
      // Most likely the sources, misspelt.
      sources_reported_ |= nearest(section.key, kSections) == "sources";
    }
  }

  void read_stages(StageKind kind, const Node::Entry& section) {
    if (section.value.kind != Node::Kind::kMap) {
      // A section that says nothing, or all of whose lines are comments, is as good as none.
      if (section.value.kind == Node::Kind::kNull) return;
      if (!section.value.broken) report(section, "a map of names to stages");
      sources_reported_ |= kind == StageKind::kSource;
      return;
    }
    for (const auto& entry : section.value.entries) {
      StageSpec stage = read_stage(kind, entry, diagnostics_);
      if (const StageSpec* first = spec_.find(stage.name)) {
        diagnostics_.add(stage.mark, std::string(to_string(kind)) + " '" + stage.name +
                                         "' has the name of the " + to_string(first->kind) + " at " +
                                         to_string(first->mark) +
                                         ", expected a name of its own in all sections");
        continue;
      }
      spec_.stages.push_back(std::move(stage));
    }
  }

  void read_name(const Node::Entry& entry) {
    if (entry.value.broken) return;
    const std::string& name = entry.value.text;
    const bool valid = entry.value.kind == Node::Kind::kScalar && !name.empty() &&
                       std::all_of(name.begin(), name.end(), is_name_part);
    if (valid) {
      spec_.name = name;
    } else {
      report(entry, "the pipeline's name, of letters, digits, '_', '-' and '.'");
    }
  }

  void read_tasks(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.tasks_mark = entry.value_mark();
    const auto tasks = read_scalar(entry.value, entry.key, parse_integer);
    if (!tasks.ok()) {
      diagnostics_.add(entry.value_mark(), tasks.message());
    } else if (tasks.value() < 1 || tasks.value() > kMostTasks) {
      report(entry, "1 to " + std::to_string(kMostTasks));
    } else {
      spec_.tasks = static_cast<int>(tasks.value());
    }
  }

  void read_checkpoint(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.checkpoint_mark = entry.mark;
    if (entry.value.kind != Node::Kind::kMap) {
      report(entry, "a map such as {every: 1s, store: FOLDER}");
      return;
    }
    const Node::Entry* partitioner = nullptr;
    for (const auto& part : entry.value.entries) {
      if (part.key == "every") {
        const auto every = read_duration(part, "checkpoint.every");
        if (every && every->count() == 0) report(part, "at least 1ms");
        if (every && every->count() > 0) spec_.checkpoint_every = *every;
      } else if (part.key == "drain_timeout") {
        if (const auto time = read_duration(part, "checkpoint.drain_timeout")) spec_.drain_timeout = *time;
      } else if (part.key == "store") {
        if (part.value.broken) continue;
        if (part.value.kind == Node::Kind::kScalar && part.value.text == "none") {
          spec_.state_may_be_lost = true;
        } else if (part.value.kind == Node::Kind::kScalar && !part.value.text.empty()) {
          spec_.checkpoint_store = part.value.text;
        } else if (part.value.kind == Node::Kind::kMap) {
          read_checkpoint_sink(part);
        } else {
          report(part, "the path of a folder, {sink: NAME}, or none");
        }
      } else if (part.key == "by") {
        read_by(part);
      } else if (part.key == "partitioner") {
        partitioner = &part;
      } else {
        diagnostics_.add(part.mark, "unknown key '" + part.key + "' of 'checkpoint'" +
                                        suggestion(part.key, kCheckpointKeys));
      }
    }
    if (partitioner != nullptr) read_partitioner(*partitioner);
  }

  void read_by(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.by_mark = entry.value_mark();
    const bool scalar = entry.value.kind == Node::Kind::kScalar;
    if (scalar && entry.value.text == "partition") {
      spec_.by_partition = true;
    } else if (!scalar || entry.value.text != "pipeline") {
      report(entry, "pipeline or partition");
    }
  }

  void read_partitioner(const Node::Entry& entry) {
    if (entry.value.broken) return;
    if (!spec_.by_partition) {
      return diagnostics_.add(entry.mark,
                              "'checkpoint.partitioner' is for state by partition; expected beside it "
                              "'by: partition'");
    }
    const bool scalar = entry.value.kind == Node::Kind::kScalar;
    if (scalar && entry.value.text == "any") return spec_.partitioner.reset();
    for (const auto by : {Partitioner::kMurmur2, Partitioner::kCrc32, Partitioner::kFnv1a}) {
      if (!scalar || entry.value.text != to_string(by)) continue;
      spec_.partitioner = by;
      return;
    }
    report(entry,
           "murmur2 (Kafka's Java clients), crc32 (librdkafka), fnv1a (Sarama), or any where each key stands "
           "in one partition for another reason");
  }

  void read_checkpoint_sink(const Node::Entry& store) {
    for (const auto& part : store.value.entries) {
      if (part.key != "sink") {
        diagnostics_.add(part.mark, "unknown key '" + part.key + "' of 'checkpoint.store', expected 'sink'");
      } else if (part.value.kind != Node::Kind::kScalar) {
        report(part, "the name of a sink");
      } else {
        spec_.checkpoint_sink = part.value.text;
        spec_.checkpoint_sink_mark = part.value_mark();
      }
    }
  }

  void read_state(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.state.mark = entry.mark;
    if (entry.value.kind == Node::Kind::kScalar) return read_state_kind(entry);
    if (entry.value.kind != Node::Kind::kMap) {
      return report(entry, "memory, rocksdb, or a map such as {kind: rocksdb, memory: 256MiB}");
    }
    for (const auto& part : entry.value.entries) {
      if (part.value.broken) continue;
      if (part.key == "kind") {
        read_state_kind(part);
      } else if (part.key == "path") {
        if (part.value.kind != Node::Kind::kScalar || part.value.text.empty()) {
          report(part, "the path of a folder");
        } else {
          spec_.state.path = part.value.text;
        }
      } else if (part.key == "memory") {
        const auto bytes = read_scalar(part.value, "state.memory", parse_size);
        if (!bytes.ok()) {
          diagnostics_.add(part.value_mark(), bytes.message());
        } else if (bytes.value() < kLeastStateMemory) {
          report(part, "at least " + format_size(kLeastStateMemory));
        } else {
          spec_.state.memory_bytes = bytes.value();
        }
      } else {
        diagnostics_.add(part.mark,
                         "unknown key '" + part.key + "' of 'state'" + suggestion(part.key, kStateKeys));
      }
    }
    const bool has_kind = std::any_of(entry.value.entries.begin(), entry.value.entries.end(),
                                      [](const Node::Entry& part) { return part.key == "kind"; });
    if (!has_kind) report(entry, "its kind too: {kind: rocksdb, ...}");
  }

  void read_state_kind(const Node::Entry& entry) {
    const std::string& kind = entry.value.text;
    if (entry.value.kind != Node::Kind::kScalar) return report(entry, "memory or rocksdb");
    spec_.state.on_disk = kind == "rocksdb";
    if (spec_.state.on_disk || kind == "memory") return;
    diagnostics_.add(entry.value_mark(), "'" + entry.key + "' " + describe(entry.value) +
                                             ", expected memory or rocksdb" + suggestion(kind, kStateKinds));
  }

  void read_delivery(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.delivery_mark = entry.value_mark();
    spec_.exactly_once = entry.value.kind == Node::Kind::kScalar && entry.value.text == "exactly_once";
    if (!spec_.exactly_once &&
        (entry.value.kind != Node::Kind::kScalar || entry.value.text != "at_least_once"))
      report(entry, "at_least_once or exactly_once");
  }

  void read_poison(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.poison_mark = entry.value_mark();
    if (entry.value.kind == Node::Kind::kScalar) return read_poison_after(entry);
    if (entry.value.kind != Node::Kind::kMap || entry.value.entries.empty())
      return report(entry, "a number, or a map such as {times: 3, notes: FOLDER}");
    for (const auto& part : entry.value.entries) {
      if (part.value.broken) continue;
      if (part.key == "times") {
        read_poison_after(part);
      } else if (part.key != "notes") {
        diagnostics_.add(part.mark, "unknown key '" + part.key + "' of 'poison_after'" +
                                        suggestion(part.key, kPoisonKeys));
      } else if (part.value.kind != Node::Kind::kScalar || part.value.text.empty()) {
        report(part, "the path of a folder");
      } else {
        spec_.poison_notes = part.value.text;
      }
    }
  }

  void read_poison_after(const Node::Entry& entry) {
    const auto crashes = read_scalar(entry.value, entry.key, parse_integer);
    if (!crashes.ok()) return diagnostics_.add(entry.value_mark(), crashes.message());
    if (crashes.value() < 0) return report(entry, "0 for never, or more");
    spec_.poison_after = static_cast<std::size_t>(crashes.value());
  }

  void read_restart(const Node::Entry& entry) {
    if (entry.value.broken) return;
    spec_.restart.emplace();
    if (entry.value.kind == Node::Kind::kScalar && entry.value.text == "never") return;
    if (entry.value.kind != Node::Kind::kMap) {
      report(entry, "never, or a map such as {first: 1s, most: 1m}");
      return;
    }
    RestartSpec& restart = *spec_.restart;
    restart.enabled = true;
    for (const auto& part : entry.value.entries) {
      if (part.key == "attempts") {
        const auto attempts = read_scalar(part.value, part.key, parse_integer);
        if (!attempts.ok()) diagnostics_.add(part.value_mark(), attempts.message());
        const bool fits = attempts.ok() && attempts.value() >= 0 && attempts.value() <= kMostAttempts;
        if (fits) restart.attempts = static_cast<int>(attempts.value());
        if (attempts.ok() && !fits)
          report(part, "0 for any number, or up to " + std::to_string(kMostAttempts));
        continue;
      }
      auto* const time = part.key == "first"         ? &restart.first
                         : part.key == "most"        ? &restart.most
                         : part.key == "reset_after" ? &restart.reset_after
                                                     : nullptr;
      if (time == nullptr) {
        diagnostics_.add(part.mark,
                         "unknown key '" + part.key + "' of 'restart'" + suggestion(part.key, kRestartKeys));
      } else if (const auto read = read_duration(part, "restart." + part.key)) {
        if (read->count() == 0) report(part, "at least 1ms");
        *time = *read;
      }
    }
    restart.most = std::max(restart.most, restart.first);
  }

  std::optional<std::chrono::milliseconds> read_duration(const Node::Entry& entry, const std::string& name) {
    if (entry.value.broken) return std::nullopt;
    const auto time = read_scalar(entry.value, name, parse_duration);
    if (time.ok()) return time.value();
    diagnostics_.add(entry.value_mark(), time.message());
    return std::nullopt;
  }

  Diagnostics& diagnostics_;
  PipelineSpec spec_;
  bool sources_reported_ = false;  ///< why there is no source has been said
};

}  // namespace

std::optional<PipelineSpec> parse_pipeline(std::string_view text, const std::string& file,
                                           const Environment& environment, Diagnostics& diagnostics) {
  auto root = read_yaml(text, file, diagnostics);
  if (!root) return std::nullopt;
  if (root->kind != Node::Kind::kMap) {
    const Mark place = root->kind == Node::Kind::kNull ? Mark{file, 0, 0} : root->mark;
    diagnostics.add(place, "the file " + describe(*root) +
                               ", expected a map of sections such as sources, processes "
                               "and sinks");
    return std::nullopt;
  }
  // Tests are not part of what runs, and nothing in them is replaced.
  root->entries.erase(std::remove_if(root->entries.begin(), root->entries.end(),
                                     [](const Node::Entry& section) { return section.key == "tests"; }),
                      root->entries.end());
  refuse_references_in_wiring(*root, diagnostics);
  interpolate(*root, environment, diagnostics);
  return PipelineReader(file, diagnostics).read(*root);
}

std::optional<PipelineSpec> load_pipeline(const std::string& path, const Environment& environment,
                                          Diagnostics& diagnostics) {
  constexpr std::size_t kLargest = 16 << 20;
  const auto text = read_text_file(path, kLargest);
  if (!text.ok()) {
    diagnostics.add({path, 0, 0}, "the file " + text.message());
    return std::nullopt;
  }
  return parse_pipeline(text.value(), path, environment, diagnostics);
}

}  // namespace weir
