// SPDX-License-Identifier: Apache-2.0
#include "spec/inputs_reader.h"

#include <weir/suggestion.h>

#include <algorithm>

#include "base/numbers.h"
#include "base/utf8.h"
#include "spec/scalar.h"
#include "spec/stage_reader.h"

namespace weir {
namespace {

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

// One input of several: a port, a list of them, or {from: ..., broadcast: true}.
void read_named_input(const Node::Entry& entry, std::vector<PortRef>& all, Diagnostics& diagnostics) {
  if (entry.value.broken) return;
  bool broadcast = false;
  std::vector<PortRef> refs;
  if (entry.value.kind == Node::Kind::kMap) {
    const std::string label = "input '" + printable(entry.key) + "'";
    for (const auto& part : entry.value.entries) {
      if (part.key == "from") {
        refs = read_port_refs(part, diagnostics);
      } else if (part.key == "broadcast") {
        const auto value = read_scalar(part.value, part.key, parse_bool);
        if (!value.ok()) diagnostics.add(part.value_mark(), value.message());
        broadcast = value.ok() && value.value();
      } else {
        diagnostics.add(part.mark, "unknown key '" + printable(part.key) + "' of " + label +
                                       suggestion(part.key, {"from", "broadcast"}));
      }
    }
    if (entry.value.find("from") == nullptr) {
      diagnostics.add(entry.mark, label + " has no 'from', expected the stage that it reads");
    }
  } else {
    refs = read_port_refs(entry, diagnostics);
  }
  for (auto& ref : refs) {
    ref.input = entry.key;
    ref.broadcast = broadcast;
    all.push_back(std::move(ref));
  }
}

}  // namespace

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

std::vector<PortRef> read_inputs(const Node::Entry& entry, Diagnostics& diagnostics) {
  if (entry.value.kind != Node::Kind::kMap || entry.value.broken) return read_port_refs(entry, diagnostics);
  std::vector<PortRef> refs;
  // What stands one level deeper, at an input.
  const Node* const broadcast = entry.value.find("broadcast");
  const Node* const from = entry.value.find("from");
  if (broadcast != nullptr && from != nullptr && broadcast->kind == Node::Kind::kScalar &&
      parse_bool(broadcast->text).ok()) {
    const std::string read = from->kind == Node::Kind::kScalar ? printable(from->text) : "STAGE";
    diagnostics.add(
        entry.value_mark(),
        "'broadcast' stands at an input, and 'from' has here no input's name; expected from: {INPUT: "
        "{from: " +
            read +
            ", broadcast: true}} with the name of one of the stage's inputs; a stage "
            "without named inputs has none to broadcast: from: " +
            read);
    for (const auto& part : entry.value.entries) {
      if (part.key == "from") return read_port_refs(part, diagnostics);
    }
  }
  for (const auto& input : entry.value.entries) read_named_input(input, refs, diagnostics);
  return refs;
}

}  // namespace weir
