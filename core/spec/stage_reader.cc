// SPDX-License-Identifier: Apache-2.0
#include "spec/stage_reader.h"

#include <algorithm>
#include <cctype>

#include "base/numbers.h"
#include "base/units.h"
#include "base/utf8.h"
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

void read_port_ref(const Node& node, const Mark& mark, const std::string& name, std::vector<PortRef>& refs,
                   Diagnostics& diagnostics) {
  if (node.broken) return;
  const auto ref = node.kind == Node::Kind::kScalar ? parse_port_ref(node.text, mark) : std::nullopt;
  if (!ref) {
    diagnostics.add(mark,
                    "'" + name + "' " + describe(node) + ", expected stage, stage.port or a list of these");
    return;
  }
  const bool known = std::any_of(refs.begin(), refs.end(), [&](const PortRef& other) {
    return other.stage == ref->stage && other.port == ref->port;
  });
  if (known) {
    diagnostics.add(mark,
                    "'" + name + "' names '" + printable(node.text) + "' twice, expected each port once");
    return;
  }
  refs.push_back(*ref);
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

// Takes one key that the host knows; false if it is the plugin's.
bool read_entry(const Node::Entry& entry, StageSpec& stage, Diagnostics& diagnostics) {
  const bool keyed = stage.kind == StageKind::kWindow || stage.kind == StageKind::kProcess;
  if (entry.key == "plugin") {
    stage.plugin_mark = entry.value_mark();
    stage.plugin = read_text(entry, "the name of a plugin", diagnostics).value_or("");
  } else if (entry.key == "from") {
    if (stage.kind == StageKind::kSource) {
      diagnostics.add(entry.mark,
                      "source '" + stage.name + "' has 'from', expected none: a source reads from no stage");
    } else {
      stage.from = read_port_refs(entry, diagnostics);
    }
  } else if (entry.key == "concurrency") {
    read_concurrency(entry, stage, diagnostics);
  } else if (entry.key == "order") {
    read_order(entry, stage, diagnostics);
  } else if (entry.key == "queue") {
    read_queue(entry, stage, diagnostics);
  } else if (entry.key == "key" && keyed) {
    stage.key_mark = entry.value_mark();
    stage.key = read_text(entry, "the path of a field, or $key", diagnostics);
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

std::optional<PortRef> parse_port_ref(std::string_view text, const Mark& mark) {
  const std::size_t dot = text.find('.');
  PortRef ref;
  ref.stage = text.substr(0, dot);
  if (dot != std::string_view::npos) ref.port = text.substr(dot + 1);
  ref.mark = mark;
  // A port's name has the form of a stage's.
  if (!is_stage_name(ref.stage) || !is_stage_name(ref.port)) return std::nullopt;
  return ref;
}

std::vector<PortRef> read_port_refs(const Node::Entry& entry, Diagnostics& diagnostics) {
  std::vector<PortRef> refs;
  if (entry.value.kind != Node::Kind::kList) {
    read_port_ref(entry.value, entry.value_mark(), entry.key, refs, diagnostics);
    return refs;
  }
  if (entry.value.items.empty()) {
    diagnostics.add(entry.mark,
                    "'" + entry.key + "' is an empty list, expected at least one stage or stage.port");
  }
  for (const auto& item : entry.value.items) read_port_ref(item, item.mark, entry.key, refs, diagnostics);
  return refs;
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
