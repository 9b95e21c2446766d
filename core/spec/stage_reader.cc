// SPDX-License-Identifier: Apache-2.0
#include "spec/stage_reader.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <cctype>

#include "base/numbers.h"
#include "base/units.h"
#include "base/utf8.h"
#include "spec/event_time_reader.h"
#include "spec/inputs_reader.h"
#include "spec/scalar.h"

namespace weir {
namespace {

constexpr int kMostWorkers = 1024;

// The text of an entry that must have one.
std::optional<std::string> read_text(const Node::Entry& entry, const std::string& expected,
                                     Diagnostics& diagnostics) {
  if (entry.value.broken) return std::nullopt;
  if (entry.value.kind == Node::Kind::kScalar && !entry.value.text.empty()) return entry.value.text;
  diagnostics.add(entry.value_mark(),
                  "'" + entry.key + "' " + describe(entry.value) + ", expected " + expected);
  return std::nullopt;
}

void read_concurrency(const Node::Entry& entry, StageSpec& stage, Diagnostics& diagnostics) {
  stage.concurrency_mark = entry.value_mark();
  if (entry.value.broken) return;
  const auto count = read_scalar(entry.value, entry.key, parse_integer);
  if (!count.ok()) {
    diagnostics.add(entry.value_mark(), count.message());
  } else if (count.value() < 1 || count.value() > kMostWorkers) {
    diagnostics.add(entry.value_mark(), "'" + entry.key + "' " + describe(entry.value) + ", expected 1 to " +
                                            std::to_string(kMostWorkers));
  } else {
    stage.concurrency = static_cast<int>(count.value());
  }
}

void read_order(const Node::Entry& entry, StageSpec& stage, Diagnostics& diagnostics) {
  if (entry.value.broken) return;
  const bool scalar = entry.value.kind == Node::Kind::kScalar;
  if (scalar && entry.value.text == "any") {
    stage.ordered = false;
  } else if (!scalar || entry.value.text != "input") {
    diagnostics.add(entry.value_mark(), "'order' " + describe(entry.value) +
                                            ", expected input (results in the order of the input) or any");
  }
}

void read_queue(const Node::Entry& entry, StageSpec& stage, Diagnostics& diagnostics) {
  if (entry.value.broken) return;
  const auto bytes = read_scalar(entry.value, entry.key, parse_size);
  if (!bytes.ok()) {
    diagnostics.add(entry.value_mark(), bytes.message());
  } else if (bytes.value() == 0) {
    diagnostics.add(entry.value_mark(), "'queue' " + describe(entry.value) + ", expected at least one byte");
  } else {
    stage.queue_bytes = bytes.value();
  }
}

// One path or a list of them.
std::vector<std::string> read_key(const Node::Entry& entry, Diagnostics& diagnostics) {
  static const std::string kExpected = "the path of a field, $key, or a list of these";
  if (entry.value.kind != Node::Kind::kList) {
    const auto path = read_text(entry, kExpected, diagnostics);
    return path ? std::vector{*path} : std::vector<std::string>{};
  }
  std::vector<std::string> paths;
  for (const auto& item : entry.value.items) {
    if (item.kind == Node::Kind::kScalar && !item.text.empty()) {
      if (std::find(paths.begin(), paths.end(), item.text) != paths.end()) {
        diagnostics.add(item.mark,
                        "'key' names '" + printable(item.text) + "' twice, expected each field once");
        continue;
      }
      paths.push_back(item.text);
    } else if (!item.broken) {
      diagnostics.add(item.mark, "'key' " + describe(item) + ", expected " + kExpected);
    }
  }
  if (entry.value.items.empty()) diagnostics.add(entry.mark, "'key' is an empty list, expected " + kExpected);
  return paths;
}

// Takes one key that the host knows; false if it is the plugin's.
bool read_entry(const Node::Entry& entry, StageSpec& stage, Diagnostics& diagnostics) {
  const bool keyed = stage.kind == StageKind::kWindow || stage.kind == StageKind::kProcess;
  const bool timed = stage.kind == StageKind::kSource || stage.kind == StageKind::kProcess;
  if (entry.key == "plugin") {
    stage.plugin_mark = entry.value_mark();
    stage.plugin = read_text(entry, "the name of a plugin", diagnostics).value_or("");
  } else if (entry.key == "from") {
    if (stage.kind == StageKind::kSource) {
      diagnostics.add(entry.mark,
                      "source '" + stage.name + "' has 'from', expected none: a source reads from no stage");
    } else {
      stage.from = read_inputs(entry, diagnostics);
    }
  } else if (entry.key == "concurrency") {
    read_concurrency(entry, stage, diagnostics);
  } else if (entry.key == "order") {
    read_order(entry, stage, diagnostics);
  } else if (entry.key == "queue") {
    read_queue(entry, stage, diagnostics);
  } else if (entry.key == "key" && keyed) {
    stage.key_mark = entry.value_mark();
    stage.key = read_key(entry, diagnostics);
  } else if (entry.key == "event_time" && timed) {
    stage.event_time = read_event_time(entry, diagnostics);
  } else {
    return false;
  }
  return true;
}

// A key that every such stage needs is not there. If it seems to be there misspelt, it is taken for that, and
// not left to the plugin, which would refuse it again.
void missing(const std::string& key, const std::string& expected, StageSpec& stage, const std::string& label,
             Diagnostics& diagnostics) {
  auto& entries = stage.options.entries;
  const auto misspelt = std::find_if(entries.begin(), entries.end(), [&](const Node::Entry& entry) {
    return nearest(entry.key, {key}).has_value();
  });
  if (misspelt == entries.end()) {
    diagnostics.add(stage.mark, label + " has no '" + key + "', expected " + expected);
    return;
  }
  diagnostics.add(misspelt->mark, "unknown key '" + printable(misspelt->key) + "' of " + label +
                                      suggestion(misspelt->key, {key}));
  entries.erase(misspelt);
}

}  // namespace

bool is_stage_name(std::string_view text) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  const auto is_part = [&](char c) {
    return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), is_part);
}

StageSpec read_stage(StageKind kind, const Node::Entry& entry, Diagnostics& diagnostics) {
  StageSpec stage;
  stage.kind = kind;
  stage.name = entry.key;
  stage.mark = entry.mark;
  stage.plugin_mark = entry.mark;
  stage.options.kind = Node::Kind::kMap;
  stage.options.mark = entry.mark;
  const std::string label = std::string(to_string(kind)) + " '" + printable(entry.key) + "'";
  if (!is_stage_name(entry.key)) {
    diagnostics.add(entry.mark,
                    label +
                        " cannot have this name, expected letters, digits, '_' and '-', beginning with a "
                        "letter or '_'");
  }
  if (entry.value.broken) return stage;
  if (entry.value.kind != Node::Kind::kMap) {
    diagnostics.add(entry.value_mark(),
                    label + " " + describe(entry.value) + ", expected a map such as {plugin: NAME}");
    return stage;
  }
  for (const auto& part : entry.value.entries) {
    if (!read_entry(part, stage, diagnostics)) stage.options.entries.push_back(part);
  }
  if (entry.value.find("plugin") == nullptr) {
    missing("plugin", "one such as plugin: NAME", stage, label, diagnostics);
  }
  if (kind != StageKind::kSource && entry.value.find("from") == nullptr) {
    missing("from", "the stage that it reads, such as from: STAGE", stage, label, diagnostics);
  }
  return stage;
}

}  // namespace weir
