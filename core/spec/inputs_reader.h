// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// `stage` or `stage.port`; nothing if it is neither.
std::optional<PortRef> parse_port_ref(std::string_view text, const Mark& mark);

/// The value of `from` or `discard` (`entry.key` says which): one reference or a list of them.
std::vector<PortRef> read_port_refs(const Node::Entry& entry, Diagnostics& diagnostics);

/// The value of a stage's `from`: the same, or a map of the stage's named inputs to such references or to
/// {from: ..., broadcast: true}.
std::vector<PortRef> read_inputs(const Node::Entry& entry, Diagnostics& diagnostics);

}  // namespace weir
